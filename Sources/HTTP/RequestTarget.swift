// The four forms of a request target (RFC 9112 §3.2), and its path and query.
//
// Origin-form is what clients send; absolute-form comes from proxies and must be understood; `*`
// belongs to OPTIONS and host:port to CONNECT. Anything else is refused, so a route never sees a
// path that does not start with '/'.
// It does not normalise: `/a/../b` and `%2e` reach the routes unchanged, and match none.

internal import Basics

extension RequestHead {
    /// Sets target, path and query from the target in `range`, whose bytes are valid.
    mutating func setTarget(_ range: Range<Int>, in bytes: Span<UInt8>) throws(ProtocolError) {
        target = ByteRange(range)
        if method == .connect {
            guard RequestHead.isAuthority(range, in: bytes) else { throw .invalidTargetForm }
            path = target
            query = nil
        } else if bytes[range.lowerBound] == Byte.slash {
            splitQuery(range, in: bytes)
        } else if method == .options, range.count == 1, bytes[range.lowerBound] == Byte.asterisk {
            path = target
            query = nil
        } else {
            try setAbsoluteForm(range, in: bytes)
        }
    }

    private mutating func splitQuery(_ range: Range<Int>, in bytes: Span<UInt8>) {
        let index = bytes.firstIndex(
            of: Byte.question, from: range.lowerBound, to: range.upperBound)
        path = ByteRange(range.lowerBound..<index)
        query = index < range.upperBound ? ByteRange(index + 1..<range.upperBound) : nil
    }

    private mutating func setAbsoluteForm(
        _ range: Range<Int>, in bytes: Span<UInt8>
    ) throws(ProtocolError) {
        let start = range.lowerBound
        let afterScheme: Int
        if range.count > 7, bytes.holds("http://", in: start..<start + 7) {
            afterScheme = start + 7
        } else if range.count > 8, bytes.holds("https://", in: start..<start + 8) {
            afterScheme = start + 8
        } else {
            throw .invalidTargetForm
        }

        var index = afterScheme
        while index < range.upperBound, bytes[index] != Byte.slash, bytes[index] != Byte.question {
            index += 1
        }
        guard index > afterScheme else { throw .invalidTargetForm }
        splitQuery(index..<range.upperBound, in: bytes)
        // An empty path means "/" (RFC 9110 §4.2.3); the range points at the last slash before the
        // host.
        if path.isEmpty { path = ByteRange(afterScheme - 1..<afterScheme) }
    }

    /// Whether `range` holds host:port, with a port of one to five digits.
    private static func isAuthority(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var colon = range.upperBound - 1
        while colon > range.lowerBound, bytes[colon].isDigit { colon -= 1 }
        let digits = range.upperBound - 1 - colon
        guard colon > range.lowerBound, bytes[colon] == Byte.colon, 1...5 ~= digits else {
            return false
        }
        for index in range.lowerBound..<colon {
            switch bytes[index] {
            case Byte.slash, Byte.question, UInt8(ascii: "@"): return false
            default: break
            }
        }
        return true
    }
}
