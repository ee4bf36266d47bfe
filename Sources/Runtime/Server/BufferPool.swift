// Byte buffers for connections with unparsed or unsent bytes, so that idle connections hold none
// and busy ones allocate none.

internal import HTTP

/// Spare byte arrays. Loop thread.
struct BufferPool {
    private let maxCount: Int
    private let maxBytes: Int
    private var spares: [[UInt8]] = []

    init(limits: Limits = Limits()) {
        maxCount = limits.spareBuffers
        maxBytes = limits.spareBufferBytes
        spares.reserveCapacity(maxCount)
    }

    /// An empty buffer; it has capacity if a spare one was available.
    mutating func take() -> [UInt8] { spares.popLast() ?? [] }

    /// Takes a buffer back and leaves the caller an empty one.
    ///
    /// `inout`, because with a second reference, emptying the buffer would copy it.
    mutating func giveBack(_ buffer: inout [UInt8]) {
        var spare: [UInt8] = []
        swap(&spare, &buffer)
        guard spare.capacity > 0, spare.capacity <= maxBytes, spares.count < maxCount else {
            return
        }
        spare.removeAll(keepingCapacity: true)
        spares.append(spare)
    }
}
