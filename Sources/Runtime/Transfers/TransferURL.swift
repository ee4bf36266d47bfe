// Checks URLs and extracts hosts with libcurl's own parser, so that the checked host is the one
// that libcurl connects to.

internal import Basics
internal import CCurl

/// Reads URLs, curl_url_set(3).
enum TransferURL {
    /// The host of a URL that we made ourselves. It skips libcurl's parser, which takes a tenth of
    /// a small transfer's instructions; an invalid URL fails later, with a less precise error.
    static func hostForSentences(of url: String) throws(TransferError) -> String {
        try checkBytes(of: url)
        let bytes = url.utf8Span.span
        let (colon, slash) = (UInt8(ascii: ":"), UInt8(ascii: "/"))
        let start = bytes.firstIndex(of: colon, from: 0, to: bytes.count) + 3
        guard start <= bytes.count, bytes[start - 2] == slash, bytes[start - 1] == slash else {
            throw .badURL(reason: "it does not begin with http:// or https://")
        }
        let end = bytes.firstIndex(of: slash, from: start, to: bytes.count)
        // "[::1]:80"
        let bracket = bytes.firstIndex(of: UInt8(ascii: "]"), from: start, to: end)
        let port = bytes.firstIndex(of: colon, from: bracket == end ? start : bracket, to: end)
        return String(decoding: (start..<port).map { bytes[$0] }, as: UTF8.self)
    }

    private static func checkBytes(of url: String) throws(TransferError) {
        guard url.utf8.count <= TransferLimits.urlBytes else {
            throw .badURL(reason: "it is longer than \(TransferLimits.urlBytes) bytes")
        }
        // C would treat it as the end of the string and fetch another URL.
        let bytes = url.utf8Span.span
        guard bytes.firstIndex(of: 0, from: 0, to: bytes.count) == bytes.count else {
            throw .badURL(reason: "it holds a NUL byte")
        }
    }

    /// The host of a URL that can be fetched.
    static func host(of url: String) throws(TransferError) -> String {
        try checkBytes(of: url)
        guard let parts = unsafe curl_url() else { throw .internal(reason: "no memory") }
        defer { unsafe curl_url_cleanup(parts) }
        let result = unsafe curl_url_set(
            parts, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard result == CURLUE_OK else { throw error(result) }
        let scheme = unsafe part(CURLUPART_SCHEME, of: parts)?.lowercased() ?? ""
        guard scheme == "http" || scheme == "https" else {
            throw .unsupportedScheme(scheme, isRedirect: false)
        }
        // For "http:///path", libcurl would use the path as the host.
        let authority = url.split(separator: ":", maxSplits: 1).last ?? ""
        guard !authority.hasPrefix("///"), let host = unsafe part(CURLUPART_HOST, of: parts) else {
            throw .badURL(reason: "it names no host")
        }
        // libcurl would convert it by the process's locale, which is not set.
        guard host.utf8.allSatisfy({ $0 < 0x80 }) else {
            throw .badURL(reason: "its host is not in ASCII; write it in its xn-- form")
        }
        return host
    }

    private static func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(parts, part, &text, 0) == CURLUE_OK, let text = unsafe text else {
            return nil
        }
        defer { unsafe curl_free(text) }
        return unsafe String(cString: text)
    }

    private static func error(_ code: CURLUcode) -> TransferError {
        switch code {
        case CURLUE_BAD_SCHEME, CURLUE_UNSUPPORTED_SCHEME:
            return .badURL(reason: "it does not begin with http:// or https://")
        case CURLUE_BAD_HOSTNAME, CURLUE_NO_HOST, CURLUE_BAD_IPV6:
            return .badURL(reason: "it names no valid host")
        case CURLUE_BAD_PORT_NUMBER: return .badURL(reason: "its port is not valid")
        case CURLUE_BAD_SLASHES: return .badURL(reason: "two slashes must follow its scheme")
        case CURLUE_OUT_OF_MEMORY: return .internal(reason: "no memory")
        default: return .badURL(reason: "it is malformed, or holds spaces or control characters")
        }
    }
}
