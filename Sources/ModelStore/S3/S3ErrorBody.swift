// The body of an S3 error (Amazon S3 API Reference, "Error responses"). Pure.
//
//     <?xml …?><Error><Code>NoSuchKey</Code><Message>…</Message><Key>…</Key>…</Error>
//
// It reads five elements by their tags: a document this flat needs no XML parser. It never reads
// other elements; some hold signatures and tokens.

internal import Basics

/// An error from S3, as far as its body describes it.
struct S3ErrorBody: Equatable {
    /// "NoSuchKey".
    let code: String?
    /// One line without a full stop, shortened if it is long.
    let message: String?
    /// The region of the bucket, if the request went to another one.
    let region: String?
    /// When a presigned URL expired.
    let expires: String?
    /// The bucket's own host.
    let endpoint: String?

    /// The largest part of a body that is read, in bytes.
    private static let longest = 16 * 1024
    private static let longestText = 300

    /// Reads a body of any content.
    init(_ body: [UInt8]) {
        let body = Array(body.prefix(Self.longest))
        code = Self.element("Code", of: body)
        message = Self.element("Message", of: body).map { text in
            text.hasSuffix(".") ? String(text.dropLast()) : text
        }
        region = Self.element("Region", of: body)
        expires = Self.element("Expires", of: body)
        endpoint = Self.element("Endpoint", of: body)
    }

    private static func element(_ name: String, of body: [UInt8]) -> String? {
        guard let start = body.firstRange(of: Array("<\(name)>".utf8)) else { return nil }
        let rest = body[start.upperBound...]
        guard let end = rest.firstRange(of: Array("</\(name)>".utf8)) else { return nil }
        let text = decoded(String(decoding: rest[..<end.lowerBound], as: UTF8.self))
        return text.isEmpty ? nil : String(text.prefix(longestText)).onOneLine()
    }

    /// The five entities that XML itself has.
    private static func decoded(_ text: String) -> String {
        guard text.contains("&") else { return text }
        let entities = [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
        ]
        return entities.reduce(text) { $0.replacing($1.0, with: $1.1) }
    }
}
