// Reads the part of YAML in which programs write settings: block and flow maps and lists, plain and
// quoted scalars, comments (YAML 1.2, chapters 6 to 8; scalars as PyYAML resolves them).
//
// Anchors, aliases, tags, block scalars and texts over several lines are refused by line: none of
// the files that are read here has them. It is our own because Yams brings Foundation, which costs
// every cold start milliseconds; a file that is not understood is an error, never a guess.

extension JSONValue {
    /// Reads a document whose maps have texts for keys. Throws a clause that names the line, from 1.
    package init(yaml bytes: [UInt8], maxValues: Int) throws(InputError) {
        var reader = YAMLReader(lines: try YAMLLine.lines(of: bytes), maxValues: maxValues)
        self = try reader.document()
    }
}

/// The block structure of one document.
private struct YAMLReader {
    private static let maxDepth = 32

    private var lines: [YAMLLine]
    private var position = 0
    private var depth = 0
    private var flow: YAMLFlow

    init(lines: [YAMLLine], maxValues: Int) {
        self.lines = lines
        flow = YAMLFlow(maxValues: maxValues)
    }

    mutating func document() throws(InputError) -> JSONValue {
        guard let first = lines.first else { throw InputError("it is empty") }
        let value = try block(indent: first.indent)
        guard position == lines.count else {
            throw lines[position].wrong("is not indented as the lines before")
        }
        return value
    }

    /// The value that begins at the present line, whose indent is given.
    private mutating func block(indent: Int) throws(InputError) -> JSONValue {
        let line = lines[position]
        guard depth < Self.maxDepth else { throw line.wrong("nests deeper than \(Self.maxDepth)") }
        depth += 1
        defer { depth -= 1 }
        if line.isItem { return .array(try list(indent: indent)) }
        if try flow.key(of: line) != nil { return .object(try map(indent: indent)) }
        position += 1
        return try inline(line.content[...], line)
    }

    private mutating func list(indent: Int) throws(InputError) -> [JSONValue] {
        var items: [JSONValue] = []
        while position < lines.count, lines[position].indent == indent, lines[position].isItem {
            let line = lines[position]
            if let rest = line.afterDash {
                // What follows the dash is a line of its own, as deep as it stands.
                lines[position] = rest
                items.append(try block(indent: rest.indent))
            } else {
                position += 1
                items.append(try nested(below: indent, at: line))
            }
        }
        try requireNoDeeperLine(than: indent)
        return items
    }

    private mutating func map(indent: Int) throws(InputError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        while position < lines.count, lines[position].indent == indent, !lines[position].isItem {
            let line = lines[position]
            guard let (key, rest) = try flow.key(of: line) else {
                throw line.wrong("has no “key:”")
            }
            position += 1
            let value =
                rest.isEmpty
                ? try nested(below: indent, at: line, allowsList: true) : try inline(rest, line)
            guard members.updateValue(value, forKey: key) == nil else {
                throw line.wrong("gives the key \(JSONValue.string(key).summary) a second time")
            }
        }
        try requireNoDeeperLine(than: indent)
        return members
    }

    /// The block below a key or a dash; a list may stand as deep as its key.
    private mutating func nested(
        below indent: Int, at line: YAMLLine, allowsList: Bool = false
    ) throws(InputError) -> JSONValue {
        guard position < lines.count else { return .null }
        let next = lines[position]
        guard next.indent > indent || (allowsList && next.indent == indent && next.isItem) else {
            return .null
        }
        return try block(indent: next.indent)
    }

    /// A value on the line of its key, or one in brackets that goes on below.
    private mutating func inline(
        _ text: ArraySlice<UInt8>, _ line: YAMLLine
    ) throws(InputError) -> JSONValue {
        var text = text
        var open = YAMLFlow.openBrackets(text)
        while open > 0, position < lines.count, text.first.map(YAMLFlow.isBracket) == true {
            open += YAMLFlow.openBrackets(lines[position].content[...])
            text.append(0x20)
            text += lines[position].content
            position += 1
        }
        return try flow.value(text, line)
    }

    private func requireNoDeeperLine(than indent: Int) throws(InputError) {
        guard position < lines.count, lines[position].indent > indent else { return }
        throw lines[position].wrong("is indented deeper than the lines before")
    }
}

/// A line that holds something.
struct YAMLLine {
    /// From 1.
    let number: Int
    /// In spaces.
    let indent: Int
    /// Without indent, comment and trailing blanks; never empty.
    let content: [UInt8]

    private static let dash = UInt8(ascii: "-")

    /// Whether it is an item of a list.
    var isItem: Bool {
        content[0] == Self.dash && (content.count == 1 || content[1] == 0x20)
    }

    /// What follows the dash of an item, at its own depth; `nil` if nothing does.
    var afterDash: YAMLLine? {
        guard let start = content.dropFirst().firstIndex(where: { $0 != 0x20 }) else { return nil }
        return YAMLLine(number: number, indent: indent + start, content: Array(content[start...]))
    }

    /// An error about this line.
    func wrong(_ what: String) -> InputError { InputError("line \(number) \(what)") }

    /// The lines of a document that hold something. Throws at a second document and at a tab in an
    /// indent.
    static func lines(of bytes: [UInt8]) throws(InputError) -> [YAMLLine] {
        var lines: [YAMLLine] = []
        let text = try TextEncoding.utf8(of: bytes)
        for (index, raw) in text.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            let indent = raw.prefix { $0 == 0x20 }.count
            let content = YAMLFlow.withoutComment(raw.dropFirst(indent))
            guard let first = content.first else { continue }
            let line = YAMLLine(number: index + 1, indent: indent, content: Array(content))
            guard first != 0x09 else { throw line.wrong("is indented by a tab") }
            if indent == 0, content.elementsEqual("---".utf8), lines.isEmpty { continue }
            if indent == 0, content.elementsEqual("...".utf8) { break }
            guard indent > 0 || !(content.starts(with: "---".utf8) || first == UInt8(ascii: "%"))
            else { throw line.wrong("begins a second document or a directive") }
            lines.append(line)
        }
        return lines
    }
}
