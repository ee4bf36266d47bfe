// A file of class names: one a line, or a JSON, Python or YAML document.
//
// A label is the whole line, so `n01440764 tench, Tinca tinca` stays as it is. Empty lines between
// labels count, since a line's position is the number of its class; empty lines at the end do not.
// Numbers that only count the lines are left out, as Teachable Machine and PaddleClas write them.

internal import Basics
package import Onnx

extension Labels {
    /// The largest file that is read, in bytes.
    static let sizeLimit = 16 << 20
    private static let maxValues = 4_000_000

    /// Reads a file: UTF-8, or UTF-16 with a byte order mark. Throws `invalidSettings` where it is
    /// something else or has no label.
    package init(_ bytes: [UInt8], file: String) throws(ModelError) {
        do throws(InputError) {
            self = try Self.read(TextEncoding.utf8(of: bytes), file: file)
        } catch {
            throw .invalidSettings(file: file, problems: [error.reason])
        }
    }

    private static func read(_ text: [UInt8], file: String) throws(InputError) -> Labels {
        let name = file.lowercased()
        if name.hasSuffix(".json") {
            return try Labels(document: json(text), file: Path.name(of: file))
        }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            return try Labels(
                document: JSONValue(yaml: text, maxValues: maxValues), file: Path.name(of: file))
        }
        guard beginsDocument(text) else { return try lines(of: text) }
        // Half of such files are Python's.
        let document: JSONValue
        do throws(InputError) {
            document = try JSONValue(jsonOrPython: text, maxValues: maxValues)
        } catch {
            throw InputError("begins like a list or an object, but \(error.reason)")
        }
        return try Labels(document: document, file: Path.name(of: file))
    }

    private static func json(_ text: [UInt8]) throws(InputError) -> JSONValue {
        do throws(InputError) {
            return try JSONValue(reading: text, maxValues: maxValues)
        } catch {
            throw InputError("not valid JSON: \(error.reason)")
        }
    }

    /// Whether a text is a list or an object of JSON or Python, and no label that begins so.
    private static func beginsDocument(_ text: [UInt8]) -> Bool {
        var rest = text.drop { $0 <= 0x20 }
        guard let bracket = rest.popFirst(), "[{(".utf8.contains(bracket) else { return false }
        guard let next = rest.first(where: { $0 > 0x20 }) else { return true }
        return "\"'[{(]}".utf8.contains(next) || (0x30...0x39).contains(next)
    }

    // MARK: Lines

    private static func lines(of text: [UInt8]) throws(InputError) -> Labels {
        let end = text.contains(0x0A) ? UInt8(0x0A) : 0x0D
        var lines = text.split(separator: end, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        guard !lines.isEmpty else { throw InputError("no label; expected one per line") }
        if lines.count == 1, let names = Self.names(inOneLine: lines[0]) {
            return Labels(names: names)
        }
        let unquoted = Self.elements(lines) ?? lines
        return try numbered(unquoted) ?? Labels(names: unquoted)
    }

    /// The names in the lines of a list that lost its brackets: `"cat",`.
    private static func elements(_ lines: [String]) -> [String]? {
        let trimmed = lines.map { $0.trimming(while: \.isWhitespace) }
        let hasCommas = trimmed.dropLast().allSatisfy { $0.hasSuffix(",") }
        guard hasCommas || !trimmed.contains(where: { $0.hasSuffix(",") }), trimmed.count > 1 else {
            return nil
        }
        let parts = trimmed.map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
            .map { $0.trimming(while: \.isWhitespace) }
        let isQuoted = parts.allSatisfy { part in
            part.count > 1 && part.first == part.last && (part.first == "\"" || part.first == "'")
        }
        guard isQuoted || hasCommas else { return nil }
        return parts.map { String(isQuoted ? $0.dropFirst().dropLast() : $0) }
    }

    /// TAO's `a;b;c`, or `a,b,c`: a classifier with one class has no comma in its name.
    static func names(
        inOneLine line: String, separators: [Character] = [";", ","]
    ) -> [String]? {
        for separator in separators where line.contains(separator) {
            var names = line.split(separator: separator, omittingEmptySubsequences: false)
                .map { String($0.trimming(while: \.isWhitespace)) }
            if names.last?.isEmpty == true { names.removeLast() }
            return names
        }
        return nil
    }

    /// The names by the numbers before or behind them; `nil` where the lines are not numbered.
    private static func numbered(_ lines: [String]) throws(InputError) -> Labels? {
        var pairs = lines.map(NumberedLine.init(leading:))
        let hasHeader =
            pairs[0] == nil && lines[0].contains(",") && pairs.dropFirst().allSatisfy { $0 != nil }
        if hasHeader, pairs.count > 2 { pairs.removeFirst() }
        if pairs.contains(where: { $0 == nil }) { pairs = lines.map(NumberedLine.init(trailing:)) }
        let found = pairs.compactMap { $0 }
        // The same name twice means that the numbers are part of the names: `1 star`, `2 stars`.
        guard found.count == pairs.count, found.count > 1,
            Set(found.map(\.name)).count == found.count
        else { return nil }
        let numbers = found.map(\.number)
        for first in [0, 1]
        where numbers.sorted().elementsEqual(first..<found.count + first) {
            return Labels(
                byIndex: Dictionary(
                    found.map { ($0.number - first, $0.name) }, uniquingKeysWith: { $1 }))
        }
        if found[0].isLeading, let wrong = numbers.indices.first(where: { numbers[$0] != $0 }),
            wrong > 1
        {
            throw InputError(
                "line \(wrong + 1) has the number \(numbers[wrong]), but the lines before count "
                    + "from 0; expected \(wrong), or lines without numbers")
        }
        return nil
    }
}

/// A line of a number and a name.
private struct NumberedLine {
    let number: Int
    let name: String
    let isLeading: Bool

    /// `0 cat`, `0: cat`, `0,cat`, `0. cat`.
    init?(leading line: String) {
        let text = line.trimming(while: \.isWhitespace)
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...7).contains(digits.count), let number = Int(digits) else { return nil }
        var rest = text.dropFirst(digits.count)
        guard let separator = rest.first else { return nil }
        switch separator {
        case ":", ",", ";", "=", "\t": rest = rest.dropFirst()
        case ".", ")":
            rest = rest.dropFirst()
            guard rest.first == " " else { return nil }
        case " ":
            rest = rest.drop { $0 == " " }
            if let sign = rest.first, ":=".contains(sign) { rest = rest.dropFirst() }
        default: return nil
        }
        let name = rest.trimming(while: \.isWhitespace)
        guard !name.isEmpty else { return nil }
        self.number = number
        self.name = String(name)
        isLeading = true
    }

    /// `cat,0` or `cat: 0`.
    init?(trailing line: String) {
        let text = line.trimming(while: \.isWhitespace)
        guard let cut = text.lastIndex(where: { ",\t:;=".contains($0) }),
            let number = Int(text[text.index(after: cut)...].trimming(while: \.isWhitespace)),
            (0..<Labels.classLimit).contains(number)
        else { return nil }
        let name = text[..<cut].trimming(while: \.isWhitespace)
        guard !name.isEmpty else { return nil }
        self.number = number
        self.name = String(name)
        isLeading = false
    }
}

extension StringProtocol {
    /// Without the characters at both ends that a condition names.
    fileprivate func trimming(while condition: (Character) -> Bool) -> SubSequence {
        var part = drop(while: condition)
        while let last = part.last, condition(last) { part = part.dropLast() }
        return part
    }
}
