// Where JPEG, PNG and WebP files keep EXIF data and XMP, as Pillow's plugins find them.
//
// Parts of the file are named, not copied, where they lie in one piece.

/// The parts of a file that may say which way up its picture is.
struct OrientationNotes {
    /// One of them.
    enum Note {
        case none
        /// A part of the file.
        case part(Range<Int>)
        /// Put together or unpacked.
        case copy([UInt8])
    }

    private(set) var exif = Note.none
    private(set) var xmp = Note.none

    /// Those of a JPEG: segments before the first scan. EXIF may go on in further segments.
    init(jpeg bytes: borrowing Span<UInt8>) {
        var parts: [Range<Int>] = []
        var place = 2
        while place + 1 < bytes.count {
            // Fill bytes, zeros and junk between segments are passed over.
            guard bytes[place] == 0xFF, bytes[place + 1] != 0xFF else {
                place += 1
                continue
            }
            let marker = bytes[place + 1]
            place += 2
            switch marker {
            case 0x00, 0xC8, 0xD0...0xD9, 0xF0...0xFD: continue
            case 0xC0...0xDF where marker != 0xDA, 0xE0...0xEF, 0xFE: break
            default:
                place = bytes.count
                continue
            }
            guard let length = bytes.big(UInt16.self, at: place).map(Int.init),
                length >= 2, place + length <= bytes.count
            else { break }
            if marker == 0xE1 {
                let (start, end) = (place + 2, place + length)
                if bytes.has(Self.exifName, at: start), start + Self.exifName.count <= end {
                    parts.append((parts.isEmpty ? start : start + Self.exifName.count)..<end)
                } else if bytes.has(Self.xmpName, at: start), start + Self.xmpName.count <= end {
                    xmp = .part(start + Self.xmpName.count..<end)
                }
            }
            place += length
        }
        if parts.count == 1 {
            exif = .part(parts[0])
        } else if parts.count > 1 {
            exif = .copy(parts.flatMap { part in part.map { bytes[$0] } })
        }
    }

    /// Those of a PNG: chunks of their own, or texts. The last one of each kind counts.
    init(png bytes: borrowing Span<UInt8>) {
        var profile: [UInt8]?
        var place = 8
        while let length = bytes.big(UInt32.self, at: place).map(Int.init) {
            let part = place + 8..<place + 8 + length
            let kind = bytes.big(UInt32.self, at: place + 4) ?? Self.endChunk
            guard part.upperBound <= bytes.count, kind != Self.endChunk else { break }
            if kind == Self.exifChunk {
                exif = .part(part)
            } else if let text = PNGText(kind, part, bytes) {
                switch text.keyword {
                case .exif: exif = .part(text.part)
                case .exifProfile: profile = text.unpacked(bytes) ?? profile
                case .xmp: if let text = text.unpacked(bytes) { xmp = .copy(text) }
                }
            }
            place = part.upperBound + 4
        }
        if case .none = exif, let profile { exif = .copy(Self.profile(profile)) }
    }

    /// Those of a WebP: chunks that the file's header announces. The first one of each kind counts.
    init(webp bytes: borrowing Span<UInt8>) {
        guard bytes.has("VP8X", at: 12), bytes.count > 20 else { return }
        let flags = bytes[20]
        var place = 12
        while let size = bytes.big(UInt32.self, at: place + 4).map({ Int($0.byteSwapped) }) {
            let part = place + 8..<place + 8 + size
            guard part.upperBound <= bytes.count else { return }
            if flags & 8 != 0, case .none = exif, bytes.has("EXIF", at: place) {
                exif = .part(part)
            } else if flags & 4 != 0, case .none = xmp, bytes.has("XMP ", at: place) {
                xmp = .part(part)
            }
            place = part.upperBound + size % 2
        }
    }

    // IEND, eXIf.
    private static let endChunk: UInt32 = 0x4945_4E44
    private static let exifChunk: UInt32 = 0x6558_4966
    private static let exifName = Array("Exif\0\0".utf8)
    private static let xmpName = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    /// ImageMagick's form: after three lines, EXIF in hexadecimal digits. Empty if it is anything
    /// else.
    private static func profile(_ text: [UInt8]) -> [UInt8] {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        var high: UInt8?
        for letter in lines.dropFirst(3).joined() {
            guard let digit = Character(UnicodeScalar(letter)).hexDigitValue.map(UInt8.init) else {
                let isSpace = letter == 0x20 || (0x09...0x0D).contains(letter)
                if isSpace, high == nil { continue }
                return []
            }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        return high == nil ? bytes : []
    }
}
