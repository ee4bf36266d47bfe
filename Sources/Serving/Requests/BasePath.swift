// What stands before the server's own paths where whatever is in front of it leaves it there: the
// base path mapping of an API's own domain name, a load balancer's or a proxy's rule for a path.
//
// It is removed where it is found, and nothing is missed where it is not: SageMaker and health
// checks ask without it. It refuses what no path begins with as it is sent: escapes, empty parts,
// "." and "..".

/// The beginning of a path, in whole parts.
package struct BasePath: Sendable, Equatable {
    /// None; nothing is removed.
    static let none = BasePath(bytes: [])

    /// "/models/digits", without a slash at its end; empty where there is none.
    private let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads "/models/digits"; a slash at the end stands for nothing. `nil` where a text is no path.
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

    /// The indices of a path behind it; `nil` where the path does not begin with it.
    func removed(from path: Range<Int>, in text: Span<UInt8>) -> Range<Int>? {
        let rest = path.dropFirst(bytes.count)
        guard !bytes.isEmpty, let slash = rest.first, text[slash] == UInt8(ascii: "/") else {
            return nil
        }
        for (index, byte) in zip(path, bytes) where text[index] != byte { return nil }
        return slash..<path.upperBound
    }

    /// What a path holds unescaped (RFC 3986 §3.3).
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
