// The chunked transfer coding of a request body (RFC 9112 §7.1), read strictly.
//
// A state machine with a state for each position in the grammar. It consumes every byte it is
// given, so it stores none and reads none twice; it reports content as a range of the input. It
// checks chunk extensions and the trailer section as strictly as a head, then drops them: unchecked
// bytes could hide a smuggled request. Both are bounded; otherwise a client could send gigabytes
// around an empty body.
// It does not count content: only the server knows the route's limit.

internal import Basics

/// The decoder of one chunked body.
struct ChunkedDecoder: Sendable {
    /// The result of a call.
    enum Event {
        case needMore
        case content(Range<Int>)
        case end
    }

    private enum Part: UInt8 {
        case sizeStart, size, sizeEnd
        case beforeSemicolon, extensionStart, extensionName, afterExtensionName
        case valueStart, value, quoted, quotedPair, afterQuoted
        case content, contentReturn, contentFeed
        case trailerStart, trailerName, trailerValue, trailerFeed, lastFeed
    }

    private var part = Part.sizeStart
    /// In a size line, the size so far; after it, the remaining content bytes of this chunk.
    private var remaining = 0
    /// Bytes of the current size line, or of the trailer section.
    private var sectionBytes: UInt16 = 0
    private var extensionBytes: UInt16 = 0

    /// A decoder that waits for the first chunk.
    init() {}

    /// Reads from `start` on until content, the end of the body, or the end of the bytes.
    ///
    /// Sets `position` to the index after the last byte read. Content is the range that ends there.
    mutating func decode(
        _ bytes: Span<UInt8>, position: inout Int, limits: SyntaxLimits
    ) throws(ProtocolError) -> Event {
        while position < bytes.count {
            if part == .content {
                let start = position
                let count = min(remaining, bytes.count - start)
                remaining -= count
                position = start + count
                if remaining == 0 { part = .contentReturn }
                return .content(start..<position)
            }
            let byte = bytes[position]
            position += 1
            if part == .lastFeed {
                try countTrailer(limits)
                guard byte == Byte.lineFeed else { throw .bareCarriageReturn }
                return .end
            }
            try read(byte, limits: limits)
        }
        return .needMore
    }

    private mutating func read(_ byte: UInt8, limits: SyntaxLimits) throws(ProtocolError) {
        switch part {
        case .contentReturn:
            guard byte == Byte.carriageReturn else { throw .unterminatedChunk }
            part = .contentFeed
        case .contentFeed:
            guard byte == Byte.lineFeed else { throw .unterminatedChunk }
            beginSection(.sizeStart)
        case .trailerStart, .trailerName, .trailerValue, .trailerFeed:
            try countTrailer(limits)
            try readTrailer(byte)
        case .sizeStart, .size, .sizeEnd:
            try countSizeLine(limits)
            try readSize(byte)
        default:
            try countSizeLine(limits)
            guard extensionBytes < limits.chunkExtensionBytes else { throw .chunkExtensionsTooLong }
            extensionBytes += 1
            try readExtension(byte)
        }
    }

    private mutating func beginSection(_ first: Part) {
        part = first
        sectionBytes = 0
        remaining = 0
    }

    private mutating func countTrailer(_ limits: SyntaxLimits) throws(ProtocolError) {
        guard sectionBytes < limits.trailerBytes else { throw .trailerTooLarge }
        sectionBytes += 1
    }

    private mutating func countSizeLine(_ limits: SyntaxLimits) throws(ProtocolError) {
        guard sectionBytes < limits.chunkHeaderBytes else { throw .chunkHeaderTooLong }
        sectionBytes += 1
    }
}

// MARK: - Size line

extension ChunkedDecoder {
    private mutating func readSize(_ byte: UInt8) throws(ProtocolError) {
        if part == .sizeEnd {
            guard byte == Byte.lineFeed else { throw .bareCarriageReturn }
            if remaining == 0 { beginSection(.trailerStart) } else { part = .content }
            return
        }
        if let digit = byte.hexadecimalValue {
            guard remaining <= Int.max >> 4 else { throw .chunkSizeOverflow }
            remaining = remaining << 4 | Int(digit)
            part = .size
            return
        }
        guard part == .size || byte == Byte.lineFeed else { throw .invalidChunkSize }
        switch byte {
        case Byte.carriageReturn: part = .sizeEnd
        case Byte.semicolon: part = .extensionStart
        case Byte.space, Byte.tab: part = .beforeSemicolon
        case Byte.lineFeed: throw .bareLineFeed
        default: throw .invalidChunkSize
        }
    }

    /// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )` (RFC 9112 §7.1.1).
    private mutating func readExtension(_ byte: UInt8) throws(ProtocolError) {
        switch (part, byte) {
        case (_, Byte.lineFeed):
            throw .bareLineFeed
        case (.extensionName, Byte.carriageReturn), (.value, Byte.carriageReturn),
            (.afterQuoted, Byte.carriageReturn):
            part = .sizeEnd
        case (.beforeSemicolon, Byte.semicolon), (.extensionName, Byte.semicolon),
            (.afterExtensionName, Byte.semicolon), (.value, Byte.semicolon),
            (.afterQuoted, Byte.semicolon):
            part = .extensionStart
        case (.extensionName, Byte.equals), (.afterExtensionName, Byte.equals):
            part = .valueStart
        case (.valueStart, Byte.quote): part = .quoted
        case (.quoted, Byte.quote): part = .afterQuoted
        case (.quoted, Byte.backslash): part = .quotedPair
        case (.quoted, _) where byte.isFieldText: break
        case (.quotedPair, _) where byte.isFieldText: part = .quoted
        case (.extensionStart, _) where byte.isToken: part = .extensionName
        case (.extensionName, _) where byte.isToken: break
        case (.valueStart, _) where byte.isToken: part = .value
        case (.value, _) where byte.isToken: break
        case (.beforeSemicolon, _) where byte.isBlank, (.extensionStart, _) where byte.isBlank,
            (.afterExtensionName, _) where byte.isBlank, (.valueStart, _) where byte.isBlank:
            break
        case (.extensionName, _) where byte.isBlank: part = .afterExtensionName
        case (.value, _) where byte.isBlank, (.afterQuoted, _) where byte.isBlank:
            part = .beforeSemicolon
        default: throw .malformedChunkExtension
        }
    }
}

// MARK: - Trailer section

extension ChunkedDecoder {
    /// Field lines as in a head (RFC 9112 §7.1.2), checked and dropped.
    private mutating func readTrailer(_ byte: UInt8) throws(ProtocolError) {
        if byte == Byte.lineFeed, part != .trailerFeed { throw .bareLineFeed }
        switch part {
        case .trailerStart:
            if byte == Byte.carriageReturn {
                part = .lastFeed
            } else {
                guard byte.isToken else { throw .malformedTrailer }
                part = .trailerName
            }
        case .trailerName:
            if byte == Byte.colon {
                part = .trailerValue
            } else {
                guard byte.isToken else { throw .malformedTrailer }
            }
        case .trailerValue:
            if byte == Byte.carriageReturn {
                part = .trailerFeed
            } else {
                guard byte.isFieldText else { throw .malformedTrailer }
            }
        default:
            guard byte == Byte.lineFeed else { throw .bareCarriageReturn }
            part = .trailerStart
        }
    }
}
