// Runs of bytes of HTTP's classes, skipped eight at a time: a head is mostly long runs. Basics'
// `ByteRuns.swift` explains the method.

internal import Basics

extension Span<UInt8> {
    /// The first index from `start` up to `end` whose byte is not allowed in a token.
    @inline(__always)
    func endOfToken(from start: Int, to end: Int) -> Int {
        endOfRun(from: start, to: end, of: { $0.isToken }, flags: { $0.flagsOfNonLetters })
    }

    /// The first index from `start` up to `end` whose byte is not allowed in a field value.
    @inline(__always)
    func endOfFieldText(from start: Int, to end: Int) -> Int {
        endOfRun(from: start, to: end, of: { $0.isFieldText }) {
            $0.flagsOfBytes(below: Byte.space) | $0.flagsOfBytes(equalTo: Byte.delete)
        }
    }

    /// The first index from `start` up to `end` whose byte is not allowed in a request target.
    @inline(__always)
    func endOfTargetText(from start: Int, to end: Int) -> Int {
        endOfRun(from: start, to: end, of: { $0.isTargetText }) {
            $0.flagsOfBytes(below: Byte.space + 1) | $0.flagsOfBytes(equalTo: Byte.delete)
                | $0.flagsOfBytes(equalTo: Byte.number) | ($0 & UInt64.highBits)
        }
    }

    /// The eight bytes from an index, the first in the lowest place.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        // The load is marked unsafe for types with invalid bit patterns; UInt64 has none.
        unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

extension UInt64 {
    /// Flags bytes that are not ASCII letters.
    @inline(__always)
    fileprivate var flagsOfNonLetters: UInt64 {
        // Without the high bits, no sum carries into the next byte: the high bit of a sum means "at
        // least a", then "above z".
        let folded = (self | UInt64.all(0x20)) & ~UInt64.highBits
        let atLeastA = folded &+ UInt64.all(0x80 - UInt8(ascii: "a"))
        let aboveZ = folded &+ UInt64.all(0x80 - UInt8(ascii: "z") - 1)
        return (~atLeastA | aboveZ | self) & UInt64.highBits
    }
}
