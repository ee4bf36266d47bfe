// The date of a response: IMF-fixdate (RFC 9110 §5.6.7), as "Sun, 06 Nov 1994 08:49:37 GMT".
//
// Pure arithmetic on Unix seconds: no libc, no locale, no time zone, no allocation. The caller,
// which has a clock, makes one date per second and uses it for every response of that second.
// It does not parse dates: a server of computed answers doesn't need a client's dates.

internal import Basics

/// An IMF-fixdate, 29 bytes of ASCII.
package struct HTTPDate: Sendable {
    /// The text.
    package let bytes: InlineArray<29, UInt8>

    /// The date of a number of seconds since 1970-01-01 00:00:00 UTC, kept within the years
    /// 1970 to 9999 that the format can show.
    package init(unixSeconds: Int64) {
        let seconds = Int(min(max(unixSeconds, 0), 253_402_300_799))
        let (days, secondOfDay) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Calendar.date(daysSince1970: days)

        var text = InlineArray<29, UInt8>(repeating: Byte.space)
        // 1970-01-01 was a Thursday.
        HTTPDate.write("ThuFriSatSunMonTueWed", word: days % 7, to: &text, at: 0)
        text[3] = Byte.comma
        HTTPDate.write(day, to: &text, at: 5)
        HTTPDate.write("JanFebMarAprMayJunJulAugSepOctNovDec", word: month - 1, to: &text, at: 8)
        HTTPDate.write(year / 100, to: &text, at: 12)
        HTTPDate.write(year % 100, to: &text, at: 14)
        HTTPDate.write(secondOfDay / 3600, to: &text, at: 17)
        text[19] = Byte.colon
        HTTPDate.write(secondOfDay / 60 % 60, to: &text, at: 20)
        text[22] = Byte.colon
        HTTPDate.write(secondOfDay % 60, to: &text, at: 23)
        HTTPDate.write("GMT", word: 0, to: &text, at: 26)
        bytes = text
    }

    private static func write(_ number: Int, to text: inout InlineArray<29, UInt8>, at start: Int) {
        text[start] = Byte.zero + UInt8(number / 10)
        text[start + 1] = Byte.zero + UInt8(number % 10)
    }

    private static func write(
        _ words: StaticString, word: Int, to text: inout InlineArray<29, UInt8>, at start: Int
    ) {
        for offset in 0..<3 { text[start + offset] = unsafe words.utf8Start[word * 3 + offset] }
    }
}
