// Text files as people have them: UTF-8, with or without a byte order mark, or UTF-16 with one, as
// Windows' editors and PowerShell write it. Anything else is named, not guessed: a label in the
// wrong encoding would be answered for years.

/// The encodings that text files come in.
package enum TextEncoding {
    /// The UTF-8 bytes of a text, without a byte order mark. Throws a clause that names the encoding
    /// or the line, from 1.
    package static func utf8(of bytes: [UInt8]) throws(InputError) -> [UInt8] {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            throw InputError("it is UTF-32; expected UTF-8")
        }
        if bytes.starts(with: [0xFF, 0xFE]) { return try utf16(bytes, lowFirst: true) }
        if bytes.starts(with: [0xFE, 0xFF]) { return try utf16(bytes, lowFirst: false) }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        try requireUTF8(bytes.span.extracting(start...))
        return start == 0 ? bytes : Array(bytes[start...])
    }

    private static func utf16(_ bytes: [UInt8], lowFirst: Bool) throws(InputError) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else {
            throw InputError("it is UTF-16 with half a character at its end")
        }
        let units = stride(from: 2, to: bytes.count, by: 2).lazy.map { position in
            lowFirst
                ? UInt16(bytes[position]) | UInt16(bytes[position + 1]) << 8
                : UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw InputError("it is UTF-16 with half of a surrogate pair")
        }
        return Array(text.utf8)
    }

    private static func requireUTF8(_ bytes: Span<UInt8>) throws(InputError) {
        do {
            _ = try UTF8Span(validating: bytes)
        } catch {
            var line = 1
            var place = 0
            while place < error.byteOffsets.lowerBound {
                if bytes[place] == UInt8(ascii: "\n") { line += 1 }
                place += 1
            }
            throw InputError(
                "line \(line) is not valid UTF-8; if it is Windows-1252 or Latin-1, `iconv -f "
                    + "WINDOWS-1252 -t UTF-8` converts it")
        }
        // A zero is valid, but no text has one: every second byte of UTF-16 is zero in English.
        guard !bytes.indices.contains(where: { bytes[$0] == 0 }) else {
            throw InputError(
                "it holds zero bytes, as UTF-16 without a byte order mark does; expected UTF-8")
        }
    }
}
