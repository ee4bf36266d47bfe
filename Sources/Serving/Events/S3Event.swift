// What S3 says of its objects: in notifications (Records[].s3) and through EventBridge (detail).
//
// Both name an object; both become its URI, `s3://bucket/key`, where the key stands as it is,
// without any encoding, and a version behind it as `?versionId=…`. Objects that are gone are
// nothing to look at.

internal import Basics
internal import Inference
internal import Runtime

/// Reads events of S3.
enum S3Event {
    /// The URI of the object that a record of a notification is about; `nil` where it is gone.
    static func uri(ofRecord value: JSONValue, at place: String) throws(Failure) -> String? {
        let record = try EventObject(value, at: place)
        guard !isRemoval(try record.stringIfAny("eventName") ?? "") else { return nil }
        let s3 = try record.object("s3")
        let object = try s3.object("object")
        // Keys are form-encoded here, and only here (docs/platforms.md B15).
        guard let key = PercentEncoding.decoded(form: try object.string("key")) else {
            throw Failure(
                .badRequest, "\"\(object.place(of: "key"))\" does not stand for UTF-8")
        }
        return try uri(
            bucket: try s3.object("bucket"), object, key: key,
            version: try object.stringIfAny("versionId"))
    }

    /// The URI of the object that an EventBridge event of S3 is about; `nil` where it is gone.
    static func uri(ofDetail detail: EventObject, type: String) throws(Failure) -> String? {
        guard type != "Object Deleted" else { return nil }
        let object = try detail.object("object")
        return try uri(
            bucket: try detail.object("bucket"), object, key: try object.string("key"),
            version: try object.stringIfAny("version-id"))
    }

    /// Whether a message is the one that S3 sends when notifications are set up.
    static func isTest(_ members: [String: JSONValue]) -> Bool {
        members["Event"] == .string("s3:TestEvent")
    }

    /// Names of events come with and without "s3:" before them.
    private static func isRemoval(_ name: String) -> Bool {
        let name = name.hasPrefix("s3:") ? name.dropFirst(3) : name[...]
        return name.hasPrefix("ObjectRemoved:") || name.hasPrefix("LifecycleExpiration:")
    }

    private static func uri(
        bucket: EventObject, _ object: EventObject, key: String, version: String?
    ) throws(Failure) -> String {
        let name = try bucket.string("name")
        // A slash would make the rest of the name part of the key.
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
            throw Failure(
                .badRequest,
                "\"\(bucket.place(of: "name"))\" is no name of a bucket: "
                    + JSONValue.string(name).summary)
        }
        guard !key.isEmpty else {
            throw Failure(.badRequest, "\"\(object.place(of: "key"))\" is empty")
        }
        let suffix = version.map { $0.isEmpty ? "" : "?versionId=\($0)" } ?? ""
        return "s3://\(name)/\(key)\(suffix)"
    }
}
