// The codings of a response's body, as its field Content-Encoding names them (RFC 9110 §8.4), and
// what can be wrong with them.
//
// We never ask for one. Hosts send them nevertheless: files lie packed in buckets, and some servers
// pack whatever they send.

internal import Basics

/// A coding of a body.
package enum ContentCoding: Sendable, Equatable {
    case gzip
    /// deflate data in zlib's format, which some hosts leave out.
    case deflate
    case brotli
    /// By that name, which is not decoded.
    case unsupported(String)

    /// More codings of one body are an attack: each is a bomb inside the next.
    private static let mostCodings = 4
    private static let longestName = 40
    /// Words in the field that are no packing: uploads to S3 leave the first there, and people write
    /// the others.
    private static let harmless = [
        "identity", "aws-chunked", "none", "binary", "base64", "7bit", "8bit", "utf-8", "utf8",
    ]

    /// The codings that a head names, in the order in which they were applied; none for a body that
    /// is not packed.
    package static func list(in headers: TransferHeaders) -> [ContentCoding] {
        let names = headers.values(of: "content-encoding").flatMap { $0.split(separator: ",") }
            .map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
            .filter { !$0.isEmpty && !harmless.contains($0) }
        guard names.count <= mostCodings else {
            return [.unsupported("\(names.count) codings at once")]
        }
        return names.map { name in
            switch name {
            case "gzip", "x-gzip": .gzip
            case "deflate": .deflate
            case "br" where BrotliStream.isAvailable: .brotli
            default: .unsupported(String(name.prefix(longestName)).onOneLine())
            }
        }
    }

    /// Its name in the field.
    package var name: String {
        switch self {
        case .gzip: "gzip"
        case .deflate: "deflate"
        case .brotli: "br"
        case .unsupported(let name): name
        }
    }
}

/// Why a body can't be decoded.
package enum CodingError: Error, Sendable, Equatable {
    case unsupported(ContentCoding)
    /// It does not begin as the coding does, or breaks its rules.
    case damaged(ContentCoding, reason: String)
    case truncated(ContentCoding)
    /// It unpacks to more than `limit` bytes.
    case tooLarge(ContentCoding, limit: Int)
    /// The receiver wants no more.
    case unwanted

    /// What is wrong, to be read after the name of the body.
    package var clause: String {
        switch self {
        case .unsupported(.unsupported("br")):
            "is packed as “br”, for which the library libbrotlidec is missing (Debian: libbrotli1)"
        case .unsupported(let coding):
            "is packed as “\(coding.name)”, which is not supported; gzip, deflate and br are"
        case .damaged(let coding, let reason):
            "is packed as \(coding.name) by its Content-Encoding, but can't be unpacked: \(reason)"
        case .truncated(let coding):
            "is packed as \(coding.name), and ends too early: it was cut short"
        case .tooLarge(let coding, let limit):
            "is packed as \(coding.name), and unpacks to more than the limit of \(limit) bytes"
        case .unwanted: "was refused"
        }
    }
}
