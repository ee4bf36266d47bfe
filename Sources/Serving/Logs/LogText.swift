// How texts from outside stand in a log line for people, so that nobody can forge a line, a field or
// a terminal's colours.

internal import Basics
internal import Inference

extension String {
    /// In one line; in quotes where it would not be seen as one value without.
    var quotedWhereNeeded: String {
        let text = utf8Span.span
        // A space, a quotation mark, the sign behind a key.
        let isValue = text.indices.allSatisfy { ![0x20, 0x22, 0x3D].contains(text[$0]) }
        if isValue, !isEmpty { return onOneLine() }
        let line = onOneLine()
        guard line.utf8.contains(UInt8(ascii: "\"")) else { return "\"\(line)\"" }
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        return "\"\(parts.joined(separator: "\\\""))\""
    }
}
