// Copies from spans into arrays, which the standard library does not offer yet.

extension [UInt8] {
    /// Appends the bytes of a span.
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Replaces the bytes from `offset` on by those of a span; they must fit.
    package mutating func replace(from offset: Int, with bytes: Span<UInt8>) {
        precondition(offset + bytes.count <= count)
        unsafe withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                let end = unsafe target[offset...].update(fromContentsOf: source)
                precondition(end == offset + source.count)
            }
        }
    }
}
