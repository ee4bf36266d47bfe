// The names of the classes: a list in `amphora.json`, or a text file with one label a line.
//
// A label is the whole line, so `n01440764 tench, Tinca tinca` stays as it is. Empty lines between
// labels count, since a line's position is the number of its class; empty lines at the end do not.

package import Onnx

/// The names of a model's classes, in order.
package struct Labels: Sendable, Equatable {
    /// The files looked for; the first one found is used.
    static let fileNames = ["labels.txt", "synset.txt", "classes.txt"]
    /// The largest file that is read, in bytes.
    static let sizeLimit = 16 << 20

    /// Label number i names class number i.
    package let names: [String]
    /// Classes in this range that have no name.
    private let gaps: Set<Int>

    /// No labels: classes go by their index.
    package static let none = Labels(names: [])

    /// Takes labels as they are.
    package init(names: [String]) {
        self.names = names
        gaps = []
    }

    /// Takes labels by the numbers of their classes, some of which may be missing.
    init(byIndex names: [Int: String]) {
        let count = (names.keys.max() ?? -1) + 1
        self.names = (0..<count).map { names[$0] ?? "" }
        gaps = names.count == count ? [] : Set((0..<count).filter { names[$0] == nil })
    }

    /// Reads a text file: UTF-8, lines ended by LF or CRLF. Throws `invalidSettings` where it is
    /// not UTF-8 or has no label.
    package init(_ bytes: [UInt8], file: String) throws(ModelError) {
        var lines: [String] = []
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard let label = String(validating: content, as: UTF8.self) else {
                throw .invalidSettings(
                    file: file, problems: ["line \(lines.count + 1) is not valid UTF-8"])
            }
            lines.append(label)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else {
            throw .invalidSettings(file: file, problems: ["no label; expected one per line"])
        }
        names = lines
        gaps = []
    }

    /// The label of class number `index`.
    package subscript(index: Int) -> Label {
        names.indices.contains(index) && !gaps.contains(index)
            ? .name(names[index]) : .index(index)
    }

    /// The number of classes that have a label.
    package var count: Int { names.count - gaps.count }
}
