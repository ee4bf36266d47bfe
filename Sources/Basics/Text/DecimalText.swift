// Appends whole numbers to bytes as decimal text.
//
// Answers and log lines are bytes, and converting a number to a String first costs many times more.

extension [UInt8] {
    /// Appends a number in decimal, with leading zeros up to `width` digits.
    package mutating func append(decimal number: Int, width: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(digits: number.magnitude, width: width)
    }

    private mutating func append(digits number: UInt, width: Int) {
        if number >= 10 || width > 1 { append(digits: number / 10, width: width - 1) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
