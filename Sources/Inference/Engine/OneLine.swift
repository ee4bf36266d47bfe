// Strangers' words inside our sentences: a name in a model file may hold a line break or an escape
// sequence, or have a million letters, and must not thereby write lines of its own into a log or onto
// a terminal, nor fill them.

extension String {
    /// The same text on one line: control characters and Unicode's separators of lines and paragraphs
    /// as Swift escapes them; what is beyond `limit` scalars as "…".
    func onOneLine(limit: Int = 2000) -> String {
        let shown = unicodeScalars.prefix(limit)
        let isWhole = shown.endIndex == unicodeScalars.endIndex
        if isWhole, !shown.contains(where: \.breaksLine) { return self }
        var text = ""
        for scalar in shown {
            text += scalar.breaksLine ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return isWhole ? text : text + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var breaksLine: Bool {
        properties.generalCategory == .control || value == 0x2028 || value == 0x2029
    }
}
