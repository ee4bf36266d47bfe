// BMP as Pillow reads it: all of its headers, masks and run lengths; alpha dropped.
//
// Written here because a BMP is little more than its rows, and no well-kept library reads it as
// Pillow does.

/// Decodes BMP; any thread.
enum BMPDecoder: PictureCodec {
    static var name: String { "BMP" }

    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        let file = try opened(bytes)
        let isGray = file.storage == .gray || file.storage == .bilevel
        return PictureHeader(width: file.width, height: file.height, form: isGray ? .gray : .rgb)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        let file = try opened(bytes)
        if file.runLength == nil {
            unsafe try decodeRows(file, bytes, into: pixels)
        } else {
            unsafe try decodeRuns(file, bytes, into: pixels)
        }
    }

    private static func opened(_ bytes: borrowing Span<UInt8>) throws(PictureError) -> BMPFile {
        try asPillow { () throws(PillowRefusal) in try BMPFile(bytes) }
    }

    private static func decodeRows(
        _ file: BMPFile, _ bytes: borrowing Span<UInt8>,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        // The bytes of a row without its padding; the last row needs none.
        let rowBytes = (file.width * file.storage.bits + 7) / 8
        guard rowBytes <= file.stride else { throw damaged("its rows overlap") }
        guard file.start <= bytes.count,
            file.stride * (file.height - 1) + rowBytes <= bytes.count - file.start
        else { throw truncated }
        for row in 0..<file.height {
            let target = file.isTopDown ? row : file.height - 1 - row
            unsafe put(
                bytes, at: file.start + row * file.stride, file, target, into: pixels)
        }
    }

    /// Converts a row; its length has been checked.
    private static func put(
        _ bytes: borrowing Span<UInt8>, at start: Int, _ file: BMPFile, _ row: Int,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        switch file.storage {
        case .bilevel:
            for x in 0..<file.width {
                let bit = bytes[start + x / 8] >> UInt8(7 - x % 8) & 1
                unsafe pixels[row * file.width + x] = bit == 0 ? 0 : 255
            }
        case .gray:
            for x in 0..<file.width { unsafe pixels[row * file.width + x] = bytes[start + x] }
        case .palette(let bits):
            let mask = UInt8(truncatingIfNeeded: 1 << bits - 1)
            for x in 0..<file.width {
                let shift = UInt8(8 - bits - x * bits % 8)
                let index = Int(bytes[start + x * bits / 8] >> shift & mask)
                unsafe put(colour: index, file, at: row * file.width + x, into: pixels)
            }
        case .rgb555, .rgb565:
            let middle = file.storage == .rgb555 ? 31 : 63
            for x in 0..<file.width {
                let value = Int(bytes[start + 2 * x]) | Int(bytes[start + 2 * x + 1]) << 8
                let place = 3 * (row * file.width + x)
                let red = middle == 31 ? value >> 10 & 31 : value >> 11
                unsafe pixels[place] = UInt8(red * 255 / 31)
                unsafe pixels[place + 1] = UInt8((value >> 5 & middle) * 255 / middle)
                unsafe pixels[place + 2] = UInt8((value & 31) * 255 / 31)
            }
        case .bytes(let count, let red, let green, let blue):
            for x in 0..<file.width {
                let (from, place) = (start + count * x, 3 * (row * file.width + x))
                unsafe pixels[place] = bytes[from + red]
                unsafe pixels[place + 1] = bytes[from + green]
                unsafe pixels[place + 2] = bytes[from + blue]
            }
        }
    }

    private static func put(
        colour index: Int, _ file: BMPFile, at pixel: Int,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        for channel in 0..<3 {
            unsafe pixels[3 * pixel + channel] = file.colours[3 * index + channel]
        }
    }

    // MARK: Run lengths

    private static func decodeRuns(
        _ file: BMPFile, _ bytes: borrowing Span<UInt8>,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        let indices = runs(file, bytes)
        guard indices.count >= file.width * file.height else { throw truncated }
        for place in 0..<file.width * file.height {
            let (row, x) = place.quotientAndRemainder(dividingBy: file.width)
            let target = (file.isTopDown ? row : file.height - 1 - row) * file.width + x
            let index = Int(indices[place])
            switch file.storage {
            case .bilevel: unsafe pixels[target] = index == 0 ? 0 : 255
            case .gray: unsafe pixels[target] = UInt8(index)
            default: unsafe put(colour: index, file, at: target, into: pixels)
            }
        }
    }

    /// The numbers of the pixels, from the first row stored. Fewer than there are pixels if the runs end
    /// early, and at most a run more.
    private static func runs(_ file: BMPFile, _ bytes: borrowing Span<UInt8>) -> [UInt8] {
        let (width, total) = (file.width, file.width * file.height)
        var data: [UInt8] = []
        data.reserveCapacity(total + 256)
        var (place, x) = (file.start, 0)
        while data.count < total, place + 1 < bytes.count {
            let (count, value) = (Int(bytes[place]), bytes[place + 1])
            place += 2
            if count > 0 {
                let fitting = max(0, min(count, width - x))
                for index in 0..<fitting {
                    data.append(
                        file.runLength == 8 ? value : index % 2 == 0 ? value >> 4 : value & 15)
                }
                x += fitting
                continue
            }
            switch value {
            case 0:
                let rest = data.count % width
                if rest > 0 { data.append(contentsOf: repeatElement(0, count: width - rest)) }
                x = 0
            case 1: return data
            case 2:
                guard place + 1 < bytes.count else { return data }
                let skipped = Int(bytes[place]) + Int(bytes[place + 1]) * width
                place += 2
                data.append(contentsOf: repeatElement(0, count: min(total - data.count, skipped)))
                x = data.count % width
            default:
                let wanted = min(total - data.count, Int(value))
                let size = file.runLength == 8 ? wanted : (wanted + 1) / 2
                let found = min(size, bytes.count - place)
                for index in 0..<found {
                    let byte = bytes[place + index]
                    if file.runLength == 8 {
                        data.append(byte)
                    } else {
                        data.append(byte >> 4)
                        if index * 2 + 1 < wanted { data.append(byte & 15) }
                    }
                }
                place += found
                if found < size || data.count == total { return data }
                x += Int(value)
                if place % 2 != 0 { place += 1 }
            }
        }
        return data
    }
}
