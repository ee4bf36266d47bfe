// GIF's first frame as Pillow reads it: on a canvas that holds the frame, filled with the transparent
// colour or the first one; a palette whose colours are their own numbers counts as gray.
//
// Written here because the bits must be Pillow's also for damaged files, and Pillow does not use giflib:
// its decompressor goes on behind the end code and behind the last block, in blocks of 64 KiB.

/// Decodes the first frame of a GIF; any thread.
enum GIFDecoder: PictureCodec {
    static var name: String { "GIF" }

    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        let file = try opened(bytes)
        let isGray = file.isGray(for: mode)
        return PictureHeader(
            width: file.width, height: file.height, form: isGray ? .gray : .rgb)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        let file = try opened(bytes)
        guard file.bits <= 12 else { throw damaged("its colours have \(file.bits) bits") }
        var indices = [UInt8](
            repeating: file.transparent ?? 0, count: file.width * file.height)
        var decompressor = GIFDecompressor(bits: Int(file.bits), start: file.start)
        switch decompressor.run(bytes, file.frame, canvasWidth: file.width, into: &indices) {
        case .complete: break
        case .truncated: throw truncated
        case .damaged: throw damaged("its data is damaged")
        }
        guard let palette = file.palette, !file.isGray(for: mode) else {
            for index in indices.indices { unsafe pixels[index] = indices[index] }
            return
        }
        var colours = [UInt8](repeating: 0, count: 768)
        for index in 0..<min(768, palette.count) {
            colours[index] = bytes[palette.lowerBound + index]
        }
        var place = 0
        for index in indices {
            let colour = Int(index) * 3
            for channel in 0..<3 { unsafe pixels[place + channel] = colours[colour + channel] }
            place += 3
        }
    }

    private static func opened(_ bytes: borrowing Span<UInt8>) throws(PictureError) -> GIFFile {
        guard let file = GIFFile(bytes) else { throw damaged("it has no picture") }
        return file
    }
}

/// What comes before the first frame's pixels.
private struct GIFFile {
    private(set) var width: Int
    private(set) var height: Int
    /// `nil` for gray.
    private(set) var palette: Range<Int>?
    /// The frame has a palette of its own, which is gray.
    private var hasGrayFrame = false
    private(set) var transparent: UInt8?
    private(set) var frame = GIFFrame(left: 0, top: 0, width: 0, height: 0, isInterlaced: false)
    /// Bits of a colour's number.
    private(set) var bits: UInt8 = 0
    /// Where the compressed pixels begin.
    private(set) var start = 0

    /// Whether the numbers are grays. Where only the frame's palette is gray, Pillow takes them for
    /// grays in a gray picture, and for numbers in the other palette in a coloured one.
    func isGray(for mode: DecodeMode) -> Bool {
        palette == nil || (hasGrayFrame && mode.channels == 1)
    }

    /// `nil` where Pillow finds no picture.
    init?(_ bytes: borrowing Span<UInt8>) {
        guard bytes.count >= 13, let screenWidth = bytes.little(UInt16.self, at: 6),
            let screenHeight = bytes.little(UInt16.self, at: 8)
        else { return nil }
        (width, height) = (Int(screenWidth), Int(screenHeight))
        var place = 13
        if bytes[10] & 0x80 != 0, !Self.readPalette(bytes[10], &place, &palette, bytes) {
            return nil
        }
        while place < bytes.count {
            let kind = bytes[place]
            place += 1
            switch kind {
            case 0x3B: return nil
            case 0x21: guard readExtension(&place, bytes) else { return nil }
            case 0x2C:
                guard readFrame(&place, bytes) else { return nil }
                guard width > 0, height > 0, frame.width > 0, frame.height > 0 else { return nil }
                return
            default: break
            }
        }
        return nil
    }

    /// A palette of `2 << flags` colours; `nil` if each is the gray of its own number.
    private static func readPalette(
        _ flags: UInt8, _ place: inout Int, _ palette: inout Range<Int>?,
        _ bytes: borrowing Span<UInt8>
    ) -> Bool {
        let range = place..<place + 3 * (2 << Int(flags & 7))
        guard range.upperBound <= bytes.count else { return false }
        place = range.upperBound
        palette = nil
        for offset in 0..<range.count where Int(bytes[range.lowerBound + offset]) != offset / 3 {
            palette = range
            break
        }
        return true
    }

    /// The next block of an extension; `nil` at its end.
    private func block(_ place: inout Int, _ bytes: borrowing Span<UInt8>) -> Range<Int>? {
        guard place < bytes.count else { return nil }
        let length = Int(bytes[place])
        place += 1
        guard length > 0 else { return nil }
        let start = place
        place = min(bytes.count, place + length)
        return start..<place
    }

    private mutating func readExtension(
        _ place: inout Int, _ bytes: borrowing Span<UInt8>
    ) -> Bool {
        guard place < bytes.count else { return false }
        let kind = bytes[place]
        place += 1
        let first = block(&place, bytes)
        if kind == 0xF9, let first {
            guard first.count >= 3 else { return false }
            if bytes[first.lowerBound] & 1 != 0 {
                guard first.count >= 4 else { return false }
                transparent = bytes[first.lowerBound + 3]
            }
        }
        // Pillow takes a block for the number of repetitions, even the end mark.
        if kind == 0xFF, let first, first.count >= 11,
            bytes.has("NETSCAPE2.0", at: first.lowerBound)
        {
            _ = block(&place, bytes)
        }
        // A comment without text has no second end mark.
        if kind == 0xFE, first == nil { return true }
        while block(&place, bytes) != nil {}
        return true
    }

    private mutating func readFrame(_ place: inout Int, _ bytes: borrowing Span<UInt8>) -> Bool {
        guard place + 9 <= bytes.count, let left = bytes.little(UInt16.self, at: place),
            let top = bytes.little(UInt16.self, at: place + 2),
            let frameWidth = bytes.little(UInt16.self, at: place + 4),
            let frameHeight = bytes.little(UInt16.self, at: place + 6)
        else { return false }
        let flags = bytes[place + 8]
        place += 9
        frame = GIFFrame(
            left: Int(left), top: Int(top), width: Int(frameWidth), height: Int(frameHeight),
            isInterlaced: flags & 0x40 != 0)
        width = max(width, frame.left + frame.width)
        height = max(height, frame.top + frame.height)
        if flags & 0x80 != 0 {
            var own: Range<Int>?
            guard Self.readPalette(flags, &place, &own, bytes) else { return false }
            hasGrayFrame = own == nil
            palette = own ?? palette
        }
        guard place < bytes.count else { return false }
        bits = bytes[place]
        start = place + 1
        return true
    }
}
