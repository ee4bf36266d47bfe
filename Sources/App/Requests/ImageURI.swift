// What a URI in a request may be, and the bytes inside a `data:` URI (RFC 2397).

internal import FoundationEssentials

/// A URI of an image, sorted by what has to be done about it.
enum ImageURI: Equatable {
    /// `http` or `https`: to be fetched.
    case remote(String)
    /// `data:` — the bytes are here.
    case inline(String)

    /// The longest URI that is fetched, in bytes; what servers commonly take.
    private static let longest = 8192

    /// Sorts a URI. Throws where its scheme is not served.
    init(_ uri: String) throws(Failure) {
        guard let colon = uri.firstIndex(of: ":") else { throw Self.notAbsolute(uri) }
        switch uri[..<colon].lowercased() {
        case "http", "https":
            guard uri.utf8.count <= Self.longest else {
                throw Failure(
                    .badRequest,
                    "the URI is \(uri.utf8.count) bytes long; at most \(Self.longest) are fetched")
            }
            self = .remote(uri)
        case "data":
            self = .inline(uri)
        case "file":
            throw Failure(
                .uriForbidden, "file: URIs are not allowed; send the image's bytes, or an http(s) URI")
        case let scheme where Self.isScheme(scheme):
            throw Failure(
                .badRequest,
                "the URI's scheme “\(scheme.prefix(20))” is not supported; http, https and data are")
        default:
            throw Self.notAbsolute(uri)
        }
    }

    private static func notAbsolute(_ uri: String) -> Failure {
        Failure(
            .badRequest,
            "“\(uri.prefix(60))” is no absolute URI; it must begin with https://, http:// or data:")
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

    /// The bytes of a `data:` URI. Any thread; work in proportion to its length.
    static func bytes(ofData uri: String) throws(Failure) -> [UInt8] {
        guard let comma = uri.firstIndex(of: ",") else {
            throw Failure(.badRequest, "the data: URI has no comma before its data")
        }
        let content = uri[uri.index(after: comma)...]
        if uri[..<comma].lowercased().hasSuffix(";base64") {
            return try Base64.bytes(of: percentDecoded(content), at: "the data: URI")
        }
        return percentDecoded(content)
    }

    private static func percentDecoded(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

/// Standard base64, padding optional (RFC 4648 §4).
enum Base64 {
    /// The bytes that a base64 text stands for; `place` names it in the error.
    static func bytes(of text: some Collection<UInt8>, at place: String) throws(Failure) -> [UInt8] {
        var padded = Data(text)
        // Foundation insists on padding; senders often leave it out.
        while padded.count % 4 != 0, padded.count % 4 != 1 { padded.append(UInt8(ascii: "=")) }
        guard let data = Data(base64Encoded: padded) else {
            throw Failure(.badRequest, "\(place) does not hold valid base64")
        }
        return [UInt8](data)
    }
}
