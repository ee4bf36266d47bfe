// Tar archives made by hand, so that any part can be wrong, and a receiver that records the
// reader's calls.

import Testing

@testable import ModelStore

/// Makes tar archives, entry by entry.
struct TarBuilder {
    private(set) var bytes: [UInt8] = []

    /// Appends an entry; by default a plain file in the POSIX format.
    mutating func add(
        _ name: String, _ content: String = "", type: Character = "0", size: String? = nil,
        magic: String = "ustar\u{0}00", prefix: String = "", checksum: Int? = nil
    ) {
        add(
            name: Array(name.utf8), Array(content.utf8), type: type, size: size, magic: magic,
            prefix: prefix, checksum: checksum)
    }

    /// Appends an entry with any bytes.
    mutating func add(
        name: [UInt8], _ content: [UInt8], type: Character = "0", size: String? = nil,
        magic: String = "ustar\u{0}00", prefix: String = "", checksum: Int? = nil
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: [UInt8], _ offset: Int) {
            block.replaceSubrange(offset..<offset + text.count, with: text)
        }
        put(Array(name.prefix(100)), 0)
        put(Array("0000644\u{0}".utf8), 100)
        put(Array((size ?? Self.octal(content.count, digits: 11)).utf8), 124)
        put(Array(String(type).utf8), 156)
        put(Array(magic.utf8), 257)
        put(Array(prefix.utf8), 345)
        put([UInt8](repeating: 0x20, count: 8), 148)
        let sum = checksum ?? block.reduce(0) { $0 + Int($1) }
        put(Array((Self.octal(sum, digits: 6) + "\u{0} ").utf8), 148)
        bytes += block + content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Appends a pax header with these records.
    mutating func addPax(_ records: [(String, String)], type: Character = "x") {
        add("PaxHeader", records.map(Self.record).joined(), type: type)
    }

    /// The archive with its end.
    func ended(padding: Int = 0) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: 1024 + padding)
    }

    static func record(_ record: (String, String)) -> String {
        let rest = " \(record.0)=\(record.1)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length { length += 1 }
        return "\(length)\(rest)"
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// The reader's calls for an archive.
struct Unpacked: Equatable {
    var folders: [String] = []
    var files: [String: String] = [:]
    /// Files that were begun but did not end.
    var open = 0

    /// Reads an archive in parts of a given length. Throws the reader's error.
    init(
        _ archive: [UInt8], parts length: Int = .max, limits: ArchiveLimits = .init(bytes: 1 << 20)
    ) throws(ArchiveError) {
        var reader = TarReader(limits: limits)
        var current = ""
        var start = 0
        while start < archive.count {
            let part = Array(
                archive[start..<min(archive.count, start + min(length, archive.count))])
            start += part.count
            var position = 0
            while let event = try reader.next(in: part.span, at: &position) {
                switch event {
                case .folder(let path): folders.append(path.text)
                case .file(let path, _):
                    current = path.text
                    files[current] = ""
                    open += 1
                case .content(let range):
                    files[current, default: ""] += String(decoding: part[range], as: UTF8.self)
                case .fileEnd: open -= 1
                }
            }
        }
        try reader.finish()
    }

    /// The sentence that refuses an archive, or `nil`.
    static func refusal(
        of archive: [UInt8], limits: ArchiveLimits = .init(bytes: 1 << 20)
    ) -> String? {
        do throws(ArchiveError) {
            _ = try Unpacked(archive, limits: limits)
            return nil
        } catch {
            return error.description
        }
    }
}
