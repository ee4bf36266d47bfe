// A request's head, as ranges into the bytes it was read from.
//
// Ranges instead of copies: a head costs no allocation, and one `RequestHead` is reused by a whole
// server. It is valid only with the span it was filled from, and only until the next request; the
// application copies anything it needs for longer.
// It decodes nothing: the routes decode percent-encoding and queries.

/// A range of bytes in a head, in 4 bytes: a head never exceeds 64 KiB.
package struct ByteRange: Sendable, Equatable {
    /// Index of the first byte.
    package let start: UInt16

    /// Index after the last byte.
    package let end: UInt16

    @inline(__always)
    init(_ range: Range<Int>) {
        start = UInt16(truncatingIfNeeded: range.lowerBound)
        end = UInt16(truncatingIfNeeded: range.upperBound)
    }

    /// Number of bytes.
    package var count: Int { Int(end) - Int(start) }

    /// Whether there are no bytes.
    package var isEmpty: Bool { start == end }

    /// The indices, for use with a span.
    package var range: Range<Int> { Int(start)..<Int(end) }
}

/// One field line of a head (RFC 9112 §5).
package struct FieldLine: Sendable, Equatable {
    /// The field name, as sent.
    package let name: ByteRange

    /// The field value, without whitespace around it.
    package let value: ByteRange
}

/// How the end of a request body is found (RFC 9112 §6).
package enum BodyFraming: Sendable, Equatable {
    /// There is no body.
    case none
    /// The body has this many bytes (Content-Length).
    case length(Int)
    /// The body comes in chunks, each with its size (RFC 9112 §7.1).
    case chunked
}

/// The request line and field lines of one request, as ranges into the bytes they came in.
package struct RequestHead: ~Copyable {
    /// The most field lines a head can hold, regardless of `Limits`.
    package static let maximumFieldCount = 128

    /// The most bytes a head can have, regardless of `Limits`: the largest `UInt16` less 4 for the
    /// two empty lines that may come before the head.
    package static let maximumBytes = Int(UInt16.max) - 4

    /// The method.
    package internal(set) var method = Method.other

    /// The whole request target as sent.
    package internal(set) var target = ByteRange(0..<0)

    /// The path of the target, without the query. It reads `/` for `http://host`, `*` for
    /// `OPTIONS *`, and host:port for CONNECT.
    package internal(set) var path = ByteRange(0..<0)

    /// The part of the target after the first `?`, if there is one.
    package internal(set) var query: ByteRange?

    /// 1 for HTTP/1.1, 0 for HTTP/1.0.
    package internal(set) var minorVersion = 1

    /// How the end of the body is found.
    package internal(set) var framing = BodyFraming.none

    /// Whether the client lets the connection persist after this request (RFC 9112 §9.3).
    package internal(set) var persists = false

    /// Whether the client waits for `100 Continue` before it sends the body it announced.
    package internal(set) var expectsContinue = false

    /// Number of field lines.
    package internal(set) var fieldCount = 0

    var fields = InlineArray<128, FieldLine>(
        repeating: FieldLine(name: ByteRange(0..<0), value: ByteRange(0..<0)))

    /// A head that holds nothing yet.
    package init() {}

    /// The field line at an index below `fieldCount`, in the order of arrival.
    package func field(at index: Int) -> FieldLine {
        precondition(index < fieldCount, "there are fewer field lines")
        return fields[index]
    }

    /// The value of the first field line of a name, ignoring case. A list may continue in further
    /// lines: `forEachValue` gives all of them.
    package func value(of name: StaticString, in bytes: Span<UInt8>) -> ByteRange? {
        for index in 0..<fieldCount where bytes.holds(name, in: fields[index].name.range) {
            return fields[index].value
        }
        return nil
    }

    /// Calls `body` with the value of each field line of a name, ignoring case, in the order of
    /// arrival. A list may span several lines (RFC 9110 §5.3).
    package func forEachValue(
        of name: StaticString, in bytes: Span<UInt8>, _ body: (ByteRange) -> Void
    ) {
        for index in 0..<fieldCount where bytes.holds(name, in: fields[index].name.range) {
            body(fields[index].value)
        }
    }
}

extension ByteRange {
    /// These bytes as text; invalid UTF-8 is replaced.
    package func text(in bytes: Span<UInt8>) -> String {
        unsafe bytes.extracting(range).withUnsafeBufferPointer { bytes in
            unsafe String(decoding: bytes, as: UTF8.self)
        }
    }
}
