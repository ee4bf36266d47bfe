// PNG as Pillow reads it, with zlib alone: palettes resolved, 1, 2 and 4 bits widened, alpha and
// transparency dropped, gamma and colour profiles not applied, as in its `convert("RGB")`.
//
// Pillow does not use libpng, and the two disagree about damaged files. So this is Pillow's walk:
// chunks up to the pixels (`PNGChunks`), the pixels (`CPNG`), then chunks up to the end.

import CPNG
import CPicture

/// Decodes PNG for Pillow's profile; any thread.
enum PNGDecoder: PictureCodec {
    static var name: String { "PNG" }

    /// From the IHDR chunk, which comes first: width at byte 16, height at byte 20 (PNG §11.2.1).
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? {
        guard bytes.big(UInt32.self, at: 12) == PNGKind.header,
            let width = bytes.big(UInt32.self, at: 16),
            let height = bytes.big(UInt32.self, at: 20)
        else { return nil }
        return Preprocessing.Size(height: Int(height), width: Int(width))
    }

    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        try opened(bytes).header
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        let file = try opened(bytes)
        let pieces = file.pieces(in: bytes)
        var used = 0
        let (outcome, message) = unsafe file.readRows(bytes, pieces, &used, into: pixels)
        switch outcome {
        case AMPHORA_PICTURE_DECODED: break
        case AMPHORA_PICTURE_TRUNCATED: throw truncated
        default: throw damaged(message)
        }
        try asPillow { () throws(PillowRefusal) in try file.readOn(after: pieces[used], bytes) }
    }

    private static func opened(
        _ bytes: borrowing Span<UInt8>
    ) throws(PictureError) -> PNGFile {
        try asPillow { () throws(PillowRefusal) in try PNGFile(bytes) }
    }
}

/// A PNG whose chunks have been read up to the pixels.
private struct PNGFile {
    /// The state at the first chunk of pixels.
    private let chunks: PNGChunks
    private let firstPiece: Piece
    private let kind: (depth: UInt32, colourType: UInt32)
    private let frame: PNGChunks.Frame

    /// A part of the pixels' stream, as announced, and the animation's count after it.
    struct Piece {
        let part: amphora_png_piece
        let sequence: UInt32?

        var end: Int { part.start + part.length }
    }

    init(_ bytes: borrowing Span<UInt8>) throws(PillowRefusal) {
        var chunks = PNGChunks()
        var place = 8
        var chunk = try PNGChunks.chunk(at: place, bytes)
        reading: while true {
            switch try chunks.read(chunk, bytes) {
            case .pixels: break reading
            case .end: throw PillowRefusal("it has no pixels")
            case .other: break
            }
            try PNGChunks.checkSum(of: chunk, bytes)
            place = chunk.end + 4
            chunk = try PNGChunks.chunk(at: place, bytes)
        }
        self.chunks = chunks
        firstPiece = Self.piece(chunk, chunks)

        guard let kind = chunks.kind else {
            throw PillowRefusal("a combination of colour type and depth without meaning")
        }
        self.kind = kind
        let size = chunks.size
        guard size.width > 0, size.height > 0 else { throw PillowRefusal("it has no size") }
        frame = chunks.frame ?? .init(left: 0, top: 0, width: size.width, height: size.height)
        guard frame.width > 0, frame.height > 0 else {
            throw PillowRefusal("its animation begins with an empty frame")
        }
        if let palette = chunks.palette, kind.colourType != 3 || palette.count / 3 > 256 {
            throw PillowRefusal("its palette does not fit")
        }
        if chunks.hasTransparentIndex, chunks.palette == nil {
            throw PillowRefusal("it has no palette")
        }
    }

    private static func piece(_ chunk: PNGChunks.Chunk, _ chunks: PNGChunks) -> Piece {
        // A part of an animation begins with its number.
        let head = chunk.kind == PNGKind.frameData ? 4 : 0
        return Piece(
            part: amphora_png_piece(start: chunk.start + head, length: chunk.length - head),
            sequence: chunks.sequence)
    }

    var header: PictureHeader {
        let form: PixelForm =
            switch kind.colourType {
            case 0: kind.depth == 16 ? .gray16 : .gray
            case 4: .gray
            default: .rgb
            }
        return PictureHeader(width: chunks.size.width, height: chunks.size.height, form: form)
    }

    /// The parts of the stream, up to the first chunk that is none.
    func pieces(in bytes: borrowing Span<UInt8>) -> [Piece] {
        var chunks = chunks
        var pieces = [firstPiece]
        var end = firstPiece.end
        while let chunk = try? PNGChunks.chunk(at: end + 4, bytes) {
            switch chunk.kind {
            case PNGKind.data, PNGKind.oldData: break
            case PNGKind.frameData:
                guard (try? chunks.read(chunk, bytes)) != nil else { return pieces }
            default: return pieces
            }
            pieces.append(Self.piece(chunk, chunks))
            end = chunk.end
        }
        return pieces
    }

    /// Inflates the pixels; `used` is the place of the piece in which they were complete.
    func readRows(
        _ bytes: borrowing Span<UInt8>, _ pieces: [Piece], _ used: inout Int,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) -> (amphora_picture_outcome, String) {
        var colours = [UInt8](repeating: 0, count: 768)
        if let palette = chunks.palette {
            for index in 0..<palette.count / 3 * 3 {
                colours[index] = bytes[palette.lowerBound + index]
            }
        }
        let parts = pieces.map(\.part)
        return unsafe withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: Int(AMPHORA_PICTURE_MESSAGE_SIZE)
        ) { message in
            unsafe message.initialize(repeating: 0)
            guard let text = message.baseAddress else { preconditionFailure("no room") }
            let outcome = unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe colours.withUnsafeBufferPointer { colours in
                    var picture = unsafe description(palette: colours.baseAddress)
                    return unsafe amphora_png_read_rows(
                        bytes.baseAddress, bytes.count, parts, parts.count, &picture,
                        pixels.baseAddress, pixels.count, &used, text)
                }
            }
            return unsafe (outcome, String(cString: text))
        }
    }

    private func description(palette: UnsafePointer<UInt8>?) -> amphora_png_picture {
        func number(_ value: Int) -> UInt32 { UInt32(clamping: value) }
        return unsafe amphora_png_picture(
            canvas_width: number(chunks.size.width), canvas_height: number(chunks.size.height),
            left: number(frame.left), top: number(frame.top), width: number(frame.width),
            height: number(frame.height), depth: kind.depth, colour_type: kind.colourType,
            interlaced: chunks.isInterlaced, palette: palette)
    }

    /// Whether Pillow counts more than one frame.
    private var isAnimated: Bool {
        guard let count = chunks.frameCount else { return false }
        return count + (chunks.hasDefaultImage ? 1 : 0) > 1
    }

    /// Reads the chunks behind the piece that completed the pixels, as far as Pillow does.
    func readOn(after piece: Piece, _ bytes: borrowing Span<UInt8>) throws(PillowRefusal) {
        var chunks = chunks
        chunks.sequence = piece.sequence
        var end = piece.end
        while let chunk = try? PNGChunks.chunk(at: end + 4, bytes) {
            if chunk.kind == PNGKind.end || (chunk.kind == PNGKind.frame && isAnimated) { return }
            _ = try chunks.read(chunk, bytes)
            guard chunk.end <= bytes.count else {
                throw PillowRefusal("it ends within a chunk after its pixels")
            }
            end = chunk.end
        }
    }
}
