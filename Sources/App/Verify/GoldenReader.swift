// Reads the lines of a recording one after another. At most one line and one chunk of the file are
// in memory.
//
// Blank lines are skipped, but counted in line numbers. A line that exceeds the limit is skipped
// without being held in memory.

internal import Basics
internal import Inference
internal import Onnx

/// Reads lines from a file.
final class GoldenReader {
    /// A line without its line break.
    enum Line: Equatable {
        case text([UInt8])
        case tooLong
    }

    private static let pieceBytes = 256 * 1024

    private let file: File
    private let longestLine: Int
    /// Bytes that were read and not returned yet.
    private var bytes: [UInt8] = []
    private var start = 0
    private var offset = 0
    private var isAtEnd = false
    private var number = 0

    /// Opens a file. Throws `unreadable`.
    init(_ path: String, longestLine: Int) throws(InputError) {
        file = try File(path)
        self.longestLine = longestLine
    }

    /// The next non-blank line and its number, from 1; `nil` at the end. Throws `unreadable`.
    func next() throws(InputError) -> (number: Int, line: Line)? {
        while let line = try nextOfAny() {
            number += 1
            guard case .text(let text) = line else { return (number, line) }
            let isBlank = text.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { return (number, line) }
        }
        return nil
    }

    /// The number of non-blank lines in a file. Throws `unreadable`.
    static func count(_ path: String, longestLine: Int) throws(InputError) -> Int {
        let reader = try GoldenReader(path, longestLine: longestLine)
        var count = 0
        while try reader.next() != nil { count += 1 }
        return count
    }

    private func nextOfAny() throws(InputError) -> Line? {
        var searched = start
        var isTooLong = false
        while true {
            if let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                if isTooLong || end - start > longestLine { return .tooLong }
                return .text(Array(bytes[start..<end]))
            }
            searched = bytes.count
            if searched - start > longestLine {
                isTooLong = true
                (start, searched) = (0, 0)
                bytes = []
            }
            guard try readPiece(&searched) else {
                defer { start = bytes.count }
                if isTooLong { return .tooLong }
                return start < bytes.count ? .text(Array(bytes[start...])) : nil
            }
        }
    }

    /// Appends the next chunk of the file; false at its end.
    private func readPiece(_ searched: inout Int) throws(InputError) -> Bool {
        guard !isAtEnd else { return false }
        bytes.removeSubrange(..<start)
        searched -= start
        start = 0
        let piece = try file.read(Self.pieceBytes, at: offset)
        offset += piece.count
        isAtEnd = piece.isEmpty
        bytes += piece
        return !isAtEnd
    }
}
