// The request and the response of a transfer: values that may cross threads.

internal import Basics

/// Identifies one transfer of one pool; never reused.
package struct TransferID: Sendable, Hashable {
    let number: UInt64
}

/// One HTTP request to make.
package struct TransferRequest: Sendable {
    /// The request methods that transfers use.
    package enum Method: String, Sendable {
        case get = "GET", head = "HEAD", post = "POST", put = "PUT"
    }

    /// An absolute http or https URL.
    package var url: String
    package var method = Method.get
    /// Sent as they are, also to the targets of redirects, except `Authorization` and `Cookie`,
    /// which only the first host gets. A signed request (one with `Authorization` or an `X-Amz-…`
    /// header) follows no redirects: its signature and its token are for one host only.
    package var headers: [(name: String, value: String)] = []
    /// Sent with `post` and `put`.
    package var body: [UInt8]?
    /// The largest response body that is accepted, in bytes.
    package var byteCap = 20_000_000
    /// From the start of the name look-up to the end of the TLS handshake, for each hop; `nil`:
    /// libcurl's 5 minutes.
    package var connectTimeout: Duration? = .seconds(2)
    /// From `start` to the last byte, including the wait in the queue; `nil`: no limit.
    package var totalTimeout: Duration? = .seconds(10)
    /// From one byte of the answer to the next, and to the first; `nil`: no limit.
    package var stallTimeout: Duration?
    /// Redirects that are followed; 0: a redirect is the answer.
    package var maxRedirects = 3
    /// Whether plain http is an error, in the URL and in redirects.
    package var requiresTLS = false
    /// Whether a status other than 200 is an error. Followed redirects don't count.
    package var acceptOnly200 = true
    /// Whether the beginning of the body of another status comes with the error, for callers that
    /// can read it.
    package var keepsRefusal = false
    /// Makes libcurl sign the request.
    package var signing: TransferSigning?
    /// Whether `.`, `..` and `//` in the URL's path are sent as they are (CURLOPT_PATH_AS_IS(3)).
    package var keepsPath = false

    /// A GET of the URL with the defaults above.
    package init(url: String) { self.url = url }

    /// A request with a method, headers and a body, for callers that look at the status themselves.
    package init(
        _ method: Method, url: String, headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        acceptOnly200 = false
    }

    /// Whether it carries a signature or a token for one host only.
    var isSigned: Bool {
        if signing != nil { return true }
        return headers.contains { header in
            let name = header.name.lowercased()
            return name == "authorization" || name.hasPrefix("x-amz-")
        }
    }
}

/// Takes the body of a response as it arrives, if it is too large to be collected. Loop thread.
package protocol TransferSink: AnyObject {
    /// The head of a 200 has come; called before the first piece of its body.
    func begin(_ headers: TransferHeaders)
    /// Takes a piece of the body of a 200; `length` is its Content-Length, if any. False ends the
    /// transfer as `unwanted`. Called from inside libcurl: must not start or cancel transfers.
    func receive(_ bytes: Span<UInt8>, length: Int?) -> Bool
}

extension TransferSink {
    package func begin(_ headers: TransferHeaders) {}
}

/// One HTTP response; the last one if there were redirects.
package struct TransferResponse: Sendable {
    /// The status of the last response.
    package let status: Int
    /// Its fields.
    package let headers: TransferHeaders
    /// Its body; empty where a sink took it.
    package let body: [UInt8]
    /// The URL of the response; it may hold secrets, so it is not for logs.
    package let effectiveURL: String

    /// The host of the response, for sentences: without user information.
    package var host: String {
        do throws(TransferError) {
            return try TransferURL.host(of: effectiveURL)
        } catch {
            return "the host"
        }
    }

    /// The field Content-Type.
    package var contentType: String? { headers["content-type"] }
}

/// The header section of a response.
///
/// Kept as bytes and searched on demand, because most fields are never read.
package struct TransferHeaders: Sendable {
    private let section: [UInt8]

    /// Takes a header section: lines that end with LF or CR LF.
    init(_ section: [UInt8]) { self.section = section }

    /// The value of the first field of that name that is not empty, without the white space around
    /// it. Ignores case; an empty value counts as absent.
    package subscript(_ name: String) -> String? {
        var found: String?
        visit(name) { value in
            found = value
            return false
        }
        return found
    }

    /// The values of all fields of that name that are not empty, as `subscript` gives the first.
    package func values(of name: String) -> [String] {
        var found: [String] = []
        visit(name) { value in
            found.append(value)
            return true
        }
        return found
    }

    /// Visits those values, until one is enough.
    private func visit(_ name: String, _ visit: (String) -> Bool) {
        let (bytes, nameBytes) = (section.span, name.utf8Span.span)
        var start = 0
        while start < bytes.count {
            let end = bytes.firstIndex(of: 0x0A, from: start, to: bytes.count)
            if Self.isField(nameBytes, bytes.extracting(start..<end)) {
                let value = trimmed(start + nameBytes.count + 1..<end)
                if !value.isEmpty, !visit(String(decoding: section[value], as: UTF8.self)) {
                    return
                }
            }
            start = end + 1
        }
    }

    private static func isField(_ name: Span<UInt8>, _ line: Span<UInt8>) -> Bool {
        guard line.count > name.count, line[name.count] == 0x3A else { return false }
        return name.indices.allSatisfy { lowercase(name[$0]) == lowercase(line[$0]) }
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(section[start]) { start += 1 }
        while start < end, isSpace(section[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
