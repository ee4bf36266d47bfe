// Calls the C functions of a codec that stands over a library, and says what their outcomes mean.

import CPicture

/// A codec whose two halves are C functions; any thread.
protocol LibraryCodec: PictureCodec {
    /// Reads a header; the memory it takes does not depend on the size it finds.
    static var readHeader: amphora_picture_header_function { get }

    /// Writes every pixel, in the header's form, into memory whose size fits it exactly.
    static var decodePixels: amphora_picture_decode_function { get }
}

extension LibraryCodec {
    static func header(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        try libraryHeader(of: bytes, mode)
    }

    static func decode(
        _ bytes: borrowing Span<UInt8>, _ header: PictureHeader, _ mode: DecodeMode,
        limits: PictureLimits, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) throws(PictureError) {
        unsafe try decodeByLibrary(bytes, header, mode, limits: limits, into: pixels)
    }

    /// Reads the header. Throws `undecodable`.
    static func libraryHeader(
        of bytes: borrowing Span<UInt8>, _ mode: DecodeMode
    ) throws(PictureError) -> PictureHeader {
        var header = amphora_picture_header()
        unsafe try call(mode, maxScans: 1) { options, message in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe readHeader(bytes.baseAddress, bytes.count, options, &header, message)
            }
        }
        guard let form = PixelForm(rawValue: Int(header.channels)) else {
            throw damaged("it has pixels of \(header.channels) bytes")
        }
        return PictureHeader(width: Int(header.width), height: Int(header.height), form: form)
    }

    /// Writes every pixel, in the header's form, into `pixels`, whose size fits it exactly. Throws
    /// `undecodable`.
    static func decodeByLibrary(
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
            throw truncated
        case AMPHORA_PICTURE_TOO_MANY_SCANS:
            throw .undecodable("the \(name) picture has more than \(maxScans) scans")
        default:
            throw damaged(message)
        }
    }
}
