// A first-in, first-out line that can be left from the middle. Pure.
//
// Who leaves is only counted; its place is dropped when it comes to the front, or when half of the
// line are such places, so that the line stays bounded by those who really wait.

/// A waiting line of transfers.
struct WaitingLine {
    private var places: [TransferID] = []
    private var front = 0
    private var gone: Set<TransferID> = []

    /// The number of those who wait.
    var count: Int { places.count - front - gone.count }

    /// Joins at the end.
    mutating func append(_ id: TransferID) { places.append(id) }

    /// Takes the first.
    mutating func popFirst() -> TransferID? {
        while front < places.count {
            let id = places[front]
            front += 1
            if front > 32 && front > places.count / 2 { compact() }
            if gone.remove(id) == nil { return id }
        }
        return nil
    }

    /// Leaves the line; to be called only for one who waits in it.
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
