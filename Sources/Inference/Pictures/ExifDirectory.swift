// The orientation in EXIF data, which is a TIFF structure, as Pillow reads it.
//
// Broken data is common, so what counts is how far Pillow reads on: a value that lies outside ends
// the reading, one of a type that it does not know is passed over, and the first valid entry of a tag
// counts. Source: PIL/TiffImagePlugin.py, `ImageFileDirectory_v2`.

/// A TIFF directory, of which only the orientation is taken.
enum ExifDirectory {
    /// What the data says.
    enum Orientation: Equatable {
        /// The data is no TIFF structure.
        case unreadable
        /// It has no such entry.
        case absent
        /// It has one; `nil`: its value is no whole number.
        case stated(Int?)
    }

    /// The tag of the orientation (TIFF 6.0, section 8).
    private static let tag: UInt16 = 0x112
    private static let name = Array("Exif\0\0".utf8)
    /// The bytes of a value of each type that Pillow knows.
    private static let sizes: [UInt16: UInt64] = [
        1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
    ]

    /// Reads EXIF data, with or without the name before it.
    static func orientation(in bytes: borrowing Span<UInt8>) -> Orientation {
        var start = 0
        for _ in 0..<2 where bytes.has(name, at: start) { start += name.count }
        let data = bytes.extracting(droppingFirst: start)
        guard !data.isEmpty else { return .absent }
        // Pillow also takes a mark of the other byte order, and MM with BigTIFF's as plain TIFF.
        let marks: [[UInt8]] = [
            [0x4D, 0x4D, 0, 42], [0x49, 0x49, 42, 0], [0x4D, 0x4D, 42, 0], [0x49, 0x49, 0, 42],
            [0x4D, 0x4D, 0, 43],
        ]
        guard marks.contains(where: { data.has($0) }) else { return .unreadable }
        let numbers = Numbers(isLittleEndian: data[0] == 0x49)
        guard let place = numbers.unsigned(4, at: 4, data) else { return .unreadable }
        return orientation(at: place, data, numbers)
    }

    private static func orientation(
        at directory: UInt64, _ data: borrowing Span<UInt8>, _ numbers: Numbers
    ) -> Orientation {
        let count = numbers.unsigned(2, at: directory, data) ?? 0
        var seen: Set<UInt16> = []
        var bytesOutside: UInt64 = 0
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard entry + 12 <= UInt64(data.count),
                let tag = numbers.unsigned(2, at: entry, data).map({ UInt16($0) }),
                let type = numbers.unsigned(2, at: entry + 2, data).map({ UInt16($0) }),
                let length = numbers.unsigned(4, at: entry + 4, data)
            else { break }
            guard !seen.contains(tag), let unit = sizes[type] else { continue }
            let size = length * unit
            var place = entry + 8
            if size > 4 {
                bytesOutside += size
                if bytesOutside > UInt64(data.count) { continue }
                place = numbers.unsigned(4, at: place, data) ?? .max
                guard place <= UInt64(data.count), size <= UInt64(data.count) - place else { break }
            }
            guard size > 0 else { continue }
            if tag == Self.tag { return .stated(numbers.whole(type, at: place, data)) }
            seen.insert(tag)
        }
        return .absent
    }
}

/// Reads numbers in the byte order of a TIFF structure.
private struct Numbers {
    let isLittleEndian: Bool

    /// A number of up to eight bytes; `nil` if the data ends before it does.
    func unsigned(_ size: Int, at place: UInt64, _ data: borrowing Span<UInt8>) -> UInt64? {
        guard place <= UInt64(data.count), size <= data.count - Int(place) else { return nil }
        return (0..<size).reduce(0) { number, index in
            number << 8 | UInt64(data[Int(place) + (isLittleEndian ? size - 1 - index : index)])
        }
    }

    /// The first value of an entry, if Python finds it equal to a whole number.
    func whole(_ type: UInt16, at place: UInt64, _ data: borrowing Span<UInt8>) -> Int? {
        func bits(_ size: Int, _ offset: UInt64 = 0) -> UInt64 {
            unsigned(size, at: place + offset, data) ?? 0
        }
        switch type {
        case 3: return Int(bits(2))
        case 4, 13: return Int(bits(4))
        case 6: return Int(Int8(truncatingIfNeeded: bits(1)))
        case 8: return Int(Int16(truncatingIfNeeded: bits(2)))
        case 9: return Int(Int32(truncatingIfNeeded: bits(4)))
        case 16: return Int(exactly: bits(8))
        case 11: return Int(exactly: Float(bitPattern: UInt32(truncatingIfNeeded: bits(4))))
        case 12: return Int(exactly: Double(bitPattern: bits(8)))
        case 5: return quotient(Int(bits(4)), Int(bits(4, 4)))
        case 10:
            return quotient(
                Int(Int32(truncatingIfNeeded: bits(4))), Int(Int32(truncatingIfNeeded: bits(4, 4))))
        default: return nil
        }
    }

    private func quotient(_ numerator: Int, _ denominator: Int) -> Int? {
        guard denominator != 0, numerator % denominator == 0 else { return nil }
        return numerator / denominator
    }
}
