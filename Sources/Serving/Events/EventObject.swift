// An object inside an event, and its place there.
//
// Events come from AWS, but people also write them by hand for tests. An error about a missing
// member or a wrong type names its place, "Records[2].s3.object.key", and counts as the client's.

internal import Basics
internal import Inference

/// The members of an object whose place is known.
struct EventObject {
    let members: [String: JSONValue]
    /// "Records[2].s3"; empty for the event itself.
    let place: String

    /// The event itself.
    init(event members: [String: JSONValue]) {
        self.members = members
        place = ""
    }

    /// A value that must be an object.
    init(_ value: JSONValue, at place: String) throws(Failure) {
        guard case .object(let members) = value else {
            throw Failure(.badRequest, "\"\(place)\" must be an object, not \(value.kind)")
        }
        self.members = members
        self.place = place
    }

    /// The place of a member.
    func place(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    /// A member; `nil` if it is missing or null.
    subscript(_ key: String) -> JSONValue? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    /// A required member.
    func value(_ key: String) throws(Failure) -> JSONValue {
        guard let value = members[key] else {
            throw Failure(.badRequest, "\"\(place(of: key))\" is missing")
        }
        return value
    }

    /// A required member that must be an object.
    func object(_ key: String) throws(Failure) -> EventObject {
        try EventObject(try value(key), at: place(of: key))
    }

    /// An optional member that must be an object; an empty object if it is missing.
    func objectIfAny(_ key: String) throws(Failure) -> EventObject {
        try EventObject(self[key] ?? .object([:]), at: place(of: key))
    }

    /// A required member that must be a string.
    func string(_ key: String) throws(Failure) -> String {
        try EventObject.string(try value(key), at: place(of: key))
    }

    /// An optional member that must be a string.
    func stringIfAny(_ key: String) throws(Failure) -> String? {
        guard let value = self[key] else { return nil }
        return try EventObject.string(value, at: place(of: key))
    }

    /// A value that must be a string.
    static func string(_ value: JSONValue, at place: String) throws(Failure) -> String {
        guard case .string(let text) = value else {
            throw Failure(.badRequest, "\"\(place)\" must be a string, not \(value.kind)")
        }
        return text
    }
}
