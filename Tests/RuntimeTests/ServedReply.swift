// What the scripted server of the transfer tests receives and sends.

/// A request as it arrived.
struct ServedRequest: Sendable {
    /// Request line and header lines.
    let head: [String]
    let body: [UInt8]
    /// Counts the connections of the server from 0.
    let connection: Int
    /// Counts the requests of the connection from 0.
    let index: Int

    /// The request target.
    var target: String { String(head[0].split(separator: " ")[1]) }

    /// The value of a field, as it arrived.
    func field(_ name: String) -> String? {
        for line in head.dropFirst() where line.lowercased().hasPrefix(name.lowercased() + ":") {
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        return nil
    }
}

/// How the server reacts to a request.
struct ServedReply: Sendable {
    enum Then: Sendable { case keep, close, reset, hold }

    var bytes: [UInt8]
    var then: Then

    /// Sends exactly these bytes.
    static func raw(_ text: String, then: Then = .close) -> ServedReply {
        ServedReply(bytes: Array(text.utf8), then: then)
    }

    /// Sends a well-formed response.
    static func response(
        _ status: Int = 200, fields: [String] = [], body: [UInt8] = [], then: Then = .keep
    ) -> ServedReply {
        let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.count)"] + fields
        return ServedReply(
            bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body, then: then)
    }

    /// Sends a redirect.
    static func redirect(to location: String, _ status: Int = 302) -> ServedReply {
        response(status, fields: ["Location: \(location)"])
    }

    /// Never answers.
    static let silence = ServedReply(bytes: [], then: .hold)
}
