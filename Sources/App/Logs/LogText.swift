// How texts from outside stand in a log line for people, so that nobody can forge a line, a field or
// a terminal's colours.

extension String {
    /// Control characters and line separators shown as `\u{…}`.
    var oneLine: String {
        guard unicodeScalars.contains(where: \.breaksLines) else { return self }
        return unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.breaksLines {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }

    /// A sentence without the queries of URLs that it repeats: they may be signatures.
    var withoutQueries: String {
        guard utf8.contains(UInt8(ascii: "?")) else { return self }
        var text: [UInt8] = []
        var isQuery = false
        for byte in utf8 {
            // A space, a straight quotation mark, or the first byte of a curly one.
            if isQuery && ![0x20, 0x22, 0xE2].contains(byte) { continue }
            isQuery = byte == UInt8(ascii: "?")
            text += isQuery ? Array("?…".utf8) : [byte]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// In one line; in quotes where it would not be seen as one value without.
    var quotedWhereNeeded: String {
        let isPlain = !isEmpty && !utf8.contains { [0x20, 0x22, 0x3D].contains($0) }
        guard !isPlain else { return oneLine }
        return
            "\"\(oneLine.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
    }
}

extension Unicode.Scalar {
    /// A control character of ASCII or Latin-1, or Unicode's line and paragraph separators.
    fileprivate var breaksLines: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
