// A probability as text: what numpy's `str(numpy.float32(x))` gives.
//
// Clients of the predecessor of this system compare these strings, so they are part of the
// contract. The digits are the shortest that read back as the same float32, which Swift's own
// description also gives. Only the notation is numpy's: always a decimal point, and an exponent of
// at least two digits below 1e-4 and from 1e16 on. Swift's notation differs only around 1e-4 and
// above 2²⁴, where few probabilities are.

/// The shortest decimal text of a float32, in numpy's notation.
package func probabilityText(_ value: Float) -> String {
    let magnitude = value.magnitude
    if magnitude >= 1.1e-4 && magnitude < 16_777_216 || magnitude > 0 && magnitude < 0.9e-4 {
        return value.description
    }
    return rearranged(value)
}

/// The same for any value, from Swift's digits.
func rearranged(_ value: Float) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    guard value != 0 else { return sign + "0.0" }
    let (digits, exponent) = shortestDigits(of: value.magnitude)
    let magnitude = Double(value.magnitude)
    if magnitude >= 1e-4 && magnitude < 1e16 {
        return sign + positional(digits, exponent)
    }
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let power = String(exponent.magnitude)
    let padded = power.count < 2 ? "0" + power : power
    return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(padded)"
}

/// Digits without leading or trailing zeros, and the power of ten of the first.
private func shortestDigits(of value: Float) -> (digits: String, exponent: Int) {
    let parts = value.description.split(separator: "e")
    let written = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let all = halves.joined()
    let leading = all.prefix { $0 == "0" }.count
    var digits = String(all.dropFirst(leading))
    while digits.last == "0" { digits.removeLast() }
    return (digits, written + halves[0].count - 1 - leading)
}

/// Digits with a decimal point and no exponent.
private func positional(_ digits: String, _ exponent: Int) -> String {
    if exponent < 0 {
        return "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    let whole = exponent + 1
    if digits.count <= whole {
        return digits + String(repeating: "0", count: whole - digits.count) + ".0"
    }
    return "\(digits.prefix(whole)).\(digits.dropFirst(whole))"
}
