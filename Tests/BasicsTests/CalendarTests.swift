import Basics
import Testing

@Suite struct CalendarTests {
    @Test(arguments: [
        (0, 1970, 1, 1), (11_016, 2000, 2, 29), (11_017, 2000, 3, 1), (47_540, 2100, 2, 28),
        (47_541, 2100, 3, 1), (2_932_896, 9999, 12, 31),
    ])
    func `known days`(_ days: Int, _ year: Int, _ month: Int, _ day: Int) {
        #expect(Calendar.date(daysSince1970: days) == (year, month, day))
        #expect(Calendar.days(year: year, month: month, day: day) == days)
    }

    @Test func `every day has one date and every date its day, for eight hundred years`() {
        var previous = (year: 1969, month: 12, day: 31)
        for days in 0..<292_194 {
            let date = Calendar.date(daysSince1970: days)
            let isNext =
                date.year == previous.year && date.month == previous.month
                && date.day == previous.day + 1
                || date.day == 1 && previous.day >= 28
            let back = Calendar.days(year: date.year, month: date.month, day: date.day)
            if back != days || !isNext {
                #expect(back == days && isNext, "\(days)")
                return
            }
            previous = date
        }
        #expect(previous == (2769, 12, 31))
    }
}
