// A zip archive, as numpy writes its npz: stored or deflated files, each with a checksum (PKWARE's
// APPNOTE.TXT). The list at the end counts, as for every reader of zip.

internal import Basics

/// The files of an archive.
struct ZipArchive {
    /// A file, as the list at the end has it.
    struct Entry: Equatable {
        let name: String
        let method: Int
        let checksum: UInt32
        let packedSize: Int
        let size: Int
        /// Where its own header begins.
        let place: Int
    }

    /// Far more arrays than a model has inputs.
    private static let maxEntries = 10_000

    let entries: [Entry]
    private let bytes: [UInt8]

    /// Reads the list of files. Throws a clause about what is wrong.
    init(_ bytes: [UInt8]) throws(InputError) {
        self.bytes = bytes
        // The end's record is 22 bytes and a comment of up to 64 KiB.
        let first = max(0, bytes.count - 22 - 65_535)
        guard bytes.count >= 22,
            let end = (first...bytes.count - 22).last(where: {
                bytes[$0..<$0 + 4].elementsEqual([0x50, 0x4B, 5, 6])
            })
        else { throw InputError("no zip archive, or cut off: its end is missing") }
        var count = bytes.number(at: end + 10, size: 2)
        var position = bytes.number(at: end + 16, size: 4)
        // Zip64 has the numbers that do not fit in a record before the end.
        if position == 0xFFFF_FFFF || count == 0xFFFF, end >= 20,
            bytes[end - 20..<end - 16].elementsEqual([0x50, 0x4B, 6, 7])
        {
            let record = bytes.number(at: end - 12, size: 8)
            guard record >= 0, record <= bytes.count - 56 else {
                throw InputError("damaged: its list is not where its end says")
            }
            count = bytes.number(at: record + 32, size: 8)
            position = bytes.number(at: record + 48, size: 8)
        }
        guard (0...Self.maxEntries).contains(count) else {
            throw InputError("an archive of too many files")
        }
        var entries: [Entry] = []
        for _ in 0..<count {
            guard position >= 0, position <= bytes.count - 46,
                bytes[position..<position + 4].elementsEqual([0x50, 0x4B, 1, 2])
            else { throw InputError("damaged: its list of files is cut off") }
            let lengths = [28, 30, 32].map { bytes.number(at: position + $0, size: 2) }
            let next = position + 46 + lengths.reduce(0, +)
            guard next <= bytes.count else {
                throw InputError("damaged: its list of files is cut off")
            }
            entries.append(Self.entry(bytes, at: position, lengths))
            position = next
        }
        self.entries = entries
    }

    private static func entry(_ bytes: [UInt8], at position: Int, _ lengths: [Int]) -> Entry {
        let nameEnd = position + 46 + lengths[0]
        var packed = bytes.number(at: position + 20, size: 4)
        var size = bytes.number(at: position + 24, size: 4)
        var place = bytes.number(at: position + 42, size: 4)
        // The extra field of zip64 has those that do not fit, in this order.
        var extra = nameEnd
        while extra + 4 <= nameEnd + lengths[1] {
            let length = bytes.number(at: extra + 2, size: 2)
            if bytes.number(at: extra, size: 2) == 1 {
                var field = extra + 4
                func next(_ value: inout Int) {
                    guard value == 0xFFFF_FFFF, field + 8 <= extra + 4 + length,
                        field + 8 <= bytes.count
                    else { return }
                    value = bytes.number(at: field, size: 8)
                    field += 8
                }
                next(&size)
                next(&packed)
                next(&place)
            }
            extra += 4 + length
        }
        return Entry(
            name: String(decoding: bytes[position + 46..<nameEnd], as: UTF8.self),
            method: bytes.number(at: position + 10, size: 2),
            checksum: UInt32(bytes.number(at: position + 16, size: 4)), packedSize: packed,
            size: size, place: place)
    }

    /// The bytes of a file, at most `limit`. Throws a clause about what is wrong.
    func contents(of entry: Entry, limit: Int) throws(InputError) -> [UInt8] {
        guard entry.size >= 0, entry.size <= limit else {
            throw InputError("\(entry.size) bytes long; \(max(0, limit)) are allowed")
        }
        guard entry.place >= 0, entry.place <= bytes.count - 30,
            bytes[entry.place..<entry.place + 4].elementsEqual([0x50, 0x4B, 3, 4])
        else { throw InputError("not where the archive's list says") }
        let start =
            entry.place + 30 + bytes.number(at: entry.place + 26, size: 2)
            + bytes.number(at: entry.place + 28, size: 2)
        guard entry.packedSize >= 0, start <= bytes.count, entry.packedSize <= bytes.count - start
        else { throw InputError("cut off") }
        let packed = bytes[start..<start + entry.packedSize]
        let contents = try Self.unpack(Array(packed), entry)
        let checksum = CRC32.of(contents.span)
        guard contents.count == entry.size, checksum == entry.checksum else {
            throw InputError("damaged: its checksum or its length is wrong")
        }
        return contents
    }

    private static func unpack(_ packed: [UInt8], _ entry: Entry) throws(InputError) -> [UInt8] {
        switch entry.method {
        case 0: return packed
        case 8: return try inflate(packed, size: entry.size)
        default: throw InputError("packed by method \(entry.method); stored and deflated are read")
        }
    }

    private static func inflate(_ packed: [UInt8], size: Int) throws(InputError) -> [UInt8] {
        let inflation = Inflation(.raw)
        var (contents, position) = ([UInt8](), 0)
        while true {
            let step = try inflation.step(packed.span, at: &position) { piece throws(InputError) in
                guard contents.count + piece.count <= size else {
                    throw InputError("longer than the archive's list says")
                }
                contents.append(piece)
            }
            switch step {
            case .more: continue
            case .ended: return contents
            case .hungry: throw InputError("cut off")
            case .failed(let reason): throw InputError("damaged: \(reason)")
            }
        }
    }
}

extension [UInt8] {
    /// A little-endian number; the place must lie inside.
    fileprivate func number(at place: Int, size: Int) -> Int {
        (0..<size).reduce(0) { $0 | Int(truncatingIfNeeded: UInt64(self[place + $1])) << ($1 * 8) }
    }
}
