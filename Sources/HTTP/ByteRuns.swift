// Runs of bytes of HTTP's classes, skipped eight at a time: a head is mostly long ones. How that goes is
// told in Basics' `ByteRuns.swift`.

internal import Basics

extension Span<UInt8> {
    /// The first index from `start` up to `end` whose byte is not of a token.
    @inline(__always)
    func endOfToken(from start: Int, to end: Int) -> Int {
        endOfRun(from: start, to: end, of: { $0.isToken }, flags: { $0.flagsOfNonLetters })
    }

    /// The first index from `start` up to `end` whose byte is not of a field value.
    @inline(__always)
    func endOfFieldText(from start: Int, to end: Int) -> Int {
        endOfRun(from: start, to: end, of: { $0.isFieldText }) {
            $0.flagsOfBytes(below: Byte.space) | $0.flagsOfBytes(equalTo: Byte.delete)
        }
    }

    /// The first index from `start` up to `end` whose byte is not of a request target.
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
        // Unsafe in name for types that not every bit pattern makes valid; of UInt64 all do.
        unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }
}

extension UInt64 {
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
