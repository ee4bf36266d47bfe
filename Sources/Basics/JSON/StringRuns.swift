// Skips unescaped characters of a JSON string, eight bytes at a time: a base64 picture is one
// string of a hundred thousand bytes.

extension Span<UInt8> {
    /// The first index from `start` on whose byte can't appear unescaped in a JSON string (RFC
    /// 8259 §7): a quotation mark, a backslash, a control character; `count` if there is none.
    func endOfStringRun(from start: Int) -> Int {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        return endOfRun(
            from: start, to: count, of: { $0 >= 0x20 && $0 != quote && $0 != backslash }
        ) {
            $0.flagsOfBytes(below: 0x20) | $0.flagsOfBytes(equalTo: quote)
                | $0.flagsOfBytes(equalTo: backslash)
        }
    }
}
