// What the codecs share: a header that is cheap to read, then pixels in the form in which the
// file has them, written into memory that was sized from that header.
//
// Some codecs are written in Swift. The others name two C functions, and are called by
// `LibraryCodec`.

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

/// One file format's decoder; any thread.
protocol PictureCodec {
    /// The format's name in error sentences.
    static var name: String { get }

    /// The size at a fixed place of the file, even if the rest is damaged; `nil` if the format has
    /// no such place.
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size?

    /// Reads the header; the memory it takes does not depend on the size it finds. Throws
    /// `undecodable`.
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader

    /// Writes every pixel, in the header's form, into `pixels`, whose size fits it exactly. Throws
    /// `undecodable`.
    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError)
}

/// Why Pillow refuses a file, as a part of a sentence.
struct PillowRefusal: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension PictureCodec {
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? { nil }

    /// A refusal that says what is wrong with the file.
    static func damaged(_ reason: String) -> PictureError {
        .undecodable("the \(name) picture cannot be decoded: \(reason)")
    }

    /// Reads as Pillow does, and words its refusal for the sender.
    static func asPillow<Value>(
        _ read: () throws(PillowRefusal) -> Value
    ) throws(PictureError) -> Value {
        do throws(PillowRefusal) {
            return try read()
        } catch {
            throw damaged(error.reason)
        }
    }

    /// The refusal of a file that ends too early.
    static var truncated: PictureError {
        .undecodable("the \(name) picture is truncated: it ends before its last row")
    }
}
