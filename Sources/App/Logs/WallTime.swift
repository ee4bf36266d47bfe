// The time of day for log lines, as RFC 3339 writes it. The calendar's arithmetic is `HTTPDate`'s.

internal import Glibc
internal import HTTP

/// A point in time, UTC.
struct WallTime: Equatable {
    /// Seconds since 1970, and nanoseconds within the second.
    let seconds: Int
    let nanoseconds: Int

    /// The present instant, clock_gettime(2).
    static func now() -> WallTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// "2026-11-22T12:00:00.000Z".
    var rfc3339: String {
        let date = HTTPDate(unixSeconds: Int64(seconds)).bytes
        // "Sun, 22 Nov 2026 12:00:00 GMT"
        let text = String(decoding: date.indices.map { date[$0] }, as: UTF8.self)
        let words = text.split(separator: " ")
        let month = (Self.months.firstIndex(of: words[2]) ?? 0) + 1
        return "\(words[3])-\(month.padded(to: 2))-\(words[1])T\(words[4])"
            + ".\((nanoseconds / 1_000_000).padded(to: 3))Z"
    }

    private static let months: [Substring] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Int {
    /// With zeros in front, for a number that is not negative.
    func padded(to width: Int) -> String {
        let digits = "\(self)"
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
