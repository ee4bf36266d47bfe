// Byte buffers that are lent to connections with something in hand, so that an idle one holds none
// and a busy one allocates none.

/// Spare byte arrays. Loop thread.
struct BufferPool {
    private static let spareCount = 64
    /// A larger buffer served an exceptional request; it is not worth keeping.
    private static let largestKept = 256 * 1024

    private var spares: [[UInt8]] = []

    init() { spares.reserveCapacity(Self.spareCount) }

    /// An empty buffer, with capacity where one is spare.
    mutating func take() -> [UInt8] { spares.popLast() ?? [] }

    /// Takes a buffer away from its holder, who is left with an empty one.
    ///
    /// By `inout`, because a second reference would make emptying it a copy.
    mutating func giveBack(_ buffer: inout [UInt8]) {
        var spare: [UInt8] = []
        swap(&spare, &buffer)
        guard 1...Self.largestKept ~= spare.capacity, spares.count < Self.spareCount else { return }
        spare.removeAll(keepingCapacity: true)
        spares.append(spare)
    }
}
