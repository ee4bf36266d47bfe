// Byte buffers that are lent to connections with something in hand, so that an idle one holds none
// and a busy one allocates none.

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

    /// An empty buffer, with capacity where one is spare.
    mutating func take() -> [UInt8] { spares.popLast() ?? [] }

    /// Takes a buffer away from its holder, who is left with an empty one.
    ///
    /// By `inout`, because a second reference would make emptying it a copy.
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
