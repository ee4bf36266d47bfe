// How texts from outside stand in a log line for people, so that nobody can forge a line, a field or
// a terminal's colours.

internal import Inference

extension String {
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
