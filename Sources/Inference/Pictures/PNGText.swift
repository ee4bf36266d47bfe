// The text chunks of a PNG that may hold EXIF data or XMP: tEXt, zTXt and iTXt, as Pillow reads them.

internal import CZlib

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

    // tEXt, zTXt, iTXt.
    private static let plain: UInt32 = 0x7445_5874
    private static let packed: UInt32 = 0x7A54_5874
    private static let international: UInt32 = 0x6954_5874

    /// Reads a chunk; `nil` if it is no text, or none that matters.
    init?(_ kind: UInt32, _ part: Range<Int>, _ bytes: borrowing Span<UInt8>) {
        let (isPlain, isPacked) = (kind == Self.plain, kind == Self.packed)
        guard isPlain || isPacked || kind == Self.international,
            let end = Self.zero(in: part, bytes),
            let keyword = Self.keyword(part.lowerBound..<end, bytes)
        else { return nil }
        self.keyword = keyword
        var start = end + 1
        if isPlain {
            isCompressed = false
        } else if isPacked {
            guard start < part.upperBound, bytes[start] == 0, keyword != .exif else { return nil }
            start += 1
            isCompressed = true
        } else {
            guard start + 2 <= part.upperBound, keyword != .exif,
                let language = Self.zero(in: start + 2..<part.upperBound, bytes),
                let translated = Self.zero(in: language + 1..<part.upperBound, bytes)
            else { return nil }
            isCompressed = bytes[start] != 0
            if isCompressed, bytes[start + 1] != 0 { return nil }
            start = translated + 1
        }
        self.part = start..<part.upperBound
    }

    private static func zero(in part: Range<Int>, _ bytes: borrowing Span<UInt8>) -> Int? {
        for place in part where bytes[place] == 0 { return place }
        return nil
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
        var stream = unsafe z_stream()
        // zlib remembers where the stream lies, so one pointer serves all calls.
        return unsafe withUnsafeMutablePointer(to: &stream) { stream in
            unsafe Self.inflated(bytes.extracting(part), by: stream)
        }
    }

    private static func inflated(
        _ packed: borrowing Span<UInt8>, by stream: UnsafeMutablePointer<z_stream>
    ) -> [UInt8]? {
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, 15, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { _ = unsafe inflateEnd(stream) }
        var status = Z_OK
        let text = unsafe [UInt8](unsafeUninitializedCapacity: longest) { memory, count in
            status = unsafe packed.withUnsafeBufferPointer { input in
                // zlib does not write to its input.
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
                unsafe stream.pointee.next_out = memory.baseAddress
                unsafe stream.pointee.avail_out = UInt32(memory.count)
                return unsafe inflate(stream, Z_SYNC_FLUSH)
            }
            count = unsafe memory.count - Int(stream.pointee.avail_out)
        }
        return status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR ? text : nil
    }
}
