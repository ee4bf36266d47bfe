// Quotes texts from outside for a log line in text format, so that they can't forge a line, a field
// or terminal control sequences.

internal import Basics

extension String {
    /// The text on one line, in quotes if it would not read as one value without them.
    var quotedWhereNeeded: String {
        let text = utf8Span.span
        // A space, a quotation mark, the equals sign after a key.
        let isValue = text.indices.allSatisfy { ![0x20, 0x22, 0x3D].contains(text[$0]) }
        if isValue, !isEmpty { return onOneLine() }
        let line = onOneLine()
        guard line.utf8.contains(UInt8(ascii: "\"")) else { return "\"\(line)\"" }
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"\(parts.joined(separator: "\\\""))\""
    }
}
