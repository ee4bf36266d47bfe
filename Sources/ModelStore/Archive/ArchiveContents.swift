// What an archive has put into its folder so far: the paths in use, and the total size. Pure.

/// Limits on what an archive unpacks to.
package struct ArchiveLimits: Sendable {
    /// Headers and contents of all entries, in bytes.
    package var bytes: Int
    /// Files and folders; a model has tens of them.
    package var entries = 10_000

    package init(bytes: Int) { self.bytes = bytes }
}

/// The paths and bytes of an archive, within limits.
struct ArchiveContents {
    enum Kind { case file, folder }

    let limits: ArchiveLimits
    private var kinds: [String: Kind] = [:]
    private var byteCount = 0

    init(limits: ArchiveLimits) { self.limits = limits }

    /// Adds a path and the folders above it; `name` is the path as the archive has it. Throws if
    /// the path is already in use or a limit is exceeded.
    mutating func claim(
        _ path: ArchivePath, _ kind: Kind, _ name: [UInt8]
    ) throws(ArchiveError) {
        for depth in 1..<path.names.count {
            let folder = path.names[..<depth].joined(separator: "/")
            guard kinds.updateValue(.folder, forKey: folder) != .file else {
                throw .refusing(name, "lies in a folder that is a file of the archive")
            }
        }
        switch (kinds[path.text], kind) {
        case (nil, _): kinds[path.text] = kind
        case (.folder?, .folder): break
        default: throw .refusing(name, "is in the archive twice")
        }
        guard kinds.count <= limits.entries else { throw .tooManyEntries(limit: limits.entries) }
    }

    /// Counts bytes of a header or a content. Throws if there are too many.
    mutating func count(_ bytes: Int) throws(ArchiveError) {
        guard bytes <= limits.bytes - byteCount else { throw .tooLarge(limit: limits.bytes) }
        byteCount += bytes
    }
}
