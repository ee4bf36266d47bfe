// Events of S3 about objects: notifications (Records[].s3) and EventBridge events (detail).
//
// Both name an object and become its URI, `s3://bucket/key`, with the key not encoded, and with
// `?versionId=…` if a version is given. Events about deleted objects have no URI.

internal import Basics
internal import Inference
internal import Runtime

/// Reads events of S3.
enum S3Event {
    /// The URI of the object in a record of a notification; `nil` if it was deleted.
    static func uri(ofRecord value: JSONValue, at place: String) throws(Failure) -> String? {
        let record = try EventObject(value, at: place)
        guard !isRemoval(try record.stringIfAny("eventName") ?? "") else { return nil }
        let s3 = try record.object("s3")
        let object = try s3.object("object")
        // Keys are form-encoded here, and only here (docs/platforms.md B15).
        guard let key = PercentEncoding.decoded(form: try object.string("key")) else {
            throw Failure(
                .badRequest, "\"\(object.place(of: "key"))\" does not decode to UTF-8")
        }
        return try uri(
            bucket: try s3.object("bucket"), object, key: key,
            version: try object.stringIfAny("versionId"))
    }

    /// The URI of the object in an EventBridge event of S3; `nil` if it was deleted.
    static func uri(ofDetail detail: EventObject, type: String) throws(Failure) -> String? {
        guard type != "Object Deleted" else { return nil }
        let object = try detail.object("object")
        return try uri(
            bucket: try detail.object("bucket"), object, key: try object.string("key"),
            version: try object.stringIfAny("version-id"))
    }

    /// Whether a message is S3's test message, which it sends when notifications are configured.
    static func isTest(_ members: [String: JSONValue]) -> Bool {
        members["Event"] == .string("s3:TestEvent")
    }

    /// Event names come with and without the prefix "s3:".
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
                "\"\(bucket.place(of: "name"))\" is not a bucket name: "
                    + JSONValue.string(name).summary)
        }
        guard !key.isEmpty else {
            throw Failure(.badRequest, "\"\(object.place(of: "key"))\" is empty")
        }
        let suffix = version.map { $0.isEmpty ? "" : "?versionId=\($0)" } ?? ""
        return "s3://\(name)/\(key)\(suffix)"
    }
}
