// What is wrong with an archive; each case has a sentence for the person who packed it.
//
// Names of entries are untrusted: sentences show them shortened and without control characters.

/// An archive that cannot be unpacked.
package enum ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It does not begin as gzip does; `looksLike` is the format that it seems to have.
    case notGzip(looksLike: String?)
    /// zlib can't continue.
    case damaged(String)
    /// It is truncated.
    case truncated
    /// Data follows its end.
    case trailing
    /// The gzip file does not hold a tar archive.
    case notTar
    /// A header's checksum does not match its bytes.
    case badChecksum(offset: Int)
    /// An entry is refused, and so the whole archive is.
    case refused(entry: String, reason: String)
    /// The unpacked files have more than `limit` bytes.
    case tooLarge(limit: Int)
    case tooManyEntries(limit: Int)

    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .notGzip(let other):
            "the file is not a gzip archive" + (other.map { ", it looks like \($0)" } ?? "")
        case .damaged(let reason): "the gzip archive is damaged: \(reason)"
        case .truncated:
            "the archive ends too early: it was cut short, or was not packed to its end"
        case .trailing: "data other than zeros follows the end of the archive"
        case .notTar: "the gzip file does not hold a tar archive in the ustar, pax or GNU format"
        case .badChecksum(let offset):
            "the archive is damaged: the header at byte \(offset) of the tar has a wrong checksum"
        case .refused(let entry, let reason): "the archive's “\(entry)” \(reason)"
        case .tooLarge(let limit): "the archive unpacks to more than the \(limit) bytes allowed"
        case .tooManyEntries(let limit): "the archive has more than \(limit) files and folders"
        }
    }

    /// Refuses an entry by its name in the archive.
    static func refusing(_ name: [UInt8], _ reason: String) -> ArchiveError {
        let text = String(decoding: name.prefix(120), as: UTF8.self)
        let shown = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
        }
        return .refused(entry: shown.joined() + (name.count > 120 ? "…" : ""), reason: reason)
    }
}
