// Which way up a file says that its picture is, by the rules of Pillow's `ImageOps.exif_transpose`.
//
// EXIF data decides; without an orientation in it, XMP does. Current OpenCV turns the same pictures,
// except that it reads neither XMP nor PNG's texts, and reads broken EXIF otherwise
// (docs/rulings.md#pictures). Nothing is refused: what can't be read leaves the picture as it is. It
// reads no pixels, and each part of the file at most once.
//
// Source: PIL/Image.py (`getexif`), and the plugins of the formats.

extension ExifOrientation {
    /// The orientation that a file declares; `upright` for formats that have none. Any thread.
    static func declared(
        by bytes: borrowing Span<UInt8>, _ format: PictureFormat
    ) -> ExifOrientation {
        let notes: OrientationNotes
        switch format {
        case .jpeg: notes = OrientationNotes(jpeg: bytes)
        case .png: notes = OrientationNotes(png: bytes)
        case .webp: notes = OrientationNotes(webp: bytes)
        case .avif: return AVIFDecoder.orientation(of: bytes)
        // TIFF is turned when it is decoded; GIF and BMP have no orientation.
        case .tiff, .gif, .bmp, .foreign, .unknown: return .upright
        }
        return notes.orientation(in: bytes)
    }
}

extension OrientationNotes {
    /// What the notes say, the first of them first.
    fileprivate func orientation(in bytes: borrowing Span<UInt8>) -> ExifOrientation {
        let found: ExifDirectory.Orientation =
            switch exif {
            case .none: .absent
            case .part(let part): ExifDirectory.orientation(in: bytes.extracting(part))
            case .copy(let copy): ExifDirectory.orientation(in: copy.span)
            }
        let number: Int?
        switch found {
        case .unreadable: return .upright
        case .stated(let value): number = value
        case .absent:
            number =
                switch xmp {
                case .none: nil
                case .part(let part): Self.orientation(inXMP: bytes.extracting(part))
                case .copy(let copy): Self.orientation(inXMP: copy.span)
                }
        }
        return number.flatMap { ExifOrientation(rawValue: $0) } ?? .upright
    }

    /// The digit in the first `tiff:Orientation="6"` or `<tiff:Orientation>6`.
    private static func orientation(inXMP text: borrowing Span<UInt8>) -> Int? {
        let name = Array("tiff:Orientation".utf8)
        guard text.count > name.count else { return nil }
        for place in 0..<text.count - name.count where text.has(name, at: place) {
            var end = place + name.count
            if text.has("=\"", at: end) {
                end += 2
            } else if text.has(">", at: end) {
                end += 1
            } else {
                continue
            }
            if end < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[end]) {
                return Int(text[end] - UInt8(ascii: "0"))
            }
        }
        return nil
    }
}
