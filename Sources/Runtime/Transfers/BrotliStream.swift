// Decompresses brotli as it arrives, with libbrotlidec, in pieces of bounded size (RFC 7932).

internal import Basics
internal import CBrotli

/// A stream of brotli. Any thread, one at a time.
@safe
final class BrotliStream {
    /// The size of a piece in bytes.
    private static let pieceSize = 64 * 1024

    private let decoder: UnsafeMutableRawPointer
    private var piece = [UInt8](repeating: 0, count: pieceSize)

    /// Whether the library is there; loads it at the first call. Any thread.
    static var isAvailable: Bool { cbrotli_load() }

    /// Begins a stream; `nil` if the library is not there, or memory is short.
    init?() {
        guard Self.isAvailable, let decoder = unsafe cbrotli_create() else { return nil }
        unsafe self.decoder = decoder
    }

    deinit { unsafe cbrotli_destroy(decoder) }

    /// Calls the library once with the input from `position` on, which advances; `receive` gets the
    /// output, if any, and may throw. decode.h, `BrotliDecoderDecompressStream`.
    func step<Failure: Error>(
        _ input: Span<UInt8>, at position: inout Int,
        _ receive: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> UnpackingStep {
        let (result, made) = call(input, &position)
        if made > 0 {
            // A local: a span of a class's property has no lifetime. The array is not copied.
            let made = piece.prefix(made)
            try receive(made.span)
        }
        return switch Int(result) {
        case Int(BROTLI_ENDED): .ended
        case Int(BROTLI_NEEDS_INPUT): .hungry
        case Int(BROTLI_NEEDS_OUTPUT): .more
        default: .failed("it is not valid brotli")
        }
    }

    private func call(_ input: Span<UInt8>, _ position: inout Int) -> (result: Int32, made: Int) {
        let start = position
        var left = input.count - start
        var room = Self.pieceSize
        var result: Int32 = 0
        unsafe input.withUnsafeBufferPointer { bytes in
            unsafe piece.withUnsafeMutableBufferPointer { piece in
                var nextIn = unsafe bytes.baseAddress.map { unsafe $0 + start }
                var nextOut = piece.baseAddress
                result = unsafe cbrotli_step(decoder, &left, &nextIn, &room, &nextOut)
            }
        }
        position = input.count - left
        return (result, Self.pieceSize - room)
    }
}
