// Decompresses gzip as it arrives, with zlib, in pieces of bounded size (RFC 1952).
//
// Several members in a row are one file, as in gzip(1); zeros after the last are ignored. The
// receiver, which gets each piece, limits the total.

internal import CZlib

/// A gzip decompressor. Any thread, one at a time.
@safe
package struct Gunzip: ~Copyable {
    /// The size of a piece in bytes.
    private static let pieceSize = 64 * 1024

    private enum State { case outside, inside, padding, failed }

    /// On the heap, because zlib stores its address.
    private let stream: UnsafeMutablePointer<z_stream>
    private var piece = [UInt8](repeating: 0, count: pieceSize)
    private var state = State.outside
    /// Whether any member has begun.
    private var hasBegun = false

    /// Begins a file. zlib.h, `inflateInit2`.
    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // The largest window, and only gzip's framing.
        let result = unsafe inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        // Out of memory, as for any other allocation.
        precondition(result == Z_OK, "zlib has no memory")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Decompresses a part of the file; `receive` gets the output in pieces. Throws `ArchiveError`,
    /// including errors of `receive`; after that it must get no more input.
    package mutating func inflate(
        _ input: Span<UInt8>, _ receive: (Span<UInt8>) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var position = 0
        while position < input.count {
            switch state {
            case .failed: throw .damaged("an earlier part of it was")
            case .padding:
                guard input[position] == 0 else { throw fail(.trailing) }
                position += 1
            case .outside where hasBegun && input[position] == 0: state = .padding
            case .outside, .inside:
                if state == .outside { try begin(input, at: position) }
                state = .inside
                do throws(ArchiveError) {
                    try step(input, &position, receive)
                } catch {
                    throw fail(error)
                }
            }
        }
    }

    /// Call this after the last part. Throws `truncated` if the file has not ended.
    package func finish() throws(ArchiveError) {
        guard hasBegun, state == .outside || state == .padding else { throw .truncated }
    }

    /// Begins a member at its first byte.
    private mutating func begin(_ input: Span<UInt8>, at position: Int) throws(ArchiveError) {
        guard input[position] == 0x1F else {
            throw fail(hasBegun ? .trailing : .notGzip(looksLike: Self.format(input)))
        }
        if hasBegun { unsafe inflateReset(stream) }
        hasBegun = true
    }

    /// Runs zlib until it needs more input, or a member ends.
    private mutating func step(
        _ input: Span<UInt8>, _ position: inout Int,
        _ receive: (Span<UInt8>) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        while true {
            let (result, made) = call(input, &position)
            if made > 0 { try receive(piece.span.extracting(0..<made)) }
            switch result {
            case Z_STREAM_END:
                state = .outside
                return
            // A full piece: there may be more output.
            case Z_OK where made == Self.pieceSize || position < input.count: continue
            case Z_OK: return
            // zlib needs more input.
            case Z_BUF_ERROR where position == input.count: return
            default: throw .damaged(reason(result))
            }
        }
    }

    /// One call, zlib.h `inflate`: its result, and how many bytes it made.
    private mutating func call(_ input: Span<UInt8>, _ position: inout Int) -> (Int32, Int) {
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
                result = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            }
        }
        position += unsafe count - Int(stream.pointee.avail_in)
        return unsafe (result, Self.pieceSize - Int(stream.pointee.avail_out))
    }

    private func reason(_ result: Int32) -> String {
        guard let text = unsafe stream.pointee.msg else { return "zlib's error \(result)" }
        return unsafe String(cString: text)
    }

    private mutating func fail(_ error: ArchiveError) -> ArchiveError {
        state = .failed
        return error
    }

    /// The format that begins with these bytes instead.
    private static func format(_ input: Span<UInt8>) -> String? {
        let formats: [(beginning: [UInt8], name: String)] = [
            ([0x50, 0x4B], "a zip file"), ([0x42, 0x5A, 0x68], "bzip2"), ([0x3C], "a web page"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0xFD, 0x37, 0x7A], "xz"), ([0x7B], "JSON"),
        ]
        return formats.first { format in
            format.beginning.count <= input.count
                && format.beginning.indices.allSatisfy { input[$0] == format.beginning[$0] }
        }?.name
    }
}
