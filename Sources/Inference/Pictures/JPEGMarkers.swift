// The segments before a JPEG's first scan, as Pillow's own reader takes them before libjpeg sees the
// file. It refuses files that libjpeg would decode, and these are its rules, with their oddities.

/// Pillow's reading of the segments up to the first scan; any thread.
struct JPEGMarkers {
    /// The last frame header before the scan: width, height, components.
    private var frame: (width: Int, height: Int, components: Int)?
    /// The colour profile's segment that comes first in alphabetical order.
    private var firstProfile: Range<Int>?

    /// The header of a file that begins with a JPEG's signature. Throws the reason of the refusal, as a
    /// part of a sentence.
    static func header(of bytes: borrowing Span<UInt8>) throws(PillowRefusal) -> PictureHeader {
        var markers = JPEGMarkers()
        try markers.walk(bytes)
        guard let frame = markers.frame, frame.width > 0, frame.height > 0 else {
            throw PillowRefusal("it has no size")
        }
        let form: PixelForm = frame.components == 1 ? .gray : frame.components == 3 ? .rgb : .cmyk
        return PictureHeader(width: frame.width, height: frame.height, form: form)
    }

    private mutating func walk(_ bytes: borrowing Span<UInt8>) throws(PillowRefusal) {
        var place = 2
        while place < bytes.count {
            guard bytes[place] == 0xFF else {
                place += 1
                continue
            }
            guard place + 1 < bytes.count else { break }
            let marker = bytes[place + 1]
            switch marker {
            case 0xFF: place += 1
            case 0: place += 2
            case 1..<0xC0:
                throw PillowRefusal("it has an unknown marker 0xFF\(String(marker, radix: 16))")
            // Markers without a segment, wherever they stand.
            case 0xC8, 0xD0...0xD9, 0xF0...0xFD: place += 2
            default:
                let segment = try segment(at: place + 2, bytes)
                try read(marker, segment, bytes)
                if marker == 0xDA { return }
                place = segment.upperBound
            }
        }
        throw PillowRefusal("it ends before its first scan")
    }

    /// The contents of the segment whose length is at `place`. A length that is too small counts as 2.
    private func segment(
        at place: Int, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) -> Range<Int> {
        guard let length = bytes.big(UInt16.self, at: place) else {
            throw PillowRefusal("it ends before its first scan")
        }
        let segment = place + 2..<max(place + 2, place + Int(length))
        guard segment.upperBound <= bytes.count else {
            throw PillowRefusal("it ends before its first scan")
        }
        return segment
    }

    private mutating func read(
        _ marker: UInt8, _ segment: Range<Int>, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        switch marker {
        case 0xC4, 0xCC: break
        case 0xC0...0xCF, 0xDE: try readFrame(segment, bytes)
        case 0xDB: try checkTables(segment, bytes)
        case 0xE0 where bytes.has("JFIF", in: segment),
            0xEE where bytes.has("Adobe", in: segment):
            guard segment.count >= 7 else {
                throw PillowRefusal("its segment APP\(marker & 15) is short")
            }
        case 0xE2 where bytes.has("ICC_PROFILE\0", in: segment):
            if let first = firstProfile, !bytes.precedes(segment, first) { break }
            firstProfile = segment
        case 0xED where bytes.has("Photoshop 3.0\0", in: segment):
            try checkResources(segment, bytes)
        default: break
        }
    }

    private mutating func readFrame(
        _ segment: Range<Int>, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        let start = segment.lowerBound
        guard segment.count >= 6,
            let height = bytes.big(UInt16.self, at: start + 1),
            let width = bytes.big(UInt16.self, at: start + 3)
        else { throw PillowRefusal("its frame header is short") }
        guard bytes[start] == 8 else {
            throw PillowRefusal("its samples have \(bytes[start]) bits (8 are supported)")
        }
        let components = Int(bytes[start + 5])
        guard components == 1 || components == 3 || components == 4 else {
            throw PillowRefusal("\(components) colour components (1, 3 or 4 are supported)")
        }
        if let profile = firstProfile, profile.count < 14 {
            throw PillowRefusal("its colour profile is short")
        }
        firstProfile = nil
        guard (segment.count - 6) % 3 == 0 else { throw PillowRefusal("its frame header is short") }
        frame = (Int(width), Int(height), components)
    }

    private func checkTables(
        _ segment: Range<Int>, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        var place = segment.lowerBound
        while place < segment.upperBound {
            place += bytes[place] >> 4 == 0 ? 65 : 129
            guard place <= segment.upperBound else {
                throw PillowRefusal("its quantization tables are short")
            }
        }
    }

    /// Photoshop's resources end where they cannot be read; only a missing length of a name is fatal.
    private func checkResources(
        _ segment: Range<Int>, _ bytes: borrowing Span<UInt8>
    ) throws(PillowRefusal) {
        let (start, end) = (segment.lowerBound, segment.upperBound)
        var offset = 14
        while start + offset + 4 <= end, bytes.has("8BIM", at: start + offset) {
            offset += 4
            guard start + offset + 2 <= end,
                let code = bytes.big(UInt16.self, at: start + offset)
            else { return }
            offset += 2
            guard start + offset < end else {
                throw PillowRefusal("its Photoshop segment is short")
            }
            offset += 1 + Int(bytes[start + offset])
            offset += offset & 1
            guard start + offset + 4 <= end,
                let size = bytes.big(UInt32.self, at: start + offset)
            else { return }
            offset += 4
            if code == 0x03ED, min(Int(size), end - start - offset) < 14 { return }
            offset += Int(size)
            offset += offset & 1
        }
    }
}

extension Span<UInt8> {
    /// Whether a part begins with this text.
    fileprivate func has(_ text: StaticString, in part: Range<Int>) -> Bool {
        text.utf8CodeUnitCount <= part.count && has(text, at: part.lowerBound)
    }

    /// Whether one part comes before another in alphabetical order.
    fileprivate func precedes(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        for offset in 0..<Swift.min(one.count, other.count) {
            let (a, b) = (self[one.lowerBound + offset], self[other.lowerBound + offset])
            if a != b { return a < b }
        }
        return one.count < other.count
    }
}
