// Reads the head fields that concern the connection: where the body ends, and what comes after.
//
// If two servers disagree on where a request ends, a client can smuggle another request past one of
// them (RFC 9112 §11.2). So an ambiguous request is refused, even where the RFC lets a recipient
// repair it.
// It ignores all fields that don't concern the connection.

/// The values from a head's fields that decide its framing.
private struct FramingFields {
    var hosts = 0
    var contentLength: Int?
    var isChunked = false
    var saysClose = false
    var saysKeepAlive = false
    var expects = false
}

extension RequestHead {
    /// Sets `framing`, `persists` and `expectsContinue` from the fields (RFC 9112 §6.3, §9.3).
    mutating func setFraming(in bytes: Span<UInt8>) throws(ProtocolError) {
        var sums = FramingFields()
        for index in 0..<fieldCount {
            // Length and first letter rule out most fields, which don't matter here.
            let name = fields[index].name
            switch (name.count, bytes[Int(name.start)] | 0x20) {
            case (4, UInt8(ascii: "h")), (6, UInt8(ascii: "e")), (10, UInt8(ascii: "c")),
                (14, UInt8(ascii: "c")), (17, UInt8(ascii: "t")):
                try add(fields[index], in: bytes, to: &sums)
            default:
                continue
            }
        }

        if sums.hosts == 0, minorVersion == 1 { throw .missingHost }
        if sums.isChunked {
            if sums.contentLength != nil { throw .contentLengthWithTransferEncoding }
            if minorVersion == 0 { throw .transferEncodingInHTTP10 }
            framing = .chunked
        } else if let length = sums.contentLength {
            framing = .length(length)
        } else {
            framing = .none
        }
        persists = !sums.saysClose && (minorVersion == 1 || sums.saysKeepAlive)
        expectsContinue = sums.expects && framing != .none && framing != .length(0)
    }

    private func add(
        _ field: FieldLine, in bytes: Span<UInt8>, to sums: inout FramingFields
    ) throws(ProtocolError) {
        let name = field.name.range
        let value = field.value.range
        switch name.count {
        case 4 where bytes.holds("host", in: name):
            sums.hosts += 1
            if sums.hosts > 1 { throw .repeatedHost }
        case 6 where minorVersion == 1 && bytes.holds("expect", in: name):
            var isSupported = true
            bytes.forEachElement(in: value) { element in
                if !bytes.holds("100-continue", in: element) { isSupported = false }
            }
            guard isSupported else { throw .unsupportedExpectation }
            sums.expects = true
        case 10 where bytes.holds("connection", in: name):
            bytes.forEachElement(in: value) { element in
                if bytes.holds("close", in: element) { sums.saysClose = true }
                if bytes.holds("keep-alive", in: element) { sums.saysKeepAlive = true }
            }
        case 14 where bytes.holds("content-length", in: name):
            guard sums.contentLength == nil else { throw .repeatedContentLength }
            sums.contentLength = try RequestHead.contentLength(value, in: bytes)
        case 17 where bytes.holds("transfer-encoding", in: name):
            try RequestHead.checkTransferEncoding(value, in: bytes, isChunked: &sums.isChunked)
        default:
            break
        }
    }

    /// One or more digits and nothing else, below 2^63 (RFC 9110 §8.6).
    private static func contentLength(
        _ range: Range<Int>, in bytes: Span<UInt8>
    ) throws(ProtocolError) -> Int {
        guard !range.isEmpty else { throw .invalidContentLength }
        var length = 0
        for index in range {
            let byte = bytes[index]
            let (tens, overflowsTens) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflows) = tens.addingReportingOverflow(Int(byte &- Byte.zero))
            guard byte.isDigit, !overflowsTens, !overflows else { throw .invalidContentLength }
            length = sum
        }
        return length
    }

    /// Accepts `chunked` only, and only once; other codings are not supported (RFC 9112 §6.1).
    private static func checkTransferEncoding(
        _ range: Range<Int>, in bytes: Span<UInt8>, isChunked: inout Bool
    ) throws(ProtocolError) {
        var violation: ProtocolError?
        var chunked = isChunked
        bytes.forEachElement(in: range) { element in
            guard violation == nil else { return }
            if chunked || !bytes.isToken(element) {
                violation = .malformedTransferEncoding
            } else if bytes.holds("chunked", in: element) {
                chunked = true
            } else {
                violation = .unsupportedTransferCoding
            }
        }
        if let violation { throw violation }
        isChunked = chunked
    }
}

extension Span<UInt8> {
    /// Calls `body` with each element of a comma-separated list, without the blanks around it.
    ///
    /// Empty elements count (RFC 9110 §5.6.1 lets a recipient ignore them), so that a caller can
    /// refuse them.
    fileprivate func forEachElement(in range: Range<Int>, _ body: (Range<Int>) -> Void) {
        var start = range.lowerBound
        for index in range where self[index] == Byte.comma {
            body(trimmingBlanks(start..<index))
            start = index + 1
        }
        body(trimmingBlanks(start..<range.upperBound))
    }

    /// Whether `range` holds a token.
    fileprivate func isToken(_ range: Range<Int>) -> Bool {
        for index in range where !self[index].isToken { return false }
        return !range.isEmpty
    }
}
