// A request head as bytes, so that a request that came as an event is read by the one parser and
// goes through the one router.
//
// Whatever the parts hold, the head stays one: no method, path, query, name or value can end its
// line. What the parser would refuse over a connection it refuses here; nothing is repaired but
// paths and queries, which platforms decode.

internal import Basics
internal import HTTP
internal import Runtime

/// Writes the head of one request.
struct RequestHeadText {
    /// Fields that concern the client's connection, which ended at the platform (RFC 9110 §7.6.1),
    /// and those of framing, which are about bytes that did not come.
    private static let connectionFields: Set<String> = [
        "connection", "content-length", "expect", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// The head so far.
    private(set) var bytes: [UInt8]
    private var hasHost = false

    /// Begins with the request line; `query` is encoded already.
    init(method: String, path: String, query: [UInt8]) {
        bytes = []
        bytes.reserveCapacity(1024)
        Self.append(method, endingAt: [UInt8(ascii: " ")], to: &bytes)
        bytes.append(UInt8(ascii: " "))
        // A path that does not begin with "/" would make another form of target (RFC 9112 §3.2).
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

    /// Ends the head of a request whose body has so many bytes.
    mutating func end(bodyCount: Int) {
        if !hasHost { bytes += "host: lambda\r\n".utf8 }
        bytes += "content-length: \(bodyCount)\r\n\r\n".utf8
    }

    /// A byte that would end the part becomes NUL, which the parser refuses in every part.
    private static func append(_ text: String, endingAt ends: [UInt8], to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            let endsPart = byte == 0x0D || byte == 0x0A || ends.contains(byte)
            bytes.append(endsPart ? 0 : byte)
        }
    }
}
