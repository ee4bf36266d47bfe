// The loop's time: nanoseconds of a clock that never goes back. Tests bring their own clock.

internal import CLinux

/// A point on a monotonic clock, in nanoseconds.
package struct Instant: Sendable, Comparable, Hashable {
    package let nanoseconds: UInt64

    /// Creates an instant.
    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Later than any instant that a clock ever shows.
    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` after another; never past the distant future.
    package static func + (left: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = left.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The time from one instant to a later one; zero where it is not later.
    package static func - (left: Instant, right: Instant) -> Duration {
        guard left > right else { return .zero }
        return .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
    }
}

extension Duration {
    /// Whole nanoseconds; 0 where negative.
    package var nanoseconds: UInt64 {
        let attoseconds = attoseconds
        guard attoseconds >= 0 else { return 0 }
        // 10⁹ = 2⁹ · 5⁹: two and a half hours fit a division of 64 bits, which every turn can afford.
        guard let few = UInt64(exactly: attoseconds >> 9) else {
            return UInt64(clamping: attoseconds / 1_000_000_000)
        }
        return few / 1_953_125
    }

    /// Whole milliseconds, rounded down; 0 where negative.
    package var milliseconds: Int { Int(nanoseconds / 1_000_000) }
}

/// A source of monotonic time.
package protocol MonotonicClock: AnyObject {
    /// The present instant.
    func now() -> Instant
}

/// The system's monotonic clock, clock_gettime(2).
package final class SystemClock: MonotonicClock {
    /// Creates the clock.
    package init() {}

    package func now() -> Instant { Instant(nanoseconds: linux_monotonic_nanoseconds()) }
}
