// The Gregorian calendar as arithmetic: days since 1970-01-01 to dates and back.
//
// Pure: no libc, no locale, no time zone, no allocation. Years are counted from March, so that the
// leap day is the last of its year and five months are always 153 days.

/// The proleptic Gregorian calendar, in UTC. Any thread.
package enum Calendar {
    /// Days from 0000-03-01 to 1970-01-01.
    private static let daysBefore1970 = 719_468

    /// The date of a day; `days` must not be negative.
    package static func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        // 400 years have 146,097 days.
        let (era, dayOfEra) = (days + daysBefore1970).quotientAndRemainder(dividingBy: 146_097)
        let leapDaysBefore = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDaysBefore) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    /// The days from 1970-01-01 to a date. The 31st of a month of 30 days counts as the 1st of the
    /// next.
    package static func days(year: Int, month: Int, day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let daysBeforeMonth = (153 * ((month + 9) % 12) + 2) / 5
        return 365 * year + year / 4 - year / 100 + year / 400 + daysBeforeMonth + day - 1
            - daysBefore1970
    }
}
