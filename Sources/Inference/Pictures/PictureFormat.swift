// Detects the file format from the first bytes, as Pillow does, and names what is no picture that we
// decode: with what it is and what would be right, so that nobody has to guess.
//
// Neither the client's media type nor a file's name is used: they are wrong too often.

/// What bytes begin as.
package enum PictureFormat: Sendable, Equatable {
    case jpeg, png, webp, gif, bmp, tiff, avif
    /// Something else that is known by its first bytes.
    case foreign(Foreign)
    case unknown

    /// A kind of file that is recognised and refused.
    package enum Foreign: Sendable, Equatable, CaseIterable {
        case heic, jpeg2000, jpegXL, applePNG, rawPhoto, icon, photoshop, postScript, netpbm
        case svg, html, xml, pdf, json, text, movie, zip, gzip
    }

    /// Whether it is a picture, of a format that is decoded or of another.
    package var isPicture: Bool {
        switch self {
        case .jpeg, .png, .webp, .gif, .bmp, .tiff, .avif: true
        case .foreign(let foreign): foreign.isPicture
        case .unknown: false
        }
    }

    /// Recognises a format from its first bytes; any thread.
    package static func sniff(_ bytes: borrowing Span<UInt8>) -> PictureFormat {
        if bytes.has([0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            return bytes.has("CgBI", at: 12) ? .foreign(.applePNG) : .png
        }
        if bytes.has("RIFF"), bytes.has("WEBP", at: 8) { return .webp }
        if bytes.has("GIF87a") || bytes.has("GIF89a") { return .gif }
        if let tiff = tiff(bytes) { return tiff }
        if bytes.has("ftyp", at: 4) { return boxes(bytes) }
        if bytes.has("BM") { return .bmp }
        if let foreign = binary(bytes) ?? text(bytes) { return .foreign(foreign) }
        return .unknown
    }

    /// TIFF, classic or big, or a camera's raw photo in a variant of it.
    private static func tiff(_ bytes: borrowing Span<UInt8>) -> PictureFormat? {
        let little = bytes.has([0x49, 0x49, 0x2A, 0]), big = bytes.has([0x4D, 0x4D, 0, 0x2A])
        if little && bytes.has("CR", at: 8) { return .foreign(.rawPhoto) }
        if little || big || bytes.has([0x49, 0x49, 0x2B, 0]) || bytes.has([0x4D, 0x4D, 0, 0x2B]) {
            return .tiff
        }
        // Olympus, Panasonic, Fujifilm and Sigma.
        if bytes.has("IIRO") || bytes.has("IIRS") || bytes.has("MMOR")
            || bytes.has([0x49, 0x49, 0x55, 0]) || bytes.has("FUJIFILMCCD-RAW")
            || bytes.has("FOVb")
        {
            return .foreign(.rawPhoto)
        }
        return nil
    }

    /// Files that begin with an `ftyp` box, by their brand. Pillow takes `mif1` and `msf1` for AVIF,
    /// whose brands then say more.
    private static func boxes(_ bytes: borrowing Span<UInt8>) -> PictureFormat {
        let size = Int(bytes.big(UInt32.self, at: 0) ?? 0)
        var brands: [UInt32] = [bytes.big(UInt32.self, at: 8) ?? 0]
        var place = 16
        while place + 4 <= Swift.min(size, bytes.count, 256) {
            brands.append(bytes.big(UInt32.self, at: place) ?? 0)
            place += 4
        }
        func isOne(of names: String...) -> Bool {
            names.contains { name in
                brands.contains(name.utf8.reduce(0) { $0 << 8 | UInt32($1) })
            }
        }
        if isOne(of: "avif", "avis") { return .avif }
        if isOne(of: "heic", "heix", "hevc", "heim", "heis", "hevx", "mif1", "msf1") {
            return .foreign(.heic)
        }
        if isOne(of: "crx ") { return .foreign(.rawPhoto) }
        return .foreign(isOne(of: "jp2 ", "jpx ") ? .jpeg2000 : .movie)
    }

    private static func binary(_ bytes: borrowing Span<UInt8>) -> Foreign? {
        if bytes.has([0, 0, 0, 12]), bytes.has("jP  ", at: 4) { return .jpeg2000 }
        if bytes.has([0xFF, 0x4F, 0xFF, 0x51]) { return .jpeg2000 }
        if bytes.has([0, 0, 0, 12]), bytes.has("JXL ", at: 4) { return .jpegXL }
        if bytes.has([0xFF, 0x0A]) { return .jpegXL }
        if bytes.has([0, 0, 1, 0]) || bytes.has([0, 0, 2, 0]) { return .icon }
        if bytes.has("8BPS") { return .photoshop }
        if bytes.has("%PDF-") { return .pdf }
        if bytes.has("%!PS") || bytes.has([0xC5, 0xD0, 0xD3, 0xC6]) { return .postScript }
        if bytes.has([0x1A, 0x45, 0xDF, 0xA3]) || bytes.has("OggS") { return .movie }
        if bytes.has("RIFF"), bytes.has("AVI ", at: 8) { return .movie }
        if bytes.has([0x50, 0x4B, 3, 4]) || bytes.has([0x50, 0x4B, 5, 6]) { return .zip }
        if bytes.has([0x1F, 0x8B]) { return .gzip }
        return nil
    }

    /// Text of some kind: the first 512 bytes hold no control characters.
    private static func text(_ bytes: borrowing Span<UInt8>) -> Foreign? {
        var start = bytes.has([0xEF, 0xBB, 0xBF]) ? 3 : 0
        let end = min(bytes.count, 512)
        for place in start..<max(start, end) {
            switch bytes[place] {
            case 9, 10, 12, 13, 0x20...0x7E, 0x80...0xFF: break
            default: return nil
            }
        }
        while start < end, [9, 10, 13, 0x20].contains(bytes[start]) { start += 1 }
        guard start < end else { return nil }
        let head = String(
            decoding: (start..<end).map { bytes[$0] }, as: UTF8.self
        ).lowercased()
        if head.hasPrefix("<") {
            if head.hasPrefix("<!doctype html") || head.hasPrefix("<html") { return .html }
            if head.contains("<svg") { return .svg }
            if head.contains("<html") { return .html }
            return .xml
        }
        if head.hasPrefix("{") || head.hasPrefix("[") { return .json }
        if head.hasPrefix("p"), let kind = head.dropFirst().first, ("1"..."7").contains(kind),
            let next = head.dropFirst(2).first, next.isWhitespace
        {
            return .netpbm
        }
        // Bytes above 0x7F that are no UTF-8 are no text.
        return head.contains("\u{FFFD}") ? nil : .text
    }

    /// Its usual name.
    package var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        case .webp: "WebP"
        case .bmp: "BMP"
        case .gif: "GIF"
        case .tiff: "TIFF"
        case .avif: "AVIF"
        case .foreign(let foreign): foreign.name
        case .unknown: "unknown"
        }
    }

    /// The formats that can be decoded, for error sentences.
    package static let supported = "JPEG, PNG, WebP, GIF, BMP, TIFF and AVIF"
}

