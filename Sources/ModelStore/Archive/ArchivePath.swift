// The destination of an archive's entry: always below the folder of the archive, whatever its name
// is.
//
// A name is accepted only if every system reads it alike: no absolute path, no `..`, no byte that
// ends or hides it. The reader checks whether the path is already in use.

/// A relative path of plain names. Empty: the folder itself (`./`).
package struct ArchivePath: Sendable, Equatable {
    /// The longest accepted path, in bytes: a quarter of Linux's limit, because another path
    /// precedes it.
    static let longest = 1024
    /// The longest name that file systems take, in bytes.
    private static let longestName = 255
    /// The deepest nesting of folders.
    private static let deepest = 16

    /// The names along the path; none is empty, `.` or `..`.
    package let names: [String]

    /// The names, joined by slashes.
    package var text: String { names.joined(separator: "/") }

    /// Whether it is a companion that macOS's tar makes to carry attributes (AppleDouble).
    var isAppleDouble: Bool { names.last?.hasPrefix("._") ?? false }

    /// Reads a name from an archive. Throws `refused`.
    init(_ bytes: [UInt8]) throws(ArchiveError) {
        func refuse(_ reason: String) -> ArchiveError { .refusing(bytes, reason) }
        guard !bytes.isEmpty else { throw refuse("has no name") }
        guard bytes.count <= Self.longest else {
            throw refuse("has a path of \(bytes.count) bytes; at most \(Self.longest) are accepted")
        }
        guard bytes.first != UInt8(ascii: "/") else {
            throw refuse("has an absolute path; pack with relative ones")
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw refuse("has a control character in its path")
        }
        guard !bytes.contains(UInt8(ascii: "\\")) else {
            throw refuse("has a backslash in its path; separate folders with /")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw refuse("has a path that is not UTF-8")
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        names = parts.filter { $0 != "." }
        guard !names.contains("..") else { throw refuse("leads out of the folder by “..”") }
        guard names.allSatisfy({ $0.utf8.count <= Self.longestName }) else {
            throw refuse("has a name of more than \(Self.longestName) bytes")
        }
        guard names.count <= Self.deepest else {
            throw refuse("lies more than \(Self.deepest) folders deep")
        }
    }
}
