// Whole numbers as decimal text, straight into bytes.
//
// Answers and log lines are bytes; a number that first becomes a String costs many times its digits.

extension [UInt8] {
    /// Appends a number in decimal, with zeros in front up to `width` digits.
    package mutating func append(decimal number: Int, width: Int = 1) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(digits: number.magnitude, width: width)
    }

    private mutating func append(digits number: UInt, width: Int) {
        if number >= 10 || width > 1 { append(digits: number / 10, width: width - 1) }
        append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}
