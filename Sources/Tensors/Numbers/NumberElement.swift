// How numbers in text become elements: exactly, or not at all.
//
// A whole number beyond its type, a fraction for a whole number, and a finite number that would
// become infinite are refused rather than changed.

internal import Glibc

/// A type of elements that numbers in text can have.
protocol NumberElement: TensorElement, CustomStringConvertible {
    /// The nearest element to a number; `nil` if there is none.
    static func element(of numeral: Numeral, in text: Span<UInt8>) -> Self?
    /// The nearest element to a floating-point number; `nil` if there is none.
    static func element(of number: Double) -> Self?
    /// The nearest element to a whole number; `nil` if there is none.
    static func element(of whole: Int128) -> Self?
    /// The same number as a double, the nearest for 64-bit whole numbers.
    var double: Double { get }
    /// The same number; `nil` if it is a fraction.
    var whole: Int128? { get }
}

extension NumberElement where Self: FixedWidthInteger {
    @inline(__always)
    static func element(of numeral: Numeral, in text: Span<UInt8>) -> Self? {
        guard numeral.isWhole else { return nil }
        guard numeral.isShort else { return long(numeral, in: text) }
        guard numeral.isNegative else { return Self(exactly: numeral.digits) }
        guard numeral.digits <= 1 << 63 else { return nil }
        return Self(exactly: Int64(bitPattern: 0 &- numeral.digits))
    }

    private static func long(_ numeral: Numeral, in text: Span<UInt8>) -> Self? {
        let bytes = (numeral.start..<numeral.end).map { text[$0] }
        return Self(String(decoding: bytes, as: UTF8.self))
    }

    static func element(of number: Double) -> Self? { Self(exactly: number) }
    static func element(of whole: Int128) -> Self? { Self(exactly: whole) }
    var double: Double { Double(self) }
    var whole: Int128? { Int128(self) }
}

extension NumberElement where Self: BinaryFloatingPoint {
    @inline(__always)
    static func element(of numeral: Numeral, in text: Span<UInt8>) -> Self? {
        element(of: text.double(numeral)).flatMap { $0.isFinite ? $0 : nil }
    }

    static func element(of whole: Int128) -> Self? {
        let near = Self(whole)
        return near.isFinite ? near : nil
    }

    var whole: Int128? { Int128(exactly: self) }
}

extension Float: NumberElement {
    @inline(__always)
    static func element(of number: Double) -> Float? {
        let near = Float(number)
        return near.isInfinite && number.isFinite ? nil : near
    }
    var double: Double { Double(self) }
}

extension Double: NumberElement {
    @inline(__always)
    static func element(of number: Double) -> Double? { number }
    var double: Double { self }
}

extension Float16: NumberElement {
    static func element(of number: Double) -> Float16? {
        let near = Float16(number)
        return near.isInfinite && number.isFinite ? nil : near
    }
    var double: Double { Double(self) }
}

extension BFloat16: NumberElement {
    /// The float32 that it is the upper half of.
    var float: Float { Float(bitPattern: UInt32(bits) << 16) }

    static func element(of numeral: Numeral, in text: Span<UInt8>) -> BFloat16? {
        let number = text.double(numeral)
        return number.isFinite ? element(of: number) : nil
    }

    /// Rounded to float32 first, as ml_dtypes does.
    static func element(of number: Double) -> BFloat16? {
        let near = number.isNaN ? BFloat16(bits: 0x7FC0) : BFloat16(nearest: Float(number))
        return near.float.isInfinite && number.isFinite ? nil : near
    }

    static func element(of whole: Int128) -> BFloat16? { element(of: Double(whole)) }
    var double: Double { Double(float) }
    var whole: Int128? { Int128(exactly: float) }
}

extension BFloat16: CustomStringConvertible {
    /// The shortest decimal text that reads back as the same number.
    package var description: String {
        guard float.isFinite, float != 0 else { return float.description }
        let value = Double(float)
        let power = Int(floor(log10(value.magnitude)))
        for digits in 1...4 {
            let unit = pow(10, Double(power - digits + 1))
            let near = Float((value / unit).rounded() * unit)
            if BFloat16(nearest: near) == self { return near.description }
        }
        return float.description
    }
}

extension UInt8: NumberElement {}
extension Int8: NumberElement {}
extension UInt16: NumberElement {}
extension Int16: NumberElement {}
extension UInt32: NumberElement {}
extension Int32: NumberElement {}
extension UInt64: NumberElement {}
extension Int64: NumberElement {}

extension ScalarType {
    /// The Swift type of these numbers; a Boolean is a byte.
    var type: any NumberElement.Type {
        switch self {
        case .float32: Float.self
        case .float64: Double.self
        case .float16: Float16.self
        case .bfloat16: BFloat16.self
        case .int8: Int8.self
        case .int16: Int16.self
        case .int32: Int32.self
        case .int64: Int64.self
        case .uint8, .bool: UInt8.self
        case .uint16: UInt16.self
        case .uint32: UInt32.self
        case .uint64: UInt64.self
        }
    }
}
