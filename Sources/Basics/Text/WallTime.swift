// The date and time, in the format of RFC 3339.

internal import Glibc

/// A point in time, UTC.
package struct WallTime: Sendable, Equatable {
    /// Seconds since 1970, and nanoseconds within the second.
    package let seconds: Int
    package let nanoseconds: Int

    /// Creates a point in time.
    package init(seconds: Int, nanoseconds: Int) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// The present instant, clock_gettime(2).
    package static func now() -> WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// "2026-11-22T12:00:00.000Z".
    package var rfc3339: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the time in the format of RFC 3339.
    package func append(to text: inout [UInt8]) {
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Calendar.date(daysSince1970: days)
        text.append(decimal: year, width: 4)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: month, width: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: day, width: 2)
        text.append(UInt8(ascii: "T"))
        text.append(decimal: second / 3600, width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: second / 60 % 60, width: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: second % 60, width: 2)
        text.append(UInt8(ascii: "."))
        text.append(decimal: nanoseconds / 1_000_000, width: 3)
        text.append(UInt8(ascii: "Z"))
    }
}
