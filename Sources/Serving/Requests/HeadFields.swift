// Reads header fields of a request, with all lines of a field.
//
// Several field lines of one name are one list, in the order of arrival (RFC 9110 §5.3). If a field
// with a single value has lines that differ, the request is refused, since an intermediary may have
// used another line than this server.

internal import HTTP

extension RequestHead {
    /// A field that is a list: all of its lines, joined by commas; `nil` if it is missing.
    func list(_ name: StaticString, in bytes: Span<UInt8>) -> String? {
        var list: String?
        forEachValue(of: name, in: bytes) { value in
            let text = value.text(in: bytes)
            // Lists may have empty elements, which say nothing (RFC 9110 §5.6.1).
            guard let before = list, !before.isEmpty else { return list = text }
            if !text.isEmpty { list = "\(before), \(text)" }
        }
        return list
    }

    /// A field that has one value; `nil` if it is missing. Throws `badRequest` if its lines differ in
    /// their `meaning`; empty lines mean nothing.
    func single(
        _ name: StaticString, in bytes: Span<UInt8>, meaning: (String) -> String
    ) throws(Failure) -> String? {
        var first: String?
        var other: String?
        forEachValue(of: name, in: bytes) { value in
            let text = value.text(in: bytes)
            guard let before = first, !before.isEmpty else { return first = text }
            if !text.isEmpty, meaning(text) != meaning(before) { other = text }
        }
        guard let first, let other else { return first }
        throw Failure(
            .badRequest,
            "the field \(name) has two values, “\(first.prefix(60))” and “\(other.prefix(60))”; "
                + "send one")
    }
}

/// Whether a Content-Encoding says that the body is not encoded (RFC 9110 §8.4.1).
func isIdentity(_ codings: String) -> Bool {
    codings.split(separator: ",").allSatisfy { coding in
        let name = coding.filter { !$0.isWhitespace }
        return name.isEmpty || name.lowercased() == "identity"
    }
}
