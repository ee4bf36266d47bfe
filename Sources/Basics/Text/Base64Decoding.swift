// Decodes the base64 of pictures (RFC 4648 §4) as people send it: both alphabets, padding optional,
// in one line or wrapped.
//
// It is our own so that errors say what is wrong and where. White space before, after and around
// line ends is skipped: encoders wrap, and editors and shells add a line end. A space between two
// digits is refused: it was a `+`, which a form's decoder has replaced, so the rest would decode to
// other bytes.

extension Base64 {
    /// Decodes a text from the index `start`; `place` names it in the error, and `position` gives
    /// the place of an index in the text as it was sent, counted from 0. Any thread; takes time and
    /// memory in proportion to the text.
    package static func bytes(
        of text: Span<UInt8>, from start: Int = 0, at place: String,
        position: (Int) -> Int = { $0 }
    ) throws(InputError) -> [UInt8] {
        do throws(Fault) {
            return try decode(text, from: start)
        } catch {
            let reason =
                error.index.map { "character \(position($0) + 1) is \(error.reason)" }
                ?? error.reason
            throw InputError("\(place) does not hold valid base64: \(reason)")
        }
    }

    /// Whether a text is base64, in one line or wrapped. Any thread.
    package static func isText(_ text: Span<UInt8>) -> Bool {
        do throws(Fault) {
            _ = try decode(text, from: 0)
            return true
        } catch {
            return false
        }
    }

    /// What is wrong with a text.
    private struct Fault: Error {
        /// The place of the wrong character; `nil` if it is about the whole text.
        var index: Int?
        let reason: String
    }

    private static func decode(_ text: Span<UInt8>, from start: Int) throws(Fault) -> [UInt8] {
        // An upper bound: white space and padding take room, too.
        var bytes = [UInt8](repeating: 0, count: (text.count - start) / 4 * 3 + 3)
        var digits = Digits(next: start, start: start)
        var written = 0
        while true {
            decodeWords(of: text, from: &digits.next, into: &bytes, at: &written)
            // Up to four digits one by one: there is white space among them, or the end.
            var bits: UInt32 = 0
            var count = 0
            while count < 4, let value = try digits.value(in: text) {
                bits |= value << UInt32(18 - 6 * count)
                count += 1
            }
            guard count != 1 else {
                throw Fault(
                    reason: "its length, \(written / 3 * 4 + 1) characters without padding, "
                        + "is not possible; it may be cut short")
            }
            for shift in [16, 8, 0].prefix(max(0, count - 1)) {
                bytes[written] = UInt8(truncatingIfNeeded: bits >> UInt32(shift))
                written += 1
            }
            if count < 4 { break }
        }
        bytes.removeLast(bytes.count - written)
        return bytes
    }

    /// Decodes four digits at a time, until four bytes are not all digits.
    private static func decodeWords(
        of text: Span<UInt8>, from next: inout Int, into bytes: inout [UInt8],
        at written: inout Int
    ) {
        var target = bytes.mutableSpan
        let values = Self.values.span
        // Tells the compiler that every byte is a valid index.
        precondition(values.count == 256)
        var (read, made) = (next, written)
        while read &+ 4 <= text.count {
            // The four are combined into one word, which is checked once.
            let word = unsafe UInt32(
                littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: read, as: UInt32.self))
            let first = values[Int(word & 0xFF)]
            let second = values[Int(word >> 8 & 0xFF)]
            let third = values[Int(word >> 16 & 0xFF)]
            let fourth = values[Int(word >> 24)]
            guard first | second | third | fourth < 64 else { break }
            let bits = first << 18 | second << 12 | third << 6 | fourth
            target[made] = UInt8(truncatingIfNeeded: bits >> 16)
            target[made &+ 1] = UInt8(truncatingIfNeeded: bits >> 8)
            target[made &+ 2] = UInt8(truncatingIfNeeded: bits)
            read &+= 4
            made &+= 3
        }
        (next, written) = (read, made)
    }

    /// The value of each byte as a digit of either alphabet; a value above 63 if it is not a digit.
    private static let values: [UInt32] = {
        var values = [UInt32](repeating: 64, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt32(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return values
    }()

    /// Takes digits one by one, skips what may be skipped, and names what may not.
    private struct Digits {
        /// The next byte.
        var next: Int
        /// Where the base64 begins.
        let start: Int

        /// The value of the next digit; `nil` at the end.
        mutating func value(in text: Span<UInt8>) throws(Fault) -> UInt32? {
            try skipWhiteSpace(in: text)
            guard next < text.count else { return nil }
            let value = Base64.values[Int(text[next])]
            guard value > 63 else {
                next += 1
                return value
            }
            guard text[next] == UInt8(ascii: "="), next > start else {
                throw Fault(index: next, reason: name(in: text))
            }
            // Padding: nothing may follow.
            let padding = next
            while next < text.count, text[next] == UInt8(ascii: "=") || isWhite(text[next]) {
                next += 1
            }
            guard next == text.count else {
                throw Fault(index: padding, reason: "“=”, which only ends a text")
            }
            return nil
        }

        private mutating func skipWhiteSpace(in text: Span<UInt8>) throws(Fault) {
            let first = next
            var hasLineEnd = first == start
            while next < text.count, isWhite(text[next]) {
                if text[next] == 0x0A || text[next] == 0x0D { hasLineEnd = true }
                next += 1
            }
            guard hasLineEnd || next == first || next == text.count else {
                throw Fault(
                    index: first,
                    reason: "white space; it may have been a “+” before a form or a URL was decoded"
                )
            }
        }

        private func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        /// What stands there instead of a digit.
        private func name(in text: Span<UInt8>) -> String {
            let byte = text[next]
            let isQuote = byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
            if isQuote, next == start + 1, text[start] == UInt8(ascii: "b") {
                return "“\(Character(Unicode.Scalar(byte)))”: this is Python's notation of bytes; "
                    + "send base64.b64encode(…).decode()"
            }
            if byte == UInt8(ascii: "\\") { return "“\\”; an escape may have been escaped twice" }
            if (0x21..<0x7F).contains(byte) { return "“\(Character(Unicode.Scalar(byte)))”" }
            let rest = (next..<min(next + 4, text.count)).map { text[$0] }
            let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first
            guard byte >= 0x80, let scalar, scalar != "\u{FFFD}" || rest.starts(with: [0xEF, 0xBF])
            else { return "byte 0x\(String(byte, radix: 16, uppercase: true))" }
            return "U+\(String(scalar.value, radix: 16, uppercase: true))"
        }
    }
}
