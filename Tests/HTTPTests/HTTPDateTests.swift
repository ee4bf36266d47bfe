import HTTP
import Testing

@Suite struct HTTPDateTests {
    private func text(_ seconds: Int64) -> String {
        let bytes = HTTPDate(unixSeconds: seconds).bytes
        return String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
        (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `known dates`(seconds: Int, expected: String) {
        #expect(text(Int64(seconds)) == expected)
    }

    @Test func `dates outside the format are the nearest inside`() {
        #expect(text(-1) == text(0))
        #expect(text(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
    }

    @Test func `each of 150,000 days follows the one before`() {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
        let months = names + ["Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        var (year, month, day) = (1970, 0, 1)
        for index in 0..<150_000 {
            let expected =
                "\(weekdays[index % 7]), \(day < 10 ? "0" : "")\(day) \(months[month]) \(year) "
                + "12:34:56 GMT"
            let actual = text(Int64(index) * 86_400 + 45_296)
            if actual != expected {
                #expect(actual == expected)
                return
            }
            day += 1
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 1 ? (isLeap ? 29 : 28) : [3, 5, 8, 10].contains(month) ? 30 : 31
            if day > length { (day, month) = (1, month + 1) }
            if month == 12 { (month, year) = (0, year + 1) }
        }
    }
}
