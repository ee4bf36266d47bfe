// The headers of a BMP as Pillow reads them: which kinds it knows, how a pixel is stored, which
// palettes it takes for gray. Its oddities are kept, for example that the depth of a gray palette
// decides how the pixels are read.

/// What comes before a BMP's pixels.
struct BMPFile {
    /// How pixels are stored.
    enum Storage: Equatable {
        /// Numbers of this many bits that are black and white, gray, or a palette's.
        case bilevel, gray
        case palette(bits: Int)
        /// Red, green and blue in 5 bits, or in 5, 6 and 5.
        case rgb555, rgb565
        /// The places of red, green and blue among `bytes`.
        case bytes(Int, red: Int, green: Int, blue: Int)

        /// Of a pixel.
        var bits: Int {
            switch self {
            case .bilevel: 1
            case .gray: 8
            case .palette(let bits): bits
            case .rgb555, .rgb565: 16
            case .bytes(let count, _, _, _): 8 * count
            }
        }
    }

    private(set) var width = 0
    private(set) var height = 0
    private(set) var isTopDown = false
    private(set) var storage = Storage.gray
    /// The run-length encoding, by its bits, or `nil`.
    private(set) var runLength: Int?
    /// Red, green and blue of 256 colours; unset ones are black.
    private(set) var colours: [UInt8] = []
    /// Bytes from row to row.
    private(set) var stride = 0
    /// Where the pixels begin.
    private(set) var start = 0

    init(_ bytes: borrowing Span<UInt8>) throws(PillowRefusal) {
        guard let offset = bytes.little(UInt32.self, at: 10),
            let headerSize = bytes.little(UInt32.self, at: 14)
        else { throw PillowRefusal("it ends within its header") }
        guard [12, 40, 52, 56, 64, 108, 124].contains(headerSize) else {
            throw PillowRefusal("its header has an unknown size, \(headerSize)")
        }
        let headerEnd = 14 + Int(headerSize)
        guard headerEnd <= bytes.count else { throw PillowRefusal("it ends within its header") }
        let header = Header(bytes, isCore: headerSize == 12)
        (width, height, isTopDown) = (header.width, header.height, header.isTopDown)
        guard width > 0, height > 0 else { throw PillowRefusal("it has no size") }

        var place = headerEnd
        if header.compression == 3 {
            storage = try Self.masked(header, headerSize: headerSize, at: &place, bytes)
        } else {
            storage = try Self.plain(header.bits)
            guard header.compression <= 2 else {
                throw PillowRefusal("it is compressed in an unknown way (\(header.compression))")
            }
        }
        if header.compression == 1 { runLength = 8 }
        if header.compression == 2 { runLength = 4 }
        if case .palette = storage {
            try readPalette(header, at: &place, bytes)
        } else if runLength != nil {
            throw PillowRefusal("its run lengths do not fit its \(header.bits) bits a pixel")
        }
        stride = ((width * header.bits + 31) >> 3) & ~3
        start = Int(offset)
        if start == headerEnd, header.bits <= 8 {
            start += header.paletteStep * header.colours
        }
        if start == 0 { start = place }
    }

    private static func plain(_ bits: Int) throws(PillowRefusal) -> Storage {
        switch bits {
        case 1, 4, 8: return .palette(bits: bits)
        case 16: return .rgb555
        case 24: return .bytes(3, red: 2, green: 1, blue: 0)
        case 32: return .bytes(4, red: 2, green: 1, blue: 0)
        default:
            throw PillowRefusal("it has \(bits) bits a pixel (1, 4, 8, 16, 24 or 32 are supported)")
        }
    }

