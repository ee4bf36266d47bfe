// The kinds of URIs in a request, and the bytes inside a `data:` URI (RFC 2397).

internal import Basics
package import ModelStore
internal import Runtime

/// A picture's URI, by how its bytes are read.
package enum PictureURI: Equatable {
    /// `http` or `https`: fetched without credentials.
    case remote(String)
    /// `data:`: the URI holds the bytes.
    case inline(String)
    /// `s3`: fetched with the server's own credentials.
    case object(S3Object)

    /// The longest URI that is fetched, in bytes; a common limit of servers.
    private static let longest = 8192
    /// The longest scheme that is recognised, in bytes.
    private static let longestScheme = 64

    /// Reads a URI. Throws if its scheme is not supported. Reads only the beginning of a long URI.
    package init(_ uri: String) throws(Failure) {
        guard let scheme = Self.scheme(of: uri) else {
            throw Failure(.badRequest, Self.noURI(uri))
        }
        switch scheme {
        case "http", "https":
            try Self.requireFetchable(uri)
            self = .remote(uri)
        case "s3":
            try Self.requireFetchable(uri)
            self = .object(try Failure.storing { () throws(StoreError) in try S3Object(uri: uri) })
        case "data":
            self = .inline(uri)
        case "file":
            throw Failure(
                .uriForbidden,
                "file: URIs are not allowed; send the picture's bytes, or an http(s) URI")
        default:
            throw Failure(
                .badRequest,
                "the URI's scheme “\(scheme.prefix(20))” is not supported; http, https, s3 "
                    + "and data are"
            )
        }
    }

    private static func noURI(_ text: String) -> String {
        if TextualPicture.isBase64(text.utf8Span.span) {
            return "the URI is bare base64 text; put data:;base64, before it, or send it as "
                + "{\"instances\": [{\"b64\": …}]}"
        }
        return "“\(text.withoutURLSecrets.prefix(60))” is not an absolute URI; it must "
            + "begin with https://, http://, s3:// or data:"
    }

    private static func requireFetchable(_ uri: String) throws(Failure) {
        guard uri.utf8.count <= longest else {
            throw Failure(
                .badRequest,
                "the URI is \(uri.utf8.count) bytes long; at most \(longest) are fetched")
        }
    }

    /// The URI in an answer: as sent, but a `data:` URI without its data
    /// (docs/rulings.md#requests).
    static func echo(of uri: String) -> String {
        guard scheme(of: uri) == "data" else { return uri }
        guard let comma = uri.utf8.firstIndex(of: UInt8(ascii: ",")) else { return "data:" }
        return String(uri[..<comma])
    }

    /// The scheme in lower case (RFC 3986 §3.1); `nil` if the URI has none.
    private static func scheme(of uri: String) -> String? {
        let beginning = uri.utf8.prefix(longestScheme + 1)
        guard let colon = beginning.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = uri[..<colon].lowercased()
        return isScheme(scheme) ? scheme : nil
    }

    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z")
        else { return false }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
    }

    /// The bytes of a `data:` URI. Any thread; takes time in proportion to its length.
    package static func bytes(ofData uri: String) throws(Failure) -> [UInt8] {
        try bytes(ofData: uri, at: "the data: URI")
    }

    /// The bytes of a picture's base64, which some send as a `data:` URI. Any thread; takes time in
    /// proportion to its length.
    package static func bytes(ofBase64 text: String) throws(Failure) -> [UInt8] {
        let place = "\"b64\""
        let beginning = text.utf8.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }.prefix(5)
        if String(decoding: beginning, as: UTF8.self).lowercased() == "data:" {
            return try bytes(ofData: text, at: place)
        }
        return try Failure.reading { () throws(InputError) in
            try Base64.bytes(of: text.utf8Span.span, at: place)
        }
    }

    private static func bytes(
        ofData uri: String, at place: String
    ) throws(Failure) -> [UInt8] {
        let text = uri.utf8Span.span
        let comma = text.firstIndex(of: UInt8(ascii: ","), from: 0, to: text.count)
        guard comma < text.count else {
            throw Failure(
                .badRequest, "\(place) has no comma; it must read data:image/png;base64,…")
        }
        let head = uri.utf8.prefix(comma).reversed().drop { $0 == UInt8(ascii: " ") }.reversed()
        let isBase64 =
            String(decoding: head.suffix(";base64".count), as: UTF8.self).lowercased() == ";base64"
        let start = comma + 1
        let percent = text.firstIndex(of: UInt8(ascii: "%"), from: start, to: text.count)
        return try Failure.reading { () throws(InputError) in
            if isBase64, percent == text.count {
                return try Base64.bytes(of: text, from: start, at: place)
            }
            let content = percentDecoded(uri.utf8.dropFirst(start))
            guard isBase64 else { return content }
            return try Base64.bytes(
                of: content.span, at: place,
                position: { start + encodedCount(of: $0, in: uri.utf8.dropFirst(start)) })
        }
    }

    /// The number of bytes that so many decoded ones were encoded in.
    private static func encodedCount(of count: Int, in text: Substring.UTF8View) -> Int {
        let bytes = Array(text)
        var read = 0
        for _ in 0..<count { read += PercentEncoding.escaped(bytes, at: read) == nil ? 1 : 3 }
        return read
    }

    /// A `%` without two hexadecimal digits after it is kept, as in browsers.
    private static func percentDecoded(_ text: Substring.UTF8View) -> [UInt8] {
        var bytes = Array(text)
        guard let first = bytes.firstIndex(of: UInt8(ascii: "%")) else { return bytes }
        var (read, written) = (first, first)
        while read < bytes.count {
            if let byte = PercentEncoding.escaped(bytes, at: read) {
                bytes[written] = byte
                read += 3
            } else {
                bytes[written] = bytes[read]
                read += 1
            }
            written += 1
        }
        bytes.removeSubrange(written...)
        return bytes
    }
}

extension PictureURI {
    /// Whether a command's argument is a URI and not a file's path.
    package static func isURI(_ argument: String) -> Bool {
        argument.contains("://") || argument.prefix(5).lowercased() == "data:"
    }
}
