// Reads a tar archive as it arrives, piece by piece: a state machine, bytes in, events out.
//
// It accepts only plain files and folders. Anything else fails the archive by name, since links or
// devices in a model are a packer's mistake. It counts everything as it streams: contents, entries,
// metadata, even the zeros at the end, so that no archive bomb exceeds its limit. The first error
// is final. It writes nothing.
//
//     header ─► metadata ─► padding ─┐      zero block ─► zero block ─► ended
//       │  ▲─────────────────────────┘
//       └► content ─► file's end ─► padding ─► header

/// Reads a tar archive. Any thread, one at a time.
package struct TarReader {
    /// The next part of the archive.
    package enum Event: Equatable {
        /// A folder; it may be known already.
        case folder(ArchivePath)
        /// A new file begins; its folders may be new.
        case file(ArchivePath, size: Int)
        /// More of the file: a range of the input.
        case content(Range<Int>)
        /// The file is complete.
        case fileEnd
    }

    private enum State {
        case header
        case metadata(TarHeader, size: Int)
        case content(left: Int, padding: Int, isSkipped: Bool)
        case fileEnd(padding: Int)
        case padding(left: Int)
        /// One block of zeros has been read.
        case ending
        case ended(padding: Int)
        case failed(ArchiveError)
    }

    /// The limit on one entry's metadata, in bytes: macOS's attributes can be large.
    private static let metadataMax = 256 * 1024
    /// The limit on zeros after the end, in bytes: GNU tar pads to what it calls a record, at most
    /// this long.
    private static let endPaddingMax = 1 << 20

    private var contents: ArchiveContents
    private var state = State.header
    /// Bytes of the archive read so far.
    private var offset = 0
    private var gathered: [UInt8] = []
    /// From metadata about the entry after it.
    private var nextPath: [UInt8]?
    private var nextSize: Int?

    /// Reads an archive within limits.
    package init(limits: ArchiveLimits) { contents = ArchiveContents(limits: limits) }

    /// The next event in the input from `position` on, which advances; `nil` once all input is
    /// read. Throws `ArchiveError`; after an error every further call throws it again.
    package mutating func next(
        in input: Span<UInt8>, at position: inout Int
    ) throws(ArchiveError) -> Event? {
        do throws(ArchiveError) {
            return try step(input, &position)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// Call this after the last input. Throws `truncated` if the archive has not ended.
    package func finish() throws(ArchiveError) {
        switch state {
        case .ended: break
        case .failed(let error): throw error
        default: throw .truncated
        }
    }

    private mutating func step(
        _ input: Span<UInt8>, _ position: inout Int
    ) throws(ArchiveError) -> Event? {
        while true {
            // This state needs no further byte.
            if case .fileEnd(let padding) = state {
                state = padding == 0 ? .header : .padding(left: padding)
                return .fileEnd
            }
            guard position < input.count else { return nil }
            let start = position
            defer { offset += position - start }
            switch state {
            case .header, .ending:
                guard gather(TarHeader.size, input, &position) else { return nil }
                let blockOffset = offset + (position - start) - TarHeader.size
                if let event = try begin(takeGathered(), at: blockOffset) { return event }
            case .metadata(let header, let size):
                guard gather(size, input, &position) else { return nil }
                try note(takeGathered(), of: header)
                pad(size)
            case .content(let left, let padding, let isSkipped):
                let range = position..<position + min(left, input.count - position)
                position = range.upperBound
                advance(left - range.count, padding, isSkipped)
                if !isSkipped { return .content(range) }
            case .padding(let left):
                let count = min(left, input.count - position)
                position += count
                state = left == count ? .header : .padding(left: left - count)
            case .ended(let padding):
                let total = padding + input.count - position
                state = .ended(padding: total)
                try requireZeros(input, from: &position, total: total)
            case .fileEnd: break
            case .failed(let error): throw error
            }
        }
    }

    // MARK: Headers

    private mutating func begin(_ block: [UInt8], at offset: Int) throws(ArchiveError) -> Event? {
        if block.allSatisfy({ $0 == 0 }) {
            guard nextPath == nil, nextSize == nil else { throw .truncated }
            if case .ending = state { state = .ended(padding: 0) } else { state = .ending }
            return nil
        }
        if case .ending = state { throw .trailing }
        let header = try TarHeader(block, offset: offset)
        // So that headers without content count towards the limit, too.
        try contents.count(TarHeader.size)
        switch header.type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            guard let size = header.contentSize, size <= Self.metadataMax else {
                throw .refusing(header.name, "is a header of more than \(Self.metadataMax) bytes")
            }
            try contents.count(size)
            if size == 0 { try note([], of: header) } else { state = .metadata(header, size: size) }
            return nil
        case UInt8(ascii: "0"), 0: return try beginFile(header)
        case UInt8(ascii: "5"): return try beginFolder(header)
        default:
            throw .refusing(nextPath ?? header.name, Self.refusal(of: header.type))
        }
    }

    private mutating func beginFile(_ header: TarHeader) throws(ArchiveError) -> Event? {
        let (name, size) = try takeNameAndSize(header)
        guard name.last != UInt8(ascii: "/") else {
            throw .refusing(name, "is a file with the name of a folder")
        }
        let path = try ArchivePath(name)
        guard !path.names.isEmpty else { throw .refusing(name, "is a file with no name") }
        try contents.count(size)
        let padding = Self.padding(size)
        if path.isAppleDouble {
            advance(size, padding, true)
            return nil
        }
        try contents.claim(path, .file, name)
        advance(size, padding, false)
        return .file(path, size: size)
    }

    private mutating func beginFolder(_ header: TarHeader) throws(ArchiveError) -> Event? {
        let (name, size) = try takeNameAndSize(header)
        guard size == 0 else { throw .refusing(name, "is a folder with a content of its own") }
        let path = try ArchivePath(name)
        state = .header
        guard !path.names.isEmpty else { return nil }
        try contents.claim(path, .folder, name)
        return .folder(path)
    }

    private mutating func takeNameAndSize(
        _ header: TarHeader
    ) throws(ArchiveError) -> (name: [UInt8], size: Int) {
        let name = nextPath ?? header.name
        // A size in binary is one too large for octal digits.
        guard let size = nextSize ?? header.contentSize else {
            throw .tooLarge(limit: contents.limits.bytes)
        }
        (nextPath, nextSize) = (nil, nil)
        return (name, size)
    }

    /// Stores what metadata says about the entry after it. A repeated value is a contradiction.
    private mutating func note(
        _ content: [UInt8], of header: TarHeader
    ) throws(ArchiveError) {
        state = .header
        var path: [UInt8]?
        var size: Int?
        switch header.type {
        case UInt8(ascii: "x"):
            let records = try PaxRecords(content, of: header.name)
            (path, size) = (records.path, records.size)
        case UInt8(ascii: "g"):
            let records = try PaxRecords(content, of: header.name)
            guard records.path == nil, records.size == nil else {
                throw .refusing(header.name, "is a pax header that names all entries the same")
            }
        case UInt8(ascii: "L"):
            // GNU ends it with a NUL.
            path = content.last == 0 ? Array(content.dropLast()) : content
        default: throw .refusing(header.name, Self.refusal(of: header.type))
        }
        guard path == nil || nextPath == nil, size == nil || nextSize == nil else {
            throw .refusing(header.name, "contradicts the header before it")
        }
        nextPath = path ?? nextPath
        nextSize = size ?? nextSize
    }

    private static func refusal(of type: UInt8) -> String {
        switch type {
        case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "K"):
            "is a link; links are not unpacked, pack the file itself (tar --dereference)"
        case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"):
            "is a device or a pipe; only files and folders are unpacked"
        case UInt8(ascii: "S"): "is a sparse file; pack without --sparse"
        default: "is not a plain file or folder; only those are unpacked"
        }
    }

    // MARK: Bytes

    /// Gathers up to `count` bytes; returns whether all of them are there.
    private mutating func gather(
        _ count: Int, _ input: Span<UInt8>, _ position: inout Int
    ) -> Bool {
        let taken = min(count - gathered.count, input.count - position)
        for index in position..<position + taken { gathered.append(input[index]) }
        position += taken
        return gathered.count == count
    }

    private mutating func takeGathered() -> [UInt8] {
        defer { gathered = [] }
        return gathered
    }

    private mutating func advance(_ left: Int, _ padding: Int, _ isSkipped: Bool) {
        if left > 0 {
            state = .content(left: left, padding: padding, isSkipped: isSkipped)
        } else if isSkipped {
            state = padding == 0 ? .header : .padding(left: padding)
        } else {
            state = .fileEnd(padding: padding)
        }
    }

    private mutating func pad(_ size: Int) {
        let padding = Self.padding(size)
        if padding > 0 { state = .padding(left: padding) }
    }

    private static func padding(_ size: Int) -> Int {
        (TarHeader.size - size % TarHeader.size) % TarHeader.size
    }

    private func requireZeros(
        _ input: Span<UInt8>, from position: inout Int, total: Int
    ) throws(ArchiveError) {
        guard total <= Self.endPaddingMax else { throw .trailing }
        while position < input.count {
            guard input[position] == 0 else { throw .trailing }
            position += 1
        }
    }
}
