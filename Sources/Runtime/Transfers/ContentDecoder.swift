// Decodes the body of a response as it arrives, through each of its codings, in bounded memory.
//
// What is counted is what comes out: each coding's output has the same limit, whatever the ratio.
// Takes a fraction of the time that decoding a picture takes, but too much for the loop when the
// host is hostile, so pictures are unpacked by workers.

internal import Basics

/// The decoder of one body. Any thread, one at a time.
package final class ContentDecoder {
    /// The stages in the order of decoding: the coding that was applied last comes first.
    private let stages: [Stage]

    /// Decodes a body in these codings, which are in the order in which they were applied. Throws if
    /// one is not supported.
    package init(_ codings: [ContentCoding], limit: Int) throws(CodingError) {
        for coding in codings {
            if case .unsupported = coding { throw .unsupported(coding) }
        }
        stages = codings.reversed().map { Stage($0, limit: limit) }
    }

    /// Decodes the next part of the body; `receive` gets the output in pieces, and returns whether
    /// it wants more. After an error it must get no more input.
    package func decode(
        _ bytes: Span<UInt8>, _ receive: (Span<UInt8>) -> Bool
    ) throws(CodingError) {
        try decode(bytes, from: 0, receive)
    }

    /// Call it after the last part. Throws `truncated` if the body has not ended; an empty one has.
    package func finish() throws(CodingError) {
        for stage in stages { try stage.finish() }
    }

    private func decode(
        _ bytes: Span<UInt8>, from index: Int, _ receive: (Span<UInt8>) -> Bool
    ) throws(CodingError) {
        guard index < stages.count else {
            guard receive(bytes) else { throw .unwanted }
            return
        }
        try stages[index].decode(bytes) { piece throws(CodingError) in
            try decode(piece, from: index + 1, receive)
        }
    }
}

/// One coding of a body.
private final class Stage {
    private enum State {
        /// No byte has come.
        case new
        case inflating(Inflation)
        case brotli(BrotliStream)
        /// A stream has ended. Another one of gzip may follow; anything else is ignored.
        case ended(Inflation?)
    }

    private let coding: ContentCoding
    private let limit: Int
    private var state = State.new
    /// Bytes that came out.
    private var count = 0

    init(_ coding: ContentCoding, limit: Int) {
        self.coding = coding
        self.limit = limit
    }

    func decode(
        _ input: Span<UInt8>, _ receive: (Span<UInt8>) throws(CodingError) -> Void
    ) throws(CodingError) {
        let counted = { (piece: Span<UInt8>) throws(CodingError) in
            guard piece.count <= self.limit - self.count else {
                throw CodingError.tooLarge(self.coding, limit: self.limit)
            }
            self.count += piece.count
            try receive(piece)
        }
        var position = 0
        // There may be output left when all input has been read.
        var step = UnpackingStep.hungry
        while position < input.count || step == .more {
            switch state {
            case .new:
                state = try begin(input[position])
                continue
            case .inflating(let inflation):
                step = try inflation.step(input, at: &position, counted)
                if step == .ended { state = .ended(coding == .gzip ? inflation : nil) }
            case .brotli(let brotli):
                step = try brotli.step(input, at: &position, counted)
                if step == .ended { state = .ended(nil) }
            case .ended(let inflation?) where input[position] == Self.gzipByte:
                inflation.restart()
                state = .inflating(inflation)
                continue
            case .ended: return
            }
            if case .failed(let reason) = step { throw .damaged(coding, reason: reason) }
        }
    }

    func finish() throws(CodingError) {
        switch state {
        case .new, .ended: break
        case .inflating, .brotli: throw .truncated(coding)
        }
    }

    /// The first byte of gzip.
    private static let gzipByte: UInt8 = 0x1F

    /// The first byte tells the three formats of deflate data apart: gzip's own, 8 in the lower half
    /// for zlib's, and neither for raw data as encoders write it.
    private func begin(_ first: UInt8) throws(CodingError) -> State {
        if coding == .brotli {
            guard let brotli = BrotliStream() else { throw .unsupported(.unsupported("br")) }
            return .brotli(brotli)
        }
        if first == Self.gzipByte { return .inflating(Inflation(.gzip)) }
        if first & 0x0F == 8 { return .inflating(Inflation(.zlib)) }
        guard coding == .deflate else {
            throw .damaged(coding, reason: "it does not begin as gzip does")
        }
        return .inflating(Inflation(.raw))
    }
}
