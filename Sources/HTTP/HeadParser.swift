// The syntax of a request head (RFC 9112 §2–§5), strictly, over bytes that may come in any pieces.
//
// A resumable scan: it remembers the byte it stopped at and what it was reading, so a client that
// sends one byte at a time costs no more than one that sends them all. It checks each line when its
// LF arrives, before it reads the next, so an error is the same, and occurs at the same byte,
// however the input is split. The fields go into the server's one `RequestHead`, which other
// connections use in the meantime; so a head that came in pieces is parsed once more when it is
// complete. It is not lenient: no bare LF, no bare CR, no folding, no space before a colon.

/// The parser of one request head.
struct HeadParser: Sendable {
    /// The part of the head that the byte at `position` belongs to.
    private enum Part: UInt8 {
        case method, target, version, fieldStart, fieldName, fieldValue, fieldEnd, headEnd
    }

    /// `HTTP/1.1`, its first byte in the lowest place.
    private static let commonVersion: UInt64 = 0x312E_312F_5054_5448

    private var part = Part.method
    private var start: UInt16
    private var position: UInt16
    private var lineStart: UInt16
    /// In the request line, the end of the method; in a field line, the colon.
    private var mark: UInt16 = 0
    private var targetEnd: UInt16 = 0
    private var fieldCount: UInt16 = 0

    /// A parser for the head that starts at an index of the bytes given to it.
    init(start: Int = 0) {
        let start = UInt16(truncatingIfNeeded: start)
        self.start = start
        position = start
        lineStart = start
    }

    /// Whether no byte has been read yet.
    var isFresh: Bool { position == start }

    /// Continues where it stopped. `bytes` starts with the bytes of earlier calls.
    ///
    /// Returns the index after the head, or nil if it needs more bytes.
    mutating func parse(
        _ bytes: Span<UInt8>, into head: inout RequestHead, limits: SyntaxLimits
    ) throws(ProtocolError) -> Int? {
        let cameInPieces = !isFresh
        guard let end = try scan(bytes, into: &head, limits: limits) else { return nil }
        guard cameInPieces else { return end }
        self = HeadParser(start: Int(start))
        return try scan(bytes, into: &head, limits: limits)
    }

    private mutating func scan(
        _ bytes: Span<UInt8>, into head: inout RequestHead, limits: SyntaxLimits
    ) throws(ProtocolError) -> Int? {
        let limit = Int(start) + Int(limits.headBytes)
        let end = min(bytes.count, limit)
        // The scan works on a copy, which stays in registers.
        var scan = self
        if scan.part.rawValue <= Part.version.rawValue {
            try scan.scanRequestLine(bytes, end, into: &head, limits: limits)
        }
        let isComplete = try scan.scanFields(bytes, end, into: &head, limit: limits.fieldCount)
        self = scan
        if isComplete { return Int(position) }
        if bytes.count > limit { throw .headTooLarge }
        return nil
    }
}

// MARK: - Request line (RFC 9112 §3)

extension HeadParser {
    private mutating func scanRequestLine(
        _ bytes: Span<UInt8>, _ end: Int, into head: inout RequestHead, limits: SyntaxLimits
    ) throws(ProtocolError) {
        if part == .method { try scanMethod(bytes, end) }
        if part == .target { try scanTarget(bytes, end, longest: Int(limits.targetBytes)) }
        while part == .version, Int(position) < end {
            try scanVersion(bytes, end, into: &head)
        }
    }

    private mutating func scanMethod(_ bytes: Span<UInt8>, _ end: Int) throws(ProtocolError) {
        let index = bytes.endOfToken(from: Int(position), to: end)
        guard index - Int(lineStart) <= Limits.methodBytes else { throw .methodTooLong }
        position = UInt16(truncatingIfNeeded: index)
        guard index < end else { return }

        let isEmpty = position == lineStart
        switch bytes[index] {
        case Byte.space where !isEmpty: break
        case Byte.lineFeed: throw .bareLineFeed
        case Byte.carriageReturn: throw isEmpty ? .emptyRequestLine : .missingVersion
        // A TLS record of type handshake.
        case 0x16 where isEmpty: throw .tlsHandshake
        default: throw .invalidMethod
        }
        mark = position
        position += 1
        part = .target
    }

    private mutating func scanTarget(
        _ bytes: Span<UInt8>, _ end: Int, longest: Int
    ) throws(ProtocolError) {
        let targetStart = Int(mark) + 1
        let end = min(end, targetStart + longest + 1)
        let index = bytes.endOfTargetText(from: Int(position), to: end)
        guard index - targetStart <= longest else { throw .targetTooLong }
        position = UInt16(truncatingIfNeeded: index)
        guard index < end else { return }

        switch bytes[index] {
        case Byte.space where index > targetStart: break
        case Byte.lineFeed: throw .bareLineFeed
        case Byte.carriageReturn: throw .missingVersion
        default: throw .invalidTarget
        }
        targetEnd = position
        position += 1
        part = .version
    }

