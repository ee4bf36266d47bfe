// The base path: a prefix of request paths that comes from the base path mapping of an API's custom
// domain, or from a path rule of a load balancer or a proxy.
//
// It is removed from paths that begin with it. Paths without it work too, because SageMaker and
// health checks don't send it. Escapes, empty parts, "." and ".." are refused in it, since no path
// begins with them when it is sent.

/// The beginning of a path, in whole parts.
package struct BasePath: Sendable, Equatable {
    /// No base path: nothing is removed.
    static let none = BasePath(bytes: [])

    /// "/models/digits", without a slash at its end; empty for `none`.
    private let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads "/models/digits"; a slash at the end is ignored. `nil` if the text is not such a path.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.allSatisfy(Self.isPathText) else {
            return nil
        }
        let path = bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes[...]
        let parts = path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard path.isEmpty || !parts.contains(where: Self.isNoPart) else { return nil }
        self.bytes = Array(path)
    }

    /// The rest of a path after the base path; `nil` if the path does not begin with it.
    func removed(from path: Range<Int>, in text: Span<UInt8>) -> Range<Int>? {
        let rest = path.dropFirst(bytes.count)
        guard !bytes.isEmpty, let slash = rest.first, text[slash] == UInt8(ascii: "/") else {
            return nil
        }
        for (index, byte) in zip(path, bytes) where text[index] != byte { return nil }
        return slash..<path.upperBound
    }

    /// Whether a path may hold the byte unescaped (RFC 3986 §3.3).
    private static func isPathText(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "/-._~!$&'()*+,;=:@".utf8.contains(byte)
        }
    }

    private static func isNoPart(_ part: ArraySlice<UInt8>) -> Bool {
        part.allSatisfy { $0 == UInt8(ascii: ".") } && part.count <= 2
    }
}

extension BasePath: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
