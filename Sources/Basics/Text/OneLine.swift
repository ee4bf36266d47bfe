// Strangers' words inside our sentences: a name in a model file may hold a line break or an escape
// sequence, or have a million letters, and must not thereby write lines of its own into a log or onto
// a terminal, nor fill them.

extension String {
    /// The same text on one line: control characters and Unicode's separators of lines and paragraphs
    /// shown as `\u{…}`; what is beyond `limit` scalars as "…".
    package func onOneLine(limit: Int = .max) -> String {
        // There are at least as many bytes as scalars.
        let isWhole = utf8.count <= limit || unicodeScalars.count <= limit
        if isWhole, isPrintableASCII || !unicodeScalars.contains(where: \.breaksLine) {
            return self
        }
        var line = String.UnicodeScalarView()
        for scalar in unicodeScalars.prefix(limit) {
            if scalar.breaksLine {
                line += "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars
            } else {
                line.append(scalar)
            }
        }
        return isWhole ? String(line) : String(line) + "…"
    }
}

extension String {
    /// What nearly every text is, which is sooner seen than what else could break a line.
    fileprivate var isPrintableASCII: Bool {
        let text = utf8Span.span
        return text.indices.allSatisfy { (0x20..<0x7F).contains(text[$0]) }
    }
}

extension Unicode.Scalar {
    /// A control character of ASCII or Latin-1, or Unicode's line and paragraph separators.
    fileprivate var breaksLine: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
