// The chunks of a PNG as Pillow's reader takes them: which one is an error, and which is not looked at.
//
// Pillow checks the CRC of every chunk before the pixels and of none after them. It reads texts and
// profiles, and refuses a picture for a fault in one of them. After the pixels it goes on to the end
// mark, or to where it can no longer read; there a chunk that is cut off is an error, and nothing is
// not. Its rules are these, with their oddities; the pixels are `CPNG`'s.

import CPNG

/// Pillow's state while it reads chunks.
struct PNGChunks {
    /// Where a chunk is.
    struct Chunk {
        let kind: UInt32
        /// Of its data.
        let start: Int
        /// As announced; the file may end earlier.
        let length: Int

        var end: Int { start + length }
    }

    /// A rectangle in pixels, as an animation's frame announces it.
    struct Frame: Equatable {
        var left, top, width, height: Int
    }

    private(set) var size = (width: 0, height: 0)
    /// Bits and colour type of the last header that has a combination that PNG knows.
    private(set) var kind: (depth: UInt32, colourType: UInt32)?
    private(set) var isInterlaced = false
    private(set) var palette: Range<Int>?
    /// The last transparency of a palette names one colour.
    private(set) var hasTransparentIndex = false
    private(set) var frame: Frame?
    private(set) var frameCount: Int?
    private(set) var hasDefaultImage = false
    /// The number of the last chunk of an animation.
    var sequence: UInt32?
    private var textBytes = 0

    /// Pillow's limits on texts.
    private static let largestText = 1 << 20
    private static let mostText = 64 << 20

    /// The chunk whose length is at `place`. Throws if it has no readable kind.
    static func chunk(at place: Int, _ bytes: borrowing Span<UInt8>) throws(PillowRefusal) -> Chunk
    {
        guard let length = bytes.big(UInt32.self, at: place),
            let kind = bytes.big(UInt32.self, at: place + 4)
        else { throw PillowRefusal("it ends before its pixels") }
        for index in 4..<8 {
            switch bytes[place + index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: break
            default: throw PillowRefusal("a chunk has no readable name")
            }
        }
        return Chunk(kind: kind, start: place + 8, length: Int(length))
    }

    /// Throws if a chunk before the pixels has the wrong checksum.
    static func checkSum(
        of chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        let part = bytes.extracting(chunk.start - 4..<chunk.end)
        let sum = unsafe part.withUnsafeBufferPointer { part in
            unsafe amphora_png_checksum(part.baseAddress, part.count)
        }
        guard bytes.big(UInt32.self, at: chunk.end) == sum else {
            throw PillowRefusal("the checksum of its chunk \(name(chunk.kind)) is wrong")
        }
    }

    /// A chunk's kind, as text.
    static func name(_ kind: UInt32) -> String {
        String(
            decoding: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: kind >> $0) }, as: UTF8.self)
    }

    /// What a chunk is to the reader of the pixels.
    enum Meaning {
        /// Pixels, or the end mark before them.
        case pixels, end, other
    }

    /// Reads a chunk of any kind but the pixels of the picture itself. Throws where Pillow refuses.
    mutating func read(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) -> Meaning {
        switch chunk.kind {
        case PNGKind.end: return .end
        case PNGKind.data:
            if frame == nil, frameCount != nil { hasDefaultImage = true }
            // Before the header Pillow takes it for a chunk that it does not know.
            if kind != nil { return .pixels }
        case PNGKind.frameData:
            try readFrameData(chunk, bytes)
            guard kind != nil else { throw PillowRefusal("its pixels come before its header") }
            return .pixels
        default: break
        }
        guard chunk.end <= bytes.count else { throw PillowRefusal("it ends within a chunk") }
        switch chunk.kind {
        case PNGKind.header: try readHeader(chunk, bytes)
        case PNGKind.palette: if kind?.colourType == 3 { palette = chunk.start..<chunk.end }
        case PNGKind.transparency: try readTransparency(chunk, bytes)
        case PNGKind.profile: try readProfile(chunk, bytes)
        case PNGKind.compressedText: try readCompressedText(chunk, bytes)
        case PNGKind.internationalText: try readInternationalText(chunk, bytes)
        case PNGKind.text: try count(text: chunk.length)
        case PNGKind.gamma: try require(4, of: chunk)
        case PNGKind.chromaticities: try require(32, of: chunk)
        case PNGKind.standardColours: try require(1, of: chunk)
        case PNGKind.density: try require(9, of: chunk)
        case PNGKind.animation: try readAnimation(chunk, bytes)
        case PNGKind.frame: try readFrame(chunk, bytes)
        default: break
        }
        return .other
    }

    private func require(_ length: Int, of chunk: Chunk) throws(PillowRefusal) {
        guard chunk.length >= length else {
            throw PillowRefusal("its chunk \(Self.name(chunk.kind)) is short")
        }
    }

    private mutating func readHeader(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        try require(13, of: chunk)
        size = (
            Int(bytes.big(UInt32.self, at: chunk.start) ?? 0),
            Int(bytes.big(UInt32.self, at: chunk.start + 4) ?? 0)
        )
        let (depth, colourType) = (bytes[chunk.start + 8], bytes[chunk.start + 9])
        switch (colourType, depth) {
        case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4),
            (3, 8), (4, 8), (4, 16), (6, 8), (6, 16):
            kind = (UInt32(depth), UInt32(colourType))
        default: break
        }
        if bytes[chunk.start + 12] != 0 { isInterlaced = true }
        guard bytes[chunk.start + 11] == 0 else { throw PillowRefusal("its filters are unknown") }
    }

    private mutating func readTransparency(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        switch kind?.colourType {
        case 3:
            var transparent = 0
            for place in chunk.start..<chunk.end where bytes[place] != 0xFF {
                guard bytes[place] == 0, transparent == 0 else {
                    transparent = 2
                    break
                }
                transparent = 1
            }
            hasTransparentIndex = transparent == 1
        case 0: try require(2, of: chunk)
        case 2: try require(6, of: chunk)
        default: break
        }
    }
}

