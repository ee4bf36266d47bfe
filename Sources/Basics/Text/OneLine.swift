// Makes untrusted text safe to quote. A name in a model file may hold a line break or an escape
// sequence, or have a million letters; it must not forge log lines, control a terminal or flood
// either.

extension String {
    /// The same text on one line: control characters and Unicode's line and paragraph separators
    /// are shown as `\u{…}`; text beyond `limit` scalars is replaced by "…".
    package func onOneLine(limit: Int = .max) -> String {
        // A text has at least as many bytes as scalars.
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
    /// A quick check that nearly every text passes.
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
