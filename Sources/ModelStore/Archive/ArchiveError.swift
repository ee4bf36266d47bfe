// What is wrong with an archive, each with a sentence for the person who packed it.
//
// Names of entries come from a stranger: they are shown cut short and without control characters.

/// An archive that is not unpacked.
package enum ArchiveError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It does not begin as gzip does; `looksLike` is what it seems to be instead.
    case notGzip(looksLike: String?)
    /// zlib can't go on.
    case damaged(String)
    /// It ends before its end.
    case truncated
    /// Something follows the end.
    case trailing
    /// What is in the gzip is no tar.
    case notTar
    /// A header's checksum is not that of its bytes.
    case badChecksum(offset: Int)
    /// An entry that is not unpacked, and so nothing is.
    case refused(entry: String, reason: String)
    /// The unpacked files have more than `limit` bytes.
    case tooLarge(limit: Int)
    case tooManyEntries(limit: Int)

    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .notGzip(let other):
            "the file is no gzip archive" + (other.map { ", it looks like \($0)" } ?? "")
        case .damaged(let reason): "the gzip archive is damaged: \(reason)"
        case .truncated:
            "the archive ends too early: it was cut short, or was not packed to its end"
        case .trailing: "the archive goes on behind its end, with something else than zeros"
        case .notTar: "what the gzip file holds is no tar archive of the ustar, pax or GNU format"
        case .badChecksum(let offset):
            "the archive is damaged: the header at byte \(offset) of the tar has a wrong checksum"
        case .refused(let entry, let reason): "the archive's “\(entry)” \(reason)"
        case .tooLarge(let limit): "the archive unpacks to more than the \(limit) bytes allowed"
        case .tooManyEntries(let limit): "the archive has more than \(limit) files and folders"
        }
    }

    /// Refuses an entry by its name as the archive has it.
    static func refusing(_ name: [UInt8], _ reason: String) -> ArchiveError {
        let text = String(decoding: name.prefix(120), as: UTF8.self)
        let shown = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? "\u{FFFD}" : String(scalar)
        }
        return .refused(entry: shown.joined() + (name.count > 120 ? "…" : ""), reason: reason)
    }
}
