// Reads what `tools/pillow_cases.py` and `tools/make_image_fixtures.py` wrote: Pillow's own pixels.

import Glibc

/// One thing that Pillow did; the script's text explains the numbers.
struct PillowCase {
    enum Kind: UInt32 {
        case decoding = 1
        case resizing, preprocessing
    }

    let kind: Kind
    let name: String
    let numbers: [Int]
    let input: [UInt8]
    let result: [UInt8]

    /// All cases of a file.
    static func read(_ path: String) throws -> [PillowCase] {
        var reader = ByteReader(bytes: try contents(of: path))
        var cases: [PillowCase] = []
        while !reader.atEnd { cases.append(try reader.pillowCase()) }
        return cases
    }
}

/// A file that does not hold what it should.
struct UnreadableFile: Error {
    let path: String
}

/// All bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    let file = unsafe open(path, O_RDONLY)
    guard file >= 0 else { throw UnreadableFile(path: path) }
    defer { close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    lseek(file, 0, SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < size {
        let got = unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return unsafe Glibc.read(file, base + count, size - count)
        }
        guard got > 0 else { throw UnreadableFile(path: path) }
        count += got
    }
    return bytes
}

/// The value of an environment variable.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}

private struct ByteReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var atEnd: Bool { position == bytes.count }

    mutating func number() throws -> UInt32 {
        try data(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func data(_ count: Int) throws -> [UInt8] {
        guard position + count <= bytes.count else { throw UnreadableFile(path: "cases") }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func pillowCase() throws -> PillowCase {
        guard let kind = PillowCase.Kind(rawValue: try number()) else {
            throw UnreadableFile(path: "cases")
        }
        let name = String(decoding: try data(Int(try number())), as: UTF8.self)
        let numbers = try (0..<10).map { _ in Int(try number()) }
        let input = try data(Int(try number()))
        let result = try data(Int(try number()))
        return PillowCase(kind: kind, name: name, numbers: numbers, input: input, result: result)
    }
}
