// A first-in, first-out queue that supports removal from the middle. Pure.
//
// A removed transfer is only recorded; its place is dropped when it reaches the front, or when half
// of the queue are such places, so that the queue stays proportional to the transfers that wait.

/// A queue of transfers.
struct WaitingLine {
    private var places: [TransferID] = []
    private var front = 0
    private var gone: Set<TransferID> = []

    /// The number of waiting transfers.
    var count: Int { places.count - front - gone.count }

    /// Adds a transfer at the end.
    mutating func append(_ id: TransferID) { places.append(id) }

    /// Takes the first transfer.
    mutating func popFirst() -> TransferID? {
        while front < places.count {
            let id = places[front]
            front += 1
            if front > 32 && front > places.count / 2 { compact() }
            if gone.remove(id) == nil { return id }
        }
        return nil
    }

    /// Removes a transfer; call it only for one that waits in the queue.
    mutating func remove(_ id: TransferID) {
        gone.insert(id)
        if gone.count > 32 && gone.count > places.count / 2 { compact() }
    }

    private mutating func compact() {
        places = places[front...].filter { !gone.contains($0) }
        front = 0
        gone.removeAll(keepingCapacity: true)
    }
}
