// A binary min-heap of deadlines. Pure: it does not read the time and calls nothing.
//
// Cancelling and postponing happen outside (the loop compares an entry with what its slot wants
// now), so the heap has no search. Outdated entries are dropped when they reach the top, or all at
// once.

/// Deadlines, the earliest first.
package struct TimerHeap {
    /// A deadline and the registration that it belongs to.
    package struct Entry: Equatable {
        /// When it is due.
        package let deadline: Instant
        /// Whose it is.
        package let token: Token

        /// Creates an entry.
        package init(deadline: Instant, token: Token) {
            self.deadline = deadline
            self.token = token
        }
    }

    private var entries: [Entry] = []

    /// Creates an empty heap.
    package init() {}

    /// The earliest entry.
    // `Collection.first` allocates in a debug build, where it isn't specialised.
    package var first: Entry? { entries.isEmpty ? nil : entries[0] }

    /// The number of entries, outdated ones included.
    package var count: Int { entries.count }

    /// Adds an entry. O(log n).
    package mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].deadline < entries[parent].deadline else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Removes and returns the earliest entry if it is due at `now`. O(log n).
    package mutating func pop(dueAt now: Instant) -> Entry? {
        guard let first, first.deadline <= now else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first }
        entries[0] = last
        sink()
        return first
    }

    /// Drops the entries that don't meet a condition. O(n).
    package mutating func keep(_ isCurrent: (Entry) -> Bool) {
        entries.removeAll { !isCurrent($0) }
        for parent in stride(from: entries.count / 2 - 1, through: 0, by: -1) { sink(parent) }
    }

    private mutating func sink(_ start: Int = 0) {
        var parent = start
        while true {
            var earliest = parent
            let left = 2 * parent + 1
            for child in left..<min(left + 2, max(left, entries.count))
            where entries[child].deadline < entries[earliest].deadline {
                earliest = child
            }
            guard earliest != parent else { return }
            entries.swapAt(parent, earliest)
            parent = earliest
        }
    }
}
