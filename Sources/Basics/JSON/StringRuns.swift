// Skipping what stands for itself in a JSON string, eight bytes at a time: a picture in base64 is one
// string of a hundred thousand of them.
//
// As in HTTP's ByteRuns: a word of flags, the high bit of each byte that may end the run. A flag may
// be too many (the byte is then looked at alone) but never too few, and none comes before the first
// true one.

extension Span<UInt8> {
    /// The first index from `start` on whose byte does not stand for itself in a JSON string
    /// (RFC 8259 §7): a quotation mark, a backslash, a control character; `count` where there is none.
    func endOfStringRun(from start: Int) -> Int {
        var index = start
        while true {
            index = skip(from: index)
            guard index < count, Self.standsForItself(self[index]) else { return index }
            index &+= 1
        }
    }

    private static func standsForItself(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Goes on from `start` until a flag, or until fewer than eight bytes are left.
    private func skip(from start: Int) -> Int {
        precondition(start >= 0)
        var index = start
        while count &- index >= 8 {
            // In bounds by the two conditions above; any bit pattern is a UInt64.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: index, as: UInt64.self)
            let found = UInt64(littleEndian: word).stringRunEnds
            if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        return index
    }
}

extension UInt64 {
    /// Flags bytes that don't stand for themselves.
    fileprivate var stringRunEnds: UInt64 {
        flags(below: 0x20, self) | flags(below: 1, self ^ Self.all(UInt8(ascii: "\"")))
            | flags(below: 1, self ^ Self.all(UInt8(ascii: "\\")))
    }

    /// Subtracting `limit`, which is at most 0x80, borrows from the high bit.
    private func flags(below limit: UInt8, _ word: UInt64) -> UInt64 {
        (word &- Self.all(limit)) & ~word & Self.all(0x80)
    }

    /// The byte `value` in each place.
    private static func all(_ value: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(value) }
}
