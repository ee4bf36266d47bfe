// One header block of a tar archive: ustar, with GNU's and pax's extensions. Pure.
//
// Numbers and checksum are read strictly; the reader decides which kinds of entries it accepts.
// Sources: POSIX.1-2024 `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".

/// The fields of a header that matter here.
struct TarHeader {
    /// Bytes of a header, and the unit that contents are padded to.
    static let size = 512

    /// As in the header, prefix included.
    let name: [UInt8]
    /// Of the content, in bytes; `nil` if its octal field has too many digits.
    let contentSize: Int?
    let type: UInt8

    /// Reads a block that is not all zeros; `offset` is where it lies in the archive. Throws `notTar`
    /// or `badChecksum`.
    init(_ block: [UInt8], offset: Int) throws(ArchiveError) {
        let isPOSIX = block[257..<265].elementsEqual("ustar\u{0}00".utf8)
        let isGNU = block[257..<265].elementsEqual("ustar  \u{0}".utf8)
        guard isPOSIX || isGNU else {
            throw offset == 0 ? .notTar : .badChecksum(offset: offset)
        }
        let sum = block.enumerated().reduce(0) { sum, byte in
            sum + ((148..<156).contains(byte.offset) ? 0x20 : Int(byte.element))
        }
        guard Self.octal(block[148..<156]) == sum else { throw .badChecksum(offset: offset) }
        type = block[156]
        let name = Self.text(block[0..<100])
        // GNU stores times where POSIX stores the beginning of long paths.
        let prefix = isPOSIX ? Self.text(block[345..<500]) : []
        self.name = prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
        contentSize = Self.octal(block[124..<136])
    }

    /// The text up to the first NUL.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
        Array(field.prefix { $0 != 0 })
    }

    /// An octal number between optional spaces before it and a space or NUL after it; `nil` if it
    /// is not one.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
        let rest = field.drop { $0 == 0x20 }
        let digits = rest.prefix { (0x30...0x37).contains($0) }
        guard rest.dropFirst(digits.count).allSatisfy({ $0 == 0x20 || $0 == 0 }) else { return nil }
        // At most twelve digits of three bits each: no overflow.
        return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
    }
}
