// The fields that a request is judged by, each of them read whole.
//
// Several field lines of one name are one list, in the order of arrival (RFC 9110 §5.3). Where a field
// has a single value, lines that differ contradict each other: the request is refused, since another
// recipient on its way may have believed another line.

internal import HTTP

extension RequestHead {
    /// A field that is a list: all of its lines, joined by commas; `nil` where there is none.
    func list(_ name: StaticString, in bytes: Span<UInt8>) -> String? {
        var list: String?
        forEachValue(of: name, in: bytes) { value in
            let text = value.text(in: bytes)
            list = list.map { "\($0), \(text)" } ?? text
        }
        return list
    }

    /// A field that has one value; `nil` where there is none. Throws `badRequest` where its lines
    /// differ.
    func single(_ name: StaticString, in bytes: Span<UInt8>) throws(Failure) -> String? {
        var first: String?
        var other: String?
        forEachValue(of: name, in: bytes) { value in
            let text = value.text(in: bytes)
            if first == nil {
                first = text
            } else if text != first {
                other = text
            }
        }
        guard let first, let other else { return first }
        throw Failure(
            .badRequest,
            "the field \(name) has two values, “\(first.prefix(60))” and “\(other.prefix(60))”; "
                + "send one")
    }
}

/// Whether Content-Encoding says that the body is as it is (RFC 9110 §8.4.1).
func isIdentity(_ codings: String) -> Bool {
    codings.split(separator: ",").allSatisfy { coding in
        let name = coding.filter { !$0.isWhitespace }
        return name.isEmpty || name.lowercased() == "identity"
    }
}