// Animations

extension PNGChunks {
    fileprivate mutating func readAnimation(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        try require(8, of: chunk)
        let count = bytes.big(UInt32.self, at: chunk.start) ?? 0
        if frameCount != nil {
            frameCount = nil
        } else if count > 0 && count <= 0x8000_0000 {
            frameCount = Int(count)
        }
    }

    fileprivate mutating func readFrame(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        try require(26, of: chunk)
        func number(_ offset: Int) -> Int {
            Int(bytes.big(UInt32.self, at: chunk.start + offset) ?? 0)
        }
        guard number(0) == sequence.map({ Int($0) + 1 }) ?? 0 else {
            throw PillowRefusal("its animation lacks a frame")
        }
        sequence = UInt32(truncatingIfNeeded: number(0))
        let frame = Frame(left: number(12), top: number(16), width: number(4), height: number(8))
        guard frame.left + frame.width <= size.width, frame.top + frame.height <= size.height
        else { throw PillowRefusal("a frame of its animation is too large") }
        self.frame = frame
    }

    fileprivate mutating func readFrameData(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        try require(4, of: chunk)
        guard let number = bytes.big(UInt32.self, at: chunk.start),
            let sequence, Int(number) == Int(sequence) + 1
        else { throw PillowRefusal("its animation lacks a part of a frame") }
        self.sequence = number
    }
}

// Texts and profiles

extension PNGChunks {
    fileprivate mutating func count(text length: Int) throws(PillowRefusal) {
        textBytes += length
        guard textBytes <= Self.mostText else { throw PillowRefusal("its texts are too long") }
    }

    /// The length of a compressed text, 0 if it is damaged.
    private mutating func inflated(
        _ part: Range<Int>, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) -> Int {
        var length = 0
        let fits = unsafe bytes.extracting(part).withUnsafeBufferPointer { part in
            unsafe amphora_png_text_fits(part.baseAddress, part.count, Self.largestText, &length)
        }
        guard fits else { throw PillowRefusal("a compressed text in it is too long") }
        return length
    }

    fileprivate mutating func readProfile(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        let method = bytes.afterZero(in: chunk.start..<chunk.end) ?? chunk.start
        guard method < chunk.end else { throw PillowRefusal("its colour profile is short") }
        guard bytes[method] == 0 else {
            throw PillowRefusal("its colour profile is compressed by an unknown method")
        }
        // Not bounded in sum by Pillow; the time is.
        try count(text: inflated(method + 1..<chunk.end, bytes))
    }

    fileprivate mutating func readCompressedText(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        guard let method = bytes.afterZero(in: chunk.start..<chunk.end), method < chunk.end else {
            return
        }
        guard bytes[method] == 0 else {
            throw PillowRefusal("a text in it is compressed by an unknown method")
        }
        try count(text: inflated(method + 1..<chunk.end, bytes))
    }

    fileprivate mutating func readInternationalText(
        _ chunk: Chunk, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        guard let flags = bytes.afterZero(in: chunk.start..<chunk.end), flags + 2 <= chunk.end,
            let afterLanguage = bytes.afterZero(in: flags + 2..<chunk.end),
            let text = bytes.afterZero(in: afterLanguage..<chunk.end)
        else { return }
        if bytes[flags] == 0 { return try count(text: chunk.end - text) }
        guard bytes[flags + 1] == 0 else { return }
        try count(text: inflated(text..<chunk.end, bytes))
    }
}

/// The kinds of chunks that Pillow knows, as numbers.
enum PNGKind {
    static let header = kind("IHDR"), palette = kind("PLTE"), data = kind("IDAT")
    static let end = kind("IEND"), transparency = kind("tRNS"), profile = kind("iCCP")
    static let text = kind("tEXt"), compressedText = kind("zTXt")
    static let internationalText = kind("iTXt"), gamma = kind("gAMA")
    static let chromaticities = kind("cHRM"), standardColours = kind("sRGB")
    static let density = kind("pHYs"), animation = kind("acTL"), frame = kind("fcTL")
    static let frameData = kind("fdAT"), oldData = kind("DDAT"), apple = kind("CgBI")

    private static func kind(_ name: String) -> UInt32 {
        name.utf8.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