    /// Checks one byte of `HTTP/1.1` CR LF by its position, or the eight of `HTTP/1.1` at once.
    private mutating func scanVersion(
        _ bytes: Span<UInt8>, _ end: Int, into head: inout RequestHead
    ) throws(ProtocolError) {
        let versionStart = Int(targetEnd) + 1
        let offset = Int(position) - versionStart
        if offset == 0, end - versionStart >= 8,
            bytes.word(at: versionStart) == HeadParser.commonVersion
        {
            position += 8
            return
        }
        let byte = bytes[Int(position)]
        let fits =
            switch offset {
            case 0: byte == UInt8(ascii: "H")
            case 1, 2: byte == UInt8(ascii: "T")
            case 3: byte == UInt8(ascii: "P")
            case 4: byte == Byte.slash
            case 6: byte == UInt8(ascii: ".")
            case 5, 7: byte.isDigit
            case 8: byte == Byte.carriageReturn
            default: byte == Byte.lineFeed
            }
        guard fits else {
            if byte == Byte.lineFeed { throw .bareLineFeed }
            throw offset == 9 ? .bareCarriageReturn : .malformedVersion
        }
        position += 1
        if offset == 9 { try endRequestLine(bytes, versionStart, into: &head) }
    }

    private mutating func endRequestLine(
        _ bytes: Span<UInt8>, _ versionStart: Int, into head: inout RequestHead
    ) throws(ProtocolError) {
        let minor = bytes[versionStart + 7] &- Byte.zero
        guard bytes[versionStart + 5] == UInt8(ascii: "1"), minor <= 1 else {
            throw .unsupportedVersion
        }
        head.minorVersion = Int(minor)
        head.method = Method(bytes, in: Int(lineStart)..<Int(mark))
        let target = Int(mark) + 1..<Int(targetEnd)
        try head.setTarget(target, in: bytes)
        lineStart = position
        part = .fieldStart
    }
}

// MARK: - Field lines (RFC 9112 §5)

extension HeadParser {
    /// Reads field lines up to the empty line after them; returns whether it was found.
    private mutating func scanFields(
        _ bytes: Span<UInt8>, _ end: Int, into head: inout RequestHead, limit: UInt16
    ) throws(ProtocolError) -> Bool {
        while Int(position) < end {
            // One jump for each line; within it one part follows another.
            switch part {
            case .fieldStart:
                try startField(bytes[Int(position)], limit: limit)
                guard part == .fieldName else { continue }
                fallthrough
            case .fieldName:
                guard try scanName(bytes, end) else { return false }
                fallthrough
            case .fieldValue:
                guard try scanValue(bytes, end) else { return false }
                fallthrough
            case .fieldEnd:
                guard Int(position) < end else { return false }
                try endField(bytes, into: &head)
            default:
                guard bytes[Int(position)] == Byte.lineFeed else { throw .bareCarriageReturn }
                position &+= 1
                head.fieldCount = Int(fieldCount)
                return true
            }
        }
        return false
    }

    @inline(__always)
    private mutating func startField(_ byte: UInt8, limit: UInt16) throws(ProtocolError) {
        if byte == Byte.carriageReturn {
            position &+= 1
            part = .headEnd
            return
        }
        if byte.isBlank { throw .foldedFieldLine }
        guard fieldCount < limit else { throw .tooManyFields }
        part = .fieldName
    }

    /// Returns whether the end of the name was found.
    @inline(__always)
    private mutating func scanName(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(ProtocolError) -> Bool {
        let index = bytes.endOfToken(from: Int(position), to: end)
        position = UInt16(truncatingIfNeeded: index)
        guard index < end else { return false }

        let byte = bytes[index]
        guard byte == Byte.colon, position > lineStart else {
            throw HeadParser.violation(ofName: byte)
        }
        mark = position
        position &+= 1
        part = .fieldValue
        return true
    }

    private static func violation(ofName byte: UInt8) -> ProtocolError {
        switch byte {
        case Byte.colon: .emptyFieldName
        case Byte.space, Byte.tab: .whitespaceBeforeColon
        case Byte.carriageReturn: .missingColon
        case Byte.lineFeed: .bareLineFeed
        default: .invalidFieldName
        }
    }

    /// Returns whether the end of the value was found.
    @inline(__always)
    private mutating func scanValue(
        _ bytes: Span<UInt8>, _ end: Int
    ) throws(ProtocolError) -> Bool {
        let index = bytes.endOfFieldText(from: Int(position), to: end)
        position = UInt16(truncatingIfNeeded: index)
        guard index < end else { return false }

        guard bytes[index] == Byte.carriageReturn else {
            throw bytes[index] == Byte.lineFeed ? .bareLineFeed : .invalidFieldValue
        }
        position &+= 1
        part = .fieldEnd
        return true
    }

    @inline(__always)
    private mutating func endField(
        _ bytes: Span<UInt8>, into head: inout RequestHead
    ) throws(ProtocolError) {
        guard bytes[Int(position)] == Byte.lineFeed else { throw .bareCarriageReturn }
        let value = bytes.trimmingBlanks(Int(mark) &+ 1..<Int(position) &- 1)
        head.fields[Int(fieldCount)] = FieldLine(
            name: ByteRange(Int(lineStart)..<Int(mark)), value: ByteRange(value))
        fieldCount &+= 1
        position &+= 1
        lineStart = position
        part = .fieldStart
    }
}

// MARK: - Complete heads

extension RequestHead {
    /// Reads a head that did not come over a connection, by the same rules. `bytes` holds the head
    /// with its empty line and nothing after it.
    package init(reading bytes: Span<UInt8>, limits: Limits) throws(ProtocolError) {
        self.init()
        var parser = HeadParser()
        let end = try parser.parse(bytes, into: &self, limits: SyntaxLimits(limits))
        // The head can end earlier only if a field holds a line break.
        guard end == bytes.count else { throw .invalidFieldValue }
        try setFraming(in: bytes)
    }
}
