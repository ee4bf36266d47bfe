// Decompresses a gzip file as it arrives, in pieces of bounded size (RFC 1952).
//
// Several members in a row are one file, as in gzip(1); zeros after the last are ignored. The
// receiver, which gets each piece, limits the total.

internal import Basics

/// A gzip decompressor. Any thread, one at a time.
package struct Gunzip: ~Copyable {
    private enum State { case outside, inside, padding, failed }

    private let inflation = Inflation(.gzip)
    private var state = State.outside
    /// Whether any member has begun.
    private var hasBegun = false

    /// Begins a file.
    package init() {}

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
        if hasBegun { inflation.restart() }
        hasBegun = true
    }

    /// Runs zlib until it needs more input, or a member ends.
    private mutating func step(
        _ input: Span<UInt8>, _ position: inout Int,
        _ receive: (Span<UInt8>) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        while true {
            switch try inflation.step(input, at: &position, receive) {
            case .ended:
                state = .outside
                return
            case .more: continue
            case .hungry: return
            case .failed(let reason): throw .damaged(reason)
            }
        }
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
