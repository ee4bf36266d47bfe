// How OpenCV 3.4.2 under MXNet turns a JPEG by its EXIF segment.
//
// The rules are those of its readers, with their faults: a picture turned differently is a
// different picture. OpenCV takes the first APP1 segment for EXIF, whatever its name, and stops at
// any marker it does not know. In a file that begins with a JFIF segment MXNet finds the size by
// itself and does not use OpenCV's orientation. Nothing is refused: if EXIF can't be read, the
// picture stays as it is.

/// One of the eight orientations of a picture, numbered as in TIFF (tag 274).
enum ExifOrientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored, upsideDown, flipped, transposed, turnedRight, transversed, turnedLeft

    /// Whether width and height are exchanged.
    var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

    /// The orientation that OpenCV would apply to a JPEG.
    static func applied(to jpeg: borrowing Span<UInt8>) -> ExifOrientation {
        guard !beginsWithJFIF(jpeg), let place = firstAPP1(jpeg) else { return .upright }
        return ExifReader(
            place: place, littleEndian: jpeg.has("II", at: place.lowerBound)
        )
        .orientation(in: jpeg)
    }

    /// Whether the segments after a JFIF segment lead to the frame.
    private static func beginsWithJFIF(_ bytes: borrowing Span<UInt8>) -> Bool {
        guard bytes.has([0xFF, 0xD8, 0xFF, 0xE0]), bytes.has("JFIF\0", at: 6) else {
            return false
        }
        var place = 2
        while let length = bytes.big(UInt16.self, at: place + 2) {
            if (0xC0...0xC2).contains(bytes[place + 1]) { return true }
            place += 2 + Int(length)
            guard place < bytes.count, bytes[place] == 0xFF else { return false }
        }
        return false
    }

    /// The bytes in which OpenCV looks for a TIFF structure: the segment after six bytes of name
    /// and, since it counts the length field too, two bytes after the segment.
    private static func firstAPP1(_ bytes: borrowing Span<UInt8>) -> Range<Int>? {
        var place = 0
        while place + 2 <= bytes.count {
            let marker = bytes[place + 1]
            place += 2
            if marker == 0xD8 || marker == 0xD9 { continue }
            guard let length = bytes.big(UInt16.self, at: place).map(Int.init) else { return nil }
            switch marker {
            case 0xE1:
                let start = place + 8
                return length > 6 && start < bytes.count
                    ? start..<min(start + length - 6, bytes.count) : nil
            case 0xC0, 0xC2, 0xC4, 0xD0...0xD7, 0xDA, 0xDB, 0xDD, 0xE0, 0xE2...0xEF, 0xFE:
                guard length >= 2 else { return nil }
                place += length
            default:
                return nil
            }
        }
        return nil
    }
}

/// OpenCV's reader of a TIFF structure: a value out of range, even of an unused tag, makes it
/// report nothing.
private struct ExifReader {
    /// The position of the structure in the file.
    let place: Range<Int>
    let littleEndian: Bool

    /// Tags whose values OpenCV reads, and how many bytes their values need.
    private static let texts: Set<UInt16> = [0x10E, 0x10F, 0x110, 0x131, 0x132, 0x8298]
    private static let rationals: [UInt16: UInt64] = [
        0x11A: 8, 0x11B: 8, 0x13E: 16, 0x13F: 48, 0x211: 24, 0x214: 48,
    ]
    private static let numbers: Set<UInt16> = [0x112, 0x128, 0x213]

    func orientation(in bytes: borrowing Span<UInt8>) -> ExifOrientation {
        // The number of entries is read right after the header, whatever the directory's offset.
        guard number(UInt16.self, at: 2, bytes) == 42,
            let directory = number(UInt32.self, at: 4, bytes),
            let count = number(UInt16.self, at: 8, bytes)
        else { return .upright }
        var found: UInt16?
        for index in 0..<UInt64(count) {
            let entry = UInt64(directory) + 2 + 12 * index
            guard let tag = number(UInt16.self, at: entry, bytes), isReadable(tag, entry, bytes)
            else { return .upright }
            if tag == 0x112, found == nil { found = number(UInt16.self, at: entry + 8, bytes) }
        }
        return found.flatMap { ExifOrientation(rawValue: Int($0)) } ?? .upright
    }

    private func isReadable(
        _ tag: UInt16, _ entry: UInt64, _ bytes: borrowing Span<UInt8>
    ) -> Bool {
        if Self.numbers.contains(tag) { return number(UInt16.self, at: entry + 8, bytes) != nil }
        let size: UInt64
        if let fixed = Self.rationals[tag] {
            size = fixed
        } else if Self.texts.contains(tag) {
            guard let length = number(UInt32.self, at: entry + 4, bytes) else { return false }
            if length <= 4 { return 8 + Int(length) <= place.count }
            size = UInt64(length)
        } else {
            return true
        }
        guard let start = number(UInt32.self, at: entry + 8, bytes) else { return false }
        return UInt64(start) + size <= UInt64(place.count)
    }

    private func number<Value: FixedWidthInteger>(
        _ type: Value.Type, at offset: UInt64, _ bytes: borrowing Span<UInt8>
    ) -> Value? {
        guard offset + UInt64(Value.bitWidth / 8) <= UInt64(place.count) else { return nil }
        let value = bytes.big(Value.self, at: place.lowerBound + Int(offset))
        return littleEndian ? value?.byteSwapped : value
    }
}
