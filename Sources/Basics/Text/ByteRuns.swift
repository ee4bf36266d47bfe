// Skipping runs of bytes of one class, eight at a time.
//
// Text is mostly long runs: names, values, strings. Each step loads eight bytes as one word and
// computes a word of flags: the high bit of each byte that may end the run. A flag may be false
// (the byte is then checked by itself), but no true flag is missing, and no false one comes before
// the first true one. A load never reaches past `end`, which is checked against the span once per
// run.
//
// It knows no grammar: each parser brings its own classes. Everything is inlinable, because flags
// and class take a few instructions each, and calling a closure takes more.

extension Span<UInt8> {
    /// The first index from `start` up to `end` whose byte is not of a class, else `end`.
    ///
    /// `isMember` decides for one byte; `flags` flags at least the bytes of a word that are not of
    /// the class.
    @inlinable @inline(__always)
    package func endOfRun(
        from start: Int, to end: Int, of isMember: (UInt8) -> Bool, flags: (UInt64) -> UInt64
    ) -> Int {
        precondition(start >= 0 && end <= count, "a run lies within the bytes")
        var index = start
        while true {
            index = skipWords(from: index, to: end, flags)
            guard index < end, isMember(self[index]) else { return index }
            index &+= 1
        }
    }

    /// The first index of `byte` from `start` up to `end`, else `end`.
    @inlinable @inline(__always)
    package func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int {
        endOfRun(
            from: start, to: end, of: { $0 != byte }, flags: { $0.flagsOfBytes(equalTo: byte) })
    }

    /// Advances from `start` to the first flag, or until fewer than eight bytes are left.
    @inlinable @inline(__always)
    func skipWords(from start: Int, to end: Int, _ flags: (UInt64) -> UInt64) -> Int {
        var index = start
        while end &- index >= 8 {
            // In bounds by the caller's precondition; any bit pattern is a UInt64.
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
    @inlinable
    package static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// The byte `value` in each place.
    @inlinable @inline(__always)
    package static func all(_ value: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(value) }

    /// Flags bytes below `value`, which is at most 0x80: subtracting it borrows from the high bit.
    @inlinable @inline(__always)
    package func flagsOfBytes(below value: UInt8) -> UInt64 {
        (self &- UInt64.all(value)) & ~self & UInt64.highBits
    }

    /// Flags bytes equal to `value`.
    @inlinable @inline(__always)
    package func flagsOfBytes(equalTo value: UInt8) -> UInt64 {
        (self ^ UInt64.all(value)).flagsOfBytes(below: 1)
    }
}
