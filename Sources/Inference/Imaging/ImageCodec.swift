// What the three codecs have in common: a header that costs nothing, then pixels in the form that
// the file holds them, written into memory that was sized from that header.

/// How a codec hands out pixels, before they become RGB or gray.
enum PixelForm: Int, Sendable {
    case gray = 1
    /// High byte first.
    case gray16 = 2
    case rgb = 3
    /// As stored, which in practice (Adobe) is inverted.
    case cmyk = 4

    /// Bytes per pixel.
    var bytes: Int { rawValue }
}

/// What a picture's header says.
struct ImageHeader: Sendable, Equatable {
    /// In pixels.
    let width: Int
    /// In pixels.
    let height: Int
    let form: PixelForm
}

/// What a codec is asked for.
struct DecodeMode: Sendable, Equatable {
    /// Whose oddities are reproduced.
    let profile: Preprocessing.DecodeProfile
    /// 1 (gray) or 3 (RGB): where the profile has the codec's library make gray, it is made there.
    let channels: Int
}

/// One file format's decoder, over a C library.
protocol ImageCodec {
    /// The size that stands at a fixed place of the file, whatever the rest is worth; `nil` where the
    /// format has no such place.
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size?

    /// Reads the header; the memory it takes does not depend on the size it finds.
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(ImageError) -> ImageHeader

    /// Writes every pixel, in the header's form, into `pixels`, whose size fits it exactly.
    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: ImageHeader, _ mode: DecodeMode,
        limits: ImageLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(ImageError)
}

extension ImageCodec {
    static func announcedSize(in bytes: borrowing Span<UInt8>) -> Preprocessing.Size? { nil }
}

/// Calls a C function with room for its message; returns its outcome and the message.
func withMessage<Outcome>(
    size: Int32, _ body: (UnsafeMutablePointer<CChar>) -> Outcome
) -> (outcome: Outcome, message: String) {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(size)) { buffer in
        unsafe buffer.initialize(repeating: 0)
        guard let base = buffer.baseAddress else { preconditionFailure("no room for a message") }
        let outcome = unsafe body(base)
        return unsafe (outcome, String(cString: base))
    }
}