extension PictureFormat.Foreign {
    /// Whether it is made of pixels.
    fileprivate var isPicture: Bool {
        switch self {
        case .heic, .jpeg2000, .jpegXL, .applePNG, .rawPhoto, .icon, .photoshop, .netpbm: true
        case .postScript, .svg, .html, .xml, .pdf, .json, .text, .movie, .zip, .gzip: false
        }
    }

    /// What it is, as `this is …` goes on.
    var name: String {
        switch self {
        case .heic: "HEIC"
        case .jpeg2000: "JPEG 2000"
        case .jpegXL: "JPEG XL"
        case .applePNG: "Apple's own variant of PNG (CgBI), no PNG"
        case .rawPhoto: "a camera's raw photo"
        case .icon: "a Windows icon or cursor"
        case .photoshop: "a Photoshop document (PSD)"
        case .postScript: "PostScript (EPS)"
        case .netpbm: "a Netpbm picture (PPM, PGM, PBM)"
        case .svg: "SVG, a drawing"
        case .html: "an HTML page"
        case .xml: "XML"
        case .pdf: "PDF, a document"
        case .json: "JSON"
        case .text: "plain text"
        case .movie: "a movie"
        case .zip: "a ZIP archive"
        case .gzip: "gzip"
        }
    }

    /// What would be right.
    private var remedy: String {
        switch self {
        case .heic: "convert it to JPEG, for example with `sips -s format jpeg` or pillow-heif"
        case .jpeg2000, .jpegXL, .icon, .photoshop, .netpbm, .rawPhoto: "convert it to JPEG or PNG"
        case .applePNG:
            "send the file from before Xcode's build, or revert it with `xcrun pngcrush "
                + "-revert-iphone-optimizations`"
        case .svg, .pdf, .postScript: "render it to PNG"
        case .html, .xml:
            "the address that was fetched, or the file, leads to a page and not to a picture"
        case .json: "send a request in JSON with the media type application/json"
        case .text: "send the picture's bytes; if they are base64, decode them first"
        case .movie: "send one of its frames as a picture"
        case .zip: "send the pictures that it holds, one by one"
        case .gzip: "send it unpacked"
        }
    }

    /// The refusal, as one sentence without a full stop.
    var refusal: String {
        "this is \(name): \(remedy); \(PictureFormat.supported) are supported"
    }
}
