// The text chunks of a PNG that may hold EXIF data or XMP: tEXt, zTXt and iTXt, as Pillow reads them.

internal import Basics

/// A text whose keyword matters, still packed.
struct PNGText {
    /// The keywords that matter.
    enum Keyword { case exif, exifProfile, xmp }

    let keyword: Keyword
    /// The text in the file.
    let part: Range<Int>
    private let isCompressed: Bool

    /// Pillow refuses longer texts.
    private static let longest = 1 << 20

    /// Reads a chunk; `nil` if it is no text, or none that matters.
    init?(_ kind: UInt32, _ part: Range<Int>, _ bytes: borrowing Span<UInt8>) {
        let (isPlain, isPacked) = (kind == PNGKind.text, kind == PNGKind.compressedText)
        guard isPlain || isPacked || kind == PNGKind.internationalText,
            let end = bytes.afterZero(in: part),
            let keyword = Self.keyword(part.lowerBound..<end - 1, bytes)
        else { return nil }
        self.keyword = keyword
        var start = end
        if isPlain {
            isCompressed = false
        } else if isPacked {
            guard start < part.upperBound, bytes[start] == 0, keyword != .exif else { return nil }
            start += 1
            isCompressed = true
        } else {
            guard start + 2 <= part.upperBound, keyword != .exif,
                let translated = bytes.afterZero(in: start + 2..<part.upperBound),
                let text = bytes.afterZero(in: translated..<part.upperBound)
            else { return nil }
            isCompressed = bytes[start] != 0
            if isCompressed, bytes[start + 1] != 0 { return nil }
            start = text
        }
        self.part = start..<part.upperBound
    }

    private static func keyword(_ part: Range<Int>, _ bytes: borrowing Span<UInt8>) -> Keyword? {
        let known: [(String, Keyword)] = [
            ("exif", .exif), ("Raw profile type exif", .exifProfile),
            ("XML:com.adobe.xmp", .xmp),
        ]
        return known.first {
            $0.0.utf8.count == part.count && bytes.has(Array($0.0.utf8), at: part.lowerBound)
        }?.1
    }

    /// The text itself; what is compressed is at most a mebibyte. `nil` if it is damaged.
    func unpacked(_ bytes: borrowing Span<UInt8>) -> [UInt8]? {
        guard isCompressed else { return part.map { bytes[$0] } }
        var text: [UInt8] = []
        let inflation = Inflation(.zlib)
        let packed = bytes.extracting(part)
        var position = 0
        while text.count < Self.longest {
            switch inflation.step(packed, at: &position, { text.append($0) }) {
            case .more: continue
            case .hungry, .ended: return text
            case .failed: return nil
            }
        }
        return text
    }
}
