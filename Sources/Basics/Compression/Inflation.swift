// Decompresses deflate data as it arrives, with zlib, in pieces of bounded size (RFC 1950–1952).
//
// One stream at a time, without a policy: what may follow a stream, how much it may become, and what
// errors are called is decided by the callers, the archives of models and the codings of responses.

internal import CZlib

/// What a step of a decompressor has come to.
package enum UnpackingStep: Equatable {
    /// There may be more output or input.
    case more
    /// All input is used; more is needed.
    case hungry
    /// The stream has ended; the rest of the input is not part of it.
    case ended
    /// The data is damaged, as the library words it.
    case failed(String)
}

/// A stream of deflate data. Any thread, one at a time.
@safe
package final class Inflation {
    /// What is around the deflate data.
    package enum Format {
        case gzip, zlib
        /// Nothing.
        case raw
    }

    /// The size of a piece in bytes.
    private static let pieceSize = 64 * 1024

    /// On the heap, because zlib stores its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var piece = [UInt8](repeating: 0, count: pieceSize)

    /// Begins a stream. zlib.h, `inflateInit2`.
    package init(_ format: Format) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // The largest window.
        let bits: Int32 =
            switch format {
            case .gzip: 15 + 16
            case .zlib: 15
            case .raw: -15
            }
        let result = unsafe inflateInit2_(
            stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        // Out of memory, as for any other allocation.
        precondition(result == Z_OK, "zlib has no memory")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Begins another stream of the same format. zlib.h, `inflateReset`.
    package func restart() { unsafe inflateReset(stream) }

    /// Calls zlib once with the input from `position` on, which advances; `receive` gets the output,
    /// if any, and may throw. zlib.h, `inflate`.
    package func step<Failure: Error>(
        _ input: Span<UInt8>, at position: inout Int,
        _ receive: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> UnpackingStep {
        let (result, made) = call(input, &position)
        if made > 0 {
            // A local: a span of a class's property has no lifetime. The array is not copied.
            let made = piece.prefix(made)
            try receive(made.span)
        }
        return switch result {
        case Z_STREAM_END: .ended
        case Z_OK where made == Self.pieceSize || position < input.count: .more
        case Z_OK: .hungry
        case Z_BUF_ERROR where position == input.count: .hungry
        default: .failed(reason(result))
        }
    }

    private func call(_ input: Span<UInt8>, _ position: inout Int) -> (result: Int32, made: Int) {
        let start = position
        let count = min(input.count - start, 1 << 30)
        var result = Z_OK
        unsafe input.withUnsafeBufferPointer { bytes in
            unsafe piece.withUnsafeMutableBufferPointer { piece in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: bytes.baseAddress.map { unsafe $0 + start })
                unsafe stream.pointee.avail_in = UInt32(count)
                unsafe stream.pointee.next_out = piece.baseAddress
                unsafe stream.pointee.avail_out = UInt32(piece.count)
                result = unsafe inflate(stream, Z_NO_FLUSH)
            }
        }
        position += unsafe count - Int(stream.pointee.avail_in)
        return unsafe (result, Self.pieceSize - Int(stream.pointee.avail_out))
    }

    private func reason(_ result: Int32) -> String {
        guard let text = unsafe stream.pointee.msg else { return "zlib's error \(result)" }
        return unsafe String(cString: text)
    }
}
