// The records of a pax extended header, `LENGTH KEY=VALUE\n` each. Pure.
//
// Reads path and size; ignores times, owners and attributes. Refuses records that make the entry
// anything but a plain file or folder: links and sparse files.
// Source: POSIX.1-2024 `pax`, "pax Extended Header".

/// What a pax extended header says about the entry after it.
struct PaxRecords {
    private(set) var path: [UInt8]?
    private(set) var size: Int?

    /// Reads the content of a header; `name` is the header's own, for sentences. Throws `refused`.
    init(_ content: [UInt8], of name: [UInt8]) throws(ArchiveError) {
        var rest = content[...]
        while !rest.isEmpty {
            guard let record = Self.record(&rest) else {
                throw .refusing(name, "is a pax header that can't be read")
            }
            switch String(decoding: record.key, as: UTF8.self) {
            case "path": path = Array(record.value)
            case "size":
                guard let number = Self.decimal(record.value) else {
                    throw .refusing(name, "is a pax header with a size that is not a number")
                }
                size = number
            case "linkpath": throw .refusing(name, "is the pax header of a link; pack files")
            case let key where key.hasPrefix("GNU.sparse."):
                throw .refusing(name, "is the pax header of a sparse file; pack without --sparse")
            default: break
            }
        }
    }

    private static func record(
        _ rest: inout ArraySlice<UInt8>
    ) -> (key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)? {
        let digits = rest.prefix { $0 != 0x20 }
        guard let length = decimal(digits), length <= rest.count,
            // At least a space, a key of one byte, `=` and the line's end.
            length >= digits.count + 4
        else { return nil }
        let record = rest.prefix(length).dropFirst(digits.count + 1)
        guard record.last == 0x0A, let equals = record.firstIndex(of: UInt8(ascii: "=")),
            equals > record.startIndex
        else { return nil }
        rest = rest.dropFirst(length)
        return (record[..<equals], record[(equals + 1)...].dropLast())
    }

    private static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
        // Fifteen digits can't overflow, and no file has more.
        guard (1...15).contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
