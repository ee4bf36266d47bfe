// Decimal numbers in text, as JSON and CSV have them, and the number that is nearest to each.
//
// A tensor of some megabytes of text is mostly such numbers, so this is where the time goes. One pass
// over the digits gives a whole number and a power of ten. From them, the nearest double is found exactly in
// one of three ways: one rounded operation on two exact doubles (Clinger, 1990), one division or
// multiplication of 64-bit whole numbers with the remainder as a sticky bit, or the standard library.

/// A number in decimal, as written: ±digits × 10^exponent.
struct Numeral {
    /// The digits as a whole number, wrapped if there are more than 19.
    var digits: UInt64 = 0
    /// The power of ten.
    var exponent = 0
    /// How many digits stand before the point, leading zeros included, and behind it.
    var wholeCount = 0, fractionCount = 0
    var isNegative = false
    /// Whether it has neither point nor exponent.
    var isWhole = true
    /// Whether its parts stand as RFC 8259 §6 wants them.
    var isJSON = false
    /// Where it begins and ends.
    var start = 0, end = 0

    /// Whether `digits` holds all of them.
    var isShort: Bool { wholeCount &+ fractionCount <= 19 }

    /// The whole number that it is; `nil` for a fraction, and beyond 38 digits.
    var wholeValue: Int128? {
        guard isShort, (-19...19).contains(exponent) else { return nil }
        let power = (0..<abs(exponent)).reduce(1 as Int128) { product, _ in product * 10 }
        let (magnitude, rest) =
            exponent < 0
            ? Int128(digits).quotientAndRemainder(dividingBy: power) : (Int128(digits) * power, 0)
        return rest == 0 ? (isNegative ? -magnitude : magnitude) : nil
    }
}

extension Span<UInt8> {
    /// The number at a position, which moves behind it; `nil` if none stands there. Accepts what CSV has
    /// beside JSON: a plus sign, leading zeros, a point at either end.
    @inline(__always)
    func numeral(at position: inout Int) -> Numeral? {
        var numeral = Numeral()
        var index = position
        numeral.start = index
        var digits: UInt64 = 0
        var isJSON = true
        if index < count, self[index] == UInt8(ascii: "-") || self[index] == UInt8(ascii: "+") {
            numeral.isNegative = self[index] == UInt8(ascii: "-")
            isJSON = numeral.isNegative
            index &+= 1
        }
        let first = index
        while index < count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            digits = digits &* 10 &+ UInt64(digit)
            index &+= 1
        }
        numeral.wholeCount = index &- first
        if numeral.wholeCount != 1 {
            isJSON = isJSON && numeral.wholeCount > 1 && self[first] != UInt8(ascii: "0")
        }
        if index < count, self[index] == UInt8(ascii: ".") {
            numeral.isWhole = false
            index &+= 1
            let point = index
            while index < count {
                let digit = self[index] &- UInt8(ascii: "0")
                guard digit <= 9 else { break }
                digits = digits &* 10 &+ UInt64(digit)
                index &+= 1
            }
            numeral.fractionCount = index &- point
            numeral.exponent = 0 &- numeral.fractionCount
            isJSON = isJSON && index > point
        }
        guard numeral.wholeCount &+ numeral.fractionCount > 0 else { return nil }
        if index < count, self[index] | 0x20 == UInt8(ascii: "e") {
            guard let power = power(at: &index) else { return nil }
            numeral.exponent &+= power
            numeral.isWhole = false
        }
        numeral.digits = digits
        numeral.isJSON = isJSON
        numeral.end = index
        position = index
        return numeral
    }

    /// The exponent whose letter stands at a position; `nil` if it has no digit.
    private func power(at position: inout Int) -> Int? {
        var index = position + 1
        var isNegative = false
        if index < count, self[index] == UInt8(ascii: "-") || self[index] == UInt8(ascii: "+") {
            isNegative = self[index] == UInt8(ascii: "-")
            index += 1
        }
        let first = index
        var power = 0
        while index < count, self[index] &- UInt8(ascii: "0") <= 9 {
            // Far beyond the range of doubles; it only must not overflow.
            power = min(power * 10 + Int(self[index] &- UInt8(ascii: "0")), 1 << 40)
            index += 1
        }
        guard index > first else { return nil }
        position = index
        return isNegative ? -power : power
    }

    /// The double nearest to a number in this text, ties to even; infinity beyond the range.
    @inline(__always)
    func double(_ numeral: Numeral) -> Double {
        let exponent = numeral.exponent
        let magnitude: Double
        if numeral.isShort, numeral.digits <= 1 << 53, exponent >= -22, exponent <= 22 {
            // Both are exact as doubles, so one operation rounds once.
            let digits = Double(Int64(bitPattern: numeral.digits))
            magnitude =
                exponent < 0
                ? digits / PowersOfTen.doubles[0 &- exponent]
                : digits * PowersOfTen.doubles[exponent]
        } else if numeral.isShort, numeral.digits != 0, exponent >= -27, exponent <= 27 {
            magnitude = PowersOfTen.scaled(numeral.digits, by: exponent)
        } else {
            return standardDouble(numeral)
        }
        return numeral.isNegative ? -magnitude : magnitude
    }

    @inline(never)
    private func standardDouble(_ numeral: Numeral) -> Double {
        var text: [UInt8] = []
        text.reserveCapacity(numeral.end - numeral.start)
        for index in numeral.start..<numeral.end { text.append(self[index]) }
        // `nil` is for text that is no number, and this is one.
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }
}

/// The powers that numbers of some twenty digits are scaled by.
enum PowersOfTen {
    /// 10^0 to 10^22, each exact.
    static let doubles: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// 5^0 to 5^27, the last below 2^64.
    private static let fives: [UInt64] = (0...27).map { power in
        (0..<power).reduce(1) { product, _ in product * 5 }
    }

    /// The double nearest to `digits` × 10^`exponent`; `digits` is not 0, the exponent within ±27.
    @inline(never)
    static func scaled(_ digits: UInt64, by exponent: Int) -> Double {
        let five = fives[abs(exponent)]
        let shift = digits.leadingZeroBitCount
        let (whole, rest, power): (UInt64, UInt64, Int)
        if exponent < 0 {
            // Both with their highest bit set: the quotient has 63 bits or 64.
            let fiveShift = five.leadingZeroBitCount
            let numerator = digits << UInt64(shift)
            let (quotient, remainder) = (five << UInt64(fiveShift)).dividingFullWidth(
                (numerator >> 1, numerator << 63))
            (whole, rest, power) = (quotient, remainder, exponent - shift + fiveShift - 63)
        } else {
            let (high, low) = (digits << UInt64(shift)).multipliedFullWidth(by: five)
            let highShift = UInt64(high.leadingZeroBitCount)
            if high == 0 {
                (whole, rest, power) = (low, 0, exponent - shift)
            } else {
                let top = highShift == 0 ? high : high << highShift | low >> (64 - highShift)
                (whole, rest, power) = (
                    top, low << highShift, exponent - shift + 64 - Int(highShift)
                )
            }
        }
        // At least 62 bits, so that the lowest only decides about the rounding to 53.
        let sticky = rest == 0 ? whole : whole | 1
        return Double(sticky) * Double(bitPattern: UInt64(1023 + power) << 52)
    }
}
