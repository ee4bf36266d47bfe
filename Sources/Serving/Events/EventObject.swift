// An object inside of an event, and where it stands.
//
// Events come from AWS, but also from hands that write tests for functions: what is missing or of
// the wrong type is named by its place, "Records[2].s3.object.key", and is never our failure.

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

    /// A member, where it is there and not null.
    subscript(_ key: String) -> JSONValue? {
        guard let value = members[key], value != .null else { return nil }
        return value
    }

    /// A member that must be there.
    func value(_ key: String) throws(Failure) -> JSONValue {
        guard let value = members[key] else {
            throw Failure(.badRequest, "\"\(place(of: key))\" is missing")
        }
        return value
    }

    /// A member that must be an object.
    func object(_ key: String) throws(Failure) -> EventObject {
        try EventObject(try value(key), at: place(of: key))
    }

    /// A member that must be an object where it is there; an empty one stands for one that is not.
    func objectIfAny(_ key: String) throws(Failure) -> EventObject {
        try EventObject(self[key] ?? .object([:]), at: place(of: key))
    }

    /// A member that must be a string.
    func string(_ key: String) throws(Failure) -> String {
        try EventObject.string(try value(key), at: place(of: key))
    }

    /// A member that must be a string where it is there.
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
