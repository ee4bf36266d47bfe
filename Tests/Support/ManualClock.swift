// A clock that the test moves.

package import EventLoop

/// A clock that stands still until it is advanced. One thread.
package final class ManualClock: MonotonicClock {
    private var instant: Instant

    /// Starts at a number of nanoseconds; not at 0, which hides missing additions.
    package init(startingAt nanoseconds: UInt64 = 1_000_000_000_000) {
        instant = Instant(nanoseconds: nanoseconds)
    }

    package func now() -> Instant { instant }

    /// Moves the clock.
    package func advance(by duration: Duration) { instant = instant + duration }
}
