// A response as bytes (RFC 9112 §4–§7).
//
// It appends head and chunk framing to the caller's buffer; content does not pass through it, so it
// need not be copied. Once that buffer has grown, a response costs no allocation.
// A field value cannot end its line: an invalid byte becomes a space, so untrusted input echoed in
// a field cannot split the response.

/// The encoder of one response.
struct ResponseEncoder: Sendable {
    /// The properties of the answered request that the encoder needs.
    struct Context {
        let isHead: Bool
        let minorVersion: Int
        let persists: Bool
    }

    private enum Framing: UInt8 { case known, chunked, untilClose }

    private var framing = Framing.known

    /// Whether no content may follow the head, even if its fields announce some.
    private(set) var omitsBody = false

    /// Whether only the end of the connection ends the content.
    var endsWithConnection: Bool { framing == .untilClose && !omitsBody }

    /// Creates an encoder.
    init() {}

    /// Appends the status line and all field lines.
    mutating func begin(
        _ response: ResponseHead, body: ResponseBody, date: HTTPDate, context: Context,
        into out: inout [UInt8]
    ) {
        framing = .known
        if body == .streamed { framing = context.minorVersion == 1 ? .chunked : .untilClose }
        omitsBody = context.isHead || response.status.forbidsContent

        out.append("HTTP/1.1 ")
        out.append(number: response.status.code)
        out.append(Byte.space)
        out.append(response.status.reason)
        out.append("\r\nDate: ")
        unsafe date.bytes.span.withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
        if let contentType = response.contentType {
            out.append("\r\nContent-Type: ")
            out.append(contentType)
        }
        for field in response.fields { ResponseEncoder.append(field, to: &out) }
        // RFC 9110 §8.6: a 1xx or 204 has no Content-Length; in a 304 it would have to be the
        // length of content that was never computed.
        if !response.status.forbidsContent { appendFraming(body, to: &out) }
        if !context.persists || endsWithConnection {
            out.append("\r\nConnection: close")
        } else if context.minorVersion == 0 {
            out.append("\r\nConnection: keep-alive")
        }
        out.append("\r\n\r\n")
    }

    /// Appends the framing before a chunk of content.
    func beginChunk(_ count: Int, into out: inout [UInt8]) {
        precondition(count > 0, "an empty chunk would end the body")
        guard framing == .chunked, !omitsBody else { return }
        out.append(hexadecimal: count)
        out.append("\r\n")
    }

    /// Appends the framing after a chunk of content.
    func endChunk(into out: inout [UInt8]) {
        if framing == .chunked, !omitsBody { out.append("\r\n") }
    }

    /// Appends the last chunk.
    func finish(into out: inout [UInt8]) {
        if framing == .chunked, !omitsBody { out.append("0\r\n\r\n") }
    }

    private func appendFraming(_ body: ResponseBody, to out: inout [UInt8]) {
        if case .length(let count) = body {
            out.append("\r\nContent-Length: ")
            out.append(number: count)
        } else if framing == .chunked {
            out.append("\r\nTransfer-Encoding: chunked")
        }
    }

    private static func append(_ field: ResponseField, to out: inout [UInt8]) {
        out.append("\r\n")
        out.append(field.name)
        out.append(": ")
        let start = out.count
        out.append(contentsOf: field.value.utf8)
        for index in start..<out.count where !out[index].isFieldText { out[index] = Byte.space }
    }
}
