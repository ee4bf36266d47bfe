// Writes a request head as bytes, so that a request from an event goes through the same parser and
// router as one from a connection.
//
// No method, path, query, name or value can end its line and so inject another one. The parser
// refuses what it would refuse over a connection. Only paths and queries are repaired
// (percent-encoded again), because platforms decode them.

internal import Basics
internal import HTTP
internal import Runtime

/// Writes the head of one request.
struct RequestHeadText {
    /// Fields about the client's connection, which ended at the platform (RFC 9110 §7.6.1), and
    /// about framing, which does not apply to the event's body.
    private static let connectionFields: Set<String> = [
        "connection", "content-length", "expect", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// The head so far.
    private(set) var bytes: [UInt8]
    private var hasHost = false

    /// Begins with the request line; `query` must be percent-encoded.
    init(method: String, path: String, query: [UInt8]) {
        bytes = []
        bytes.reserveCapacity(1024)
        Self.append(method, endingAt: [UInt8(ascii: " ")], to: &bytes)
        bytes.append(UInt8(ascii: " "))
        // Without a leading "/" it would be another form of request target (RFC 9112 §3.2).
        if path.utf8.first != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
        bytes += PercentEncoding.path(path)
        if !query.isEmpty {
            bytes.append(UInt8(ascii: "?"))
            bytes += query
        }
        bytes += " HTTP/1.1\r\n".utf8
    }

    /// Adds a field line.
    mutating func add(_ name: String, _ value: String) {
        let lowercased = name.lowercased()
        guard !Self.connectionFields.contains(lowercased), !lowercased.hasPrefix("proxy-") else {
            return
        }
        if lowercased == "host" { hasHost = true }
        Self.append(name, endingAt: [UInt8(ascii: ":")], to: &bytes)
        bytes += ": ".utf8
        Self.append(value, endingAt: [], to: &bytes)
        bytes += "\r\n".utf8
    }

    /// Ends the head; `bodyCount` is the size of the body in bytes.
    mutating func end(bodyCount: Int) {
        if !hasHost { bytes += "host: lambda\r\n".utf8 }
        bytes += "content-length: \(bodyCount)\r\n\r\n".utf8
    }

    /// Replaces a byte that would end the part by NUL, which the parser refuses in every part.
    private static func append(_ text: String, endingAt ends: [UInt8], to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            let endsPart = byte == 0x0D || byte == 0x0A || ends.contains(byte)
            bytes.append(endsPart ? 0 : byte)
        }
    }
}