    /// The storage that masks say; behind a header of 40 bytes they follow it.
    private static func masked(
        _ header: Header, headerSize: UInt32, at place: inout Int, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) -> Storage {
        _ = try plain(header.bits)
        let inHeader = headerSize >= 52
        let first = inHeader ? 54 : place
        var masks: [UInt32] = []
        for index in 0..<3 {
            guard let mask = bytes.little(UInt32.self, at: first + 4 * index) else {
                throw PillowRefusal("it ends within its header")
            }
            masks.append(mask)
        }
        let alpha = headerSize >= 56 ? bytes.little(UInt32.self, at: 66) ?? 0 : 0
        if !inHeader { place += 12 }
        switch (header.bits, masks[0], masks[1], masks[2]) {
        case (32, 0xFF0000, 0xFF00, 0xFF) where alpha == 0 || alpha == 0xFF00_0000,
            (32, 0, 0, 0) where alpha == 0:
            return .bytes(4, red: 2, green: 1, blue: 0)
        case (32, 0xFF00_0000, 0xFF_0000, 0xFF00) where alpha == 0 || alpha == 0xFF:
            return .bytes(4, red: 3, green: 2, blue: 1)
        case (32, 0xFF00_0000, 0xFF00, 0xFF) where alpha == 0 || alpha == 0xFF_0000:
            return .bytes(4, red: 3, green: 1, blue: 0)
        case (32, 0xFF, 0xFF00, 0xFF_0000) where alpha == 0xFF00_0000:
            return .bytes(4, red: 0, green: 1, blue: 2)
        case (24, 0xFF0000, 0xFF00, 0xFF): return .bytes(3, red: 2, green: 1, blue: 0)
        case (16, 0xF800, 0x7E0, 0x1F): return .rgb565
        case (16, 0x7C00, 0x3E0, 0x1F): return .rgb555
        default: throw PillowRefusal("its colour masks are unusual")
        }
    }

    /// A palette of grays in order counts as gray: it alone then says how pixels are stored.
    private mutating func readPalette(
        _ header: Header, at place: inout Int, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        guard (1...65536).contains(header.colours) else {
            throw PillowRefusal("its palette has \(header.colours) colours")
        }
        let (step, count) = (header.paletteStep, header.colours)
        let end = min(bytes.count, place + step * count)
        var isGray = true
        for index in 0..<count {
            let value = count == 2 ? 255 * index : index
            for channel in 0..<3 {
                let at = place + step * index + channel
                if at >= end || Int(bytes[at]) != value & 0xFF { isGray = false }
            }
            if !isGray { break }
        }
        let palette = place..<end
        place = end
        if isGray {
            storage = count <= 2 ? .bilevel : .gray
            return
        }
        guard palette.count / step <= 256 else {
            throw PillowRefusal("its palette has \(count) colours (256 are supported)")
        }
        colours = [UInt8](repeating: 0, count: 768)
        for index in 0..<palette.count / step {
            let at = palette.lowerBound + step * index
            colours[3 * index] = bytes[at + 2]
            colours[3 * index + 1] = bytes[at + 1]
            colours[3 * index + 2] = bytes[at]
        }
    }
}

/// The fields of a header, of either form.
private struct Header {
    let width: Int
    let height: Int
    let isTopDown: Bool
    let bits: Int
    let compression: UInt32
    /// In the palette; computed from the bits if the header has none.
    let colours: Int
    /// Bytes of a palette's colour.
    let paletteStep: Int

    /// Reads a header whose length has been checked.
    init(_ bytes: borrowing Span<UInt8>, isCore: Bool) {
        func word(_ offset: Int) -> Int { Int(bytes.little(UInt16.self, at: offset) ?? 0) }
        func double(_ offset: Int) -> Int { Int(bytes.little(UInt32.self, at: offset) ?? 0) }
        if isCore {
            (width, height, isTopDown) = (word(18), word(20), false)
            (bits, compression, paletteStep) = (word(24), 0, 3)
            colours = bits < 31 ? 1 << bits : 0
            return
        }
        width = double(18)
        isTopDown = bytes[25] == 0xFF
        height = isTopDown ? 1 << 32 - double(22) : double(22)
        bits = word(28)
        compression = UInt32(truncatingIfNeeded: double(30))
        let announced = double(46)
        colours = announced == 0 ? (bits < 31 ? 1 << bits : 0) : announced
        paletteStep = 4
    }
}
