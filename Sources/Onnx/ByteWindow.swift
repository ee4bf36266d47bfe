// Bytes of a model file, seen through a window that moves.
//
// The walker looks at a few kilobytes of a file that may hold gigabytes of weights, so it must
// neither read nor map the whole file. A position outside the file yields `nil`, never a trap.

internal import Basics

/// Random access to the bytes of a `ModelSource`.
package struct ByteWindow: ~Copyable {
    /// The number of bytes of the source.
    package let count: Int
    private static let length = 16 * 1024
    private let file: File?
    private var window: [UInt8]
    private var start = 0

    /// Opens a source. Throws `unreadable`.
    package init(_ source: ModelSource) throws(ModelError) {
        switch source {
        case .file(let path):
            let opened = try ModelError.reading { () throws(InputError) in try File(path) }
            count = opened.size
            file = consume opened
            window = []
        case .bytes(let bytes, _):
            count = bytes.count
            file = nil
            window = bytes
        }
    }

    /// The byte at a position, or `nil` outside. Throws `unreadable`.
    package mutating func byte(at position: Int) throws(ModelError) -> UInt8? {
        guard position >= 0, position < count else { return nil }
        if position < start || position >= start + window.count {
            guard file != nil else { return nil }
            window = try read(position)
            start = position
        }
        return window.isEmpty ? nil : window[position - start]
    }

    /// The text of a range; `nil` if the range is not inside, not UTF-8 or longer than `limit`.
    package mutating func text(in range: Range<Int>, limit: Int) throws(ModelError) -> String? {
        guard range.count <= limit else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for position in range {
            guard let byte = try byte(at: position) else { return nil }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The bytes of a range, read past the window. Throws `unreadable` if the range is not inside.
    func bytes(in range: Range<Int>) throws(ModelError) -> [UInt8] {
        switch file {
        case .some(let file):
            let bytes = try ModelError.reading { () throws(InputError) in
                try file.read(range.count, at: range.lowerBound)
            }
            guard bytes.count == range.count else {
                throw .unreadable(path: file.path, reason: "it ends early")
            }
            return bytes
        case .none:
            guard range.lowerBound >= 0, range.upperBound <= window.count else {
                throw .unreadable(path: "the weights", reason: "they end early")
            }
            return Array(window[range])
        }
    }

    private func read(_ position: Int) throws(ModelError) -> [UInt8] {
        // The walker moves forward, so the window begins at the requested position.
        switch file {
        case .some(let file):
            try ModelError.reading { () throws(InputError) in
                try file.read(Self.length, at: position)
            }
        case .none: []
        }
    }
}
