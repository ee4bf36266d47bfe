// Skipping runs of bytes of one class, eight at a time.
//
// A head is mostly long runs: values, names, targets. Each step loads eight bytes as one word and
// computes a word of flags, the high bit of each byte that may end the run. A flag may be too many
// (the byte is then looked at alone) but never too few, and none comes before the first true one.
// A load never reaches behind `end`, which is checked against the span once for each run.

extension Span<UInt8> {
    /// The first index from `start` up to `end` whose byte is not of a token.
    @inline(__always)
    func endOfToken(from start: Int, to end: Int) -> Int {
        var index = start
        while true {
            index = skip(from: index, to: end) { $0.flagsOfNonLetters }
            guard index < end, self[index].isToken else { return index }
            index &+= 1
        }
    }

    /// The first index from `start` up to `end` whose byte is not of a field value.
    @inline(__always)
    func endOfFieldText(from start: Int, to end: Int) -> Int {
        var index = start
        while true {
            index = skip(from: index, to: end) {
                $0.flagsOfBytes(below: Byte.space) | $0.flagsOfBytes(equalTo: Byte.delete)
            }
            guard index < end, self[index].isFieldText else { return index }
            index &+= 1
        }
    }

    /// The first index from `start` up to `end` whose byte is not of a request target.
    @inline(__always)
    func endOfTargetText(from start: Int, to end: Int) -> Int {
        var index = start
        while true {
            index = skip(from: index, to: end) {
                $0.flagsOfBytes(below: Byte.space + 1) | $0.flagsOfBytes(equalTo: Byte.delete)
                    | $0.flagsOfBytes(equalTo: Byte.number) | ($0 & UInt64.highBits)
            }
            guard index < end, self[index].isTargetText else { return index }
            index &+= 1
        }
    }

    /// The first index of `byte` from `start` up to `end`, else `end`.
    @inline(__always)
    package func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
        var index = skip(from: start, to: end) { $0.flagsOfBytes(equalTo: byte) }
        while index < end, self[index] != byte { index &+= 1 }
        return index
    }

    /// The eight bytes from an index, the first in the lowest place.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // Unsafe in name for types that not every bit pattern makes valid; of UInt64 all do.
        unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Goes on from `start` until a flag, or until fewer than eight bytes are left.
    @inline(__always)
    private func skip(from start: Int, to end: Int, _ flags: (UInt64) -> UInt64) -> Int {
        precondition(start >= 0 && end <= count, "a run lies within the bytes")
        var index = start
        while end &- index >= 8 {
            // In bounds by the two conditions above; any bit pattern is a UInt64.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            let found = flags(UInt64(littleEndian: word))
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        return index
    }
}

extension UInt64 {
    /// The high bit of each byte.
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The byte `value` in each place.
    @inline(__always)
    private static func all(_ value: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(value) }

    /// Flags bytes below `value`, which is at most 0x80: subtracting it borrows from the high bit.
    @inline(__always)
    fileprivate func flagsOfBytes(below value: UInt8) -> UInt64 {
        (self &- UInt64.all(value)) & ~self & UInt64.highBits
    }

    /// Flags bytes equal to `value`.
    @inline(__always)
    fileprivate func flagsOfBytes(equalTo value: UInt8) -> UInt64 {
        (self ^ UInt64.all(value)).flagsOfBytes(below: 1)
    }

    /// Flags bytes that are not ASCII letters.
    @inline(__always)
    fileprivate var flagsOfNonLetters: UInt64 {
        // With the high bits gone no sum carries into the next byte: the high bit of a sum says
        // "at least a", then "above z".
        let folded = (self | UInt64.all(0x20)) & ~UInt64.highBits
        let atLeastA = folded &+ UInt64.all(0x80 - UInt8(ascii: "a"))
        let aboveZ = folded &+ UInt64.all(0x80 - UInt8(ascii: "z") - 1)
        return (~atLeastA | aboveZ | self) & UInt64.highBits
    }
}
