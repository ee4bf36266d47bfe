// The bytes of HTTP's grammar: their names, their classes, and comparisons without String.
//
// A String comparison costs more than parsing the whole request, so everything here works on
// bytes; runs of bytes of one class are skipped in `GrammarRuns.swift`.
// It does not interpret: parsers decide what a class of bytes means.

internal import Basics

/// Named bytes of the grammar (RFC 5234 appendix B.1).
enum Byte {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote = UInt8(ascii: "\"")
    static let number = UInt8(ascii: "#")
    static let asterisk = UInt8(ascii: "*")
    static let comma = UInt8(ascii: ",")
    static let slash = UInt8(ascii: "/")
    static let zero = UInt8(ascii: "0")
    static let colon = UInt8(ascii: ":")
    static let semicolon = UInt8(ascii: ";")
    static let equals = UInt8(ascii: "=")
    static let question = UInt8(ascii: "?")
    static let backslash = UInt8(ascii: "\\")
    static let delete: UInt8 = 0x7F
}

extension UInt8 {
    /// `tchar` (RFC 9110 §5.6.2), one bit for each of the 128 ASCII characters.
    @inline(__always)
    package var isToken: Bool {
        // Bits 0–63: ! # $ % & ' * + - . 0–9; bits 64–127: A–Z ^ _ ` a–z | ~.
        let mask: UInt64 = self < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return self < 128 && (mask &>> UInt64(self & 63)) & 1 == 1
    }

    /// A byte that a field value or a quoted string may hold: visible, space, tab or obs-text
    /// (RFC 9110 §5.5).
    @inline(__always)
    var isFieldText: Bool { (self >= Byte.space && self != Byte.delete) || self == Byte.tab }

    /// A byte of a request target: visible ASCII except `#`, since clients never send fragments
    /// (RFC 9112 §3.2).
    @inline(__always)
    var isTargetText: Bool { self > Byte.space && self < Byte.delete && self != Byte.number }

    /// Space or tab (RFC 9110 §5.6.3).
    @inline(__always)
    var isBlank: Bool { self == Byte.space || self == Byte.tab }

    @inline(__always)
    var isDigit: Bool { self &- Byte.zero < 10 }

    /// An ASCII letter.
    @inline(__always)
    var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}

extension Span<UInt8> {
    /// Whether `range` holds `text`, ignoring the case of ASCII letters.
    func holds(_ text: StaticString, in range: Range<Int>) -> Bool {
        let expected = unsafe UnsafeBufferPointer(
            start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard range.count == expected.count else { return false }
        for offset in 0..<range.count {
            let wanted = unsafe expected[offset]
            let byte = self[range.lowerBound &+ offset]
            guard byte == wanted || byte ^ wanted == 0x20 && byte.isLetter else { return false }
        }
        return true
    }

    /// `range` without spaces and tabs at either end.
    func trimmingBlanks(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start].isBlank { start &+= 1 }
        while end > start, self[end &- 1].isBlank { end &-= 1 }
        return start..<end
    }
}

extension [UInt8] {
    /// Appends constant text.
    mutating func append(_ text: StaticString) {
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the decimal digits of a number that is not negative.
    mutating func append(number: Int) {
        if number >= 10 { append(number: number / 10) }
        append(Byte.zero + UInt8(truncatingIfNeeded: number % 10))
    }

    /// Appends the hexadecimal digits of a number that is not negative.
    mutating func append(hexadecimal number: Int) {
        if number >= 16 { append(hexadecimal: number >> 4) }
        append(UInt8(hexadecimalDigit: UInt8(truncatingIfNeeded: number & 15)))
    }
}
