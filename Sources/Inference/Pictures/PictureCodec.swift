// What the three codecs share: a header that is cheap to read, then pixels in the form in which the
// file has them, written into memory that was sized from that header.
//
// A codec names its format and its two C functions; the calls and the meaning of their outcomes are
// here.

import CPicture

/// The form of a codec's pixels, before they become RGB or gray.
enum PixelForm: Int, Sendable {
    case gray = 1
    /// High byte first.
    case gray16 = 2
    case rgb = 3
    /// As stored, which in practice (Adobe) means inverted.
    case cmyk = 4

    /// Bytes per pixel.
    var bytes: Int { rawValue }
}

/// The contents of a picture's header.
struct PictureHeader: Sendable, Equatable {
    /// In pixels.
    let width: Int
    /// In pixels.
    let height: Int
    let form: PixelForm
}

/// What a codec must produce.
struct DecodeMode: Sendable, Equatable {
    /// The library whose oddities are reproduced.
    let profile: Preprocessing.DecodeProfile
    /// 1 (gray) or 3 (RGB). If the profile's library makes gray in its codec, ours does too.
    let channels: Int
}

/// One file format's decoder, over a C library; any thread.
protocol PictureCodec {
    /// The format's name in error sentences.
    static var name: String { get }

    /// Reads a header; the memory it takes does not depend on the size it finds.
    static var readHeader: amphora_picture_header_function { get }

    /// Writes every pixel, in the header's form, into memory whose size fits it exactly.
    static var decodePixels: amphora_picture_decode_function { get }

    /// The size at a fixed place of the file, even if the rest is damaged; `nil` if the format has
    /// no such place.
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size?
}

extension PictureCodec {
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? { nil }

    /// Reads the header. Throws `undecodable`.
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        var header = amphora_picture_header()
        unsafe try call(mode, maxScans: 1) { options, message in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe readHeader(bytes.baseAddress, bytes.count, options, &header, message)
            }
        }
        guard let form = PixelForm(rawValue: Int(header.channels)) else {
            throw .undecodable("the \(name) picture has pixels of \(header.channels) bytes")
        }
        return PictureHeader(width: Int(header.width), height: Int(header.height), form: form)
    }

    /// Writes every pixel, in the header's form, into `pixels`, whose size fits it exactly. Throws
    /// `undecodable`.
    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        let affordable = limits.jpegScanPixels / max(1, header.width * header.height)
        let scans = UInt32(clamping: max(1, min(limits.jpegScans, affordable)))
        unsafe try call(mode, maxScans: scans) { options, message in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe decodePixels(
                    bytes.baseAddress, bytes.count, options, pixels.baseAddress, pixels.count,
                    message)
            }
        }
    }

    /// Calls a C function with its options and room for its message. Throws by its outcome.
    private static func call(
        _ mode: DecodeMode, maxScans: UInt32,
        _ body: (amphora_picture_options, UnsafeMutablePointer<CChar>) -> amphora_picture_outcome
    ) throws(PictureError) {
        let options = amphora_picture_options(
            opencv: mode.profile == .opencv, gray: mode.channels == 1, max_scans: maxScans)
        let capacity = Int(AMPHORA_PICTURE_MESSAGE_SIZE)
        let (outcome, message) = unsafe withUnsafeTemporaryAllocation(
            of: CChar.self, capacity: capacity
        ) { buffer in
            unsafe buffer.initialize(repeating: 0)
            guard let base = buffer.baseAddress else { preconditionFailure("no room") }
            let outcome = unsafe body(options, base)
            return unsafe (outcome, String(cString: base))
        }
        switch outcome {
        case AMPHORA_PICTURE_DECODED: return
        case AMPHORA_PICTURE_TRUNCATED:
            throw .undecodable("the \(name) picture is truncated: it ends before its last row")
        case AMPHORA_PICTURE_TOO_MANY_SCANS:
            throw .undecodable("the \(name) picture has more than \(maxScans) scans")
        default:
            throw .undecodable("the \(name) picture cannot be decoded: \(message)")
        }
    }
}
