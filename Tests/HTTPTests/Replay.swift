// Replays a connection: takes bytes in pieces, and writes a readable transcript.
//
// It plays the server's part: it keeps bytes that were not consumed, shows them again followed by
// more, and answers each request with an empty 200. Consecutive content is joined, so that the
// transcript must not depend on how the input was split. Between two calls another connection uses
// the same `RequestHead`, as in the server. Every input ends at an inaccessible page.

import HTTP

/// Replays inputs and writes transcripts.
final class Replay {
    private let memory = GuardedMemory(capacity: 256 * 1024)
    private let limits: Limits
    private let date = HTTPDate(unixSeconds: 0)

    private var head = RequestHead()
    private var lines: [String] = []
    private var content: [UInt8] = []

    /// A replay of connections with these limits.
    init(limits: Limits = Limits()) { self.limits = limits }

    /// The transcript of `input`, split before each index of `cuts`.
    func transcript(of input: [UInt8], cuts: [Int] = []) -> [String] {
        lines = []
        content = []
        var connection = ServerProtocol(limits: limits)
        var rest: [UInt8] = []
        var start = 0
        for end in cuts + [input.count] {
            rest += input[start..<end]
            start = end
            guard receive(&rest, &connection) else { return lines }
            useHeadElsewhere()
        }
        flushContent()
        switch connection.endOfStream() {
        case .clean: lines.append("eof clean")
        case .truncated: lines.append("eof truncated")
        case .halfClosed: lines.append("eof half-closed")
        }
        return lines
    }

    /// Returns false once the connection is closed.
    private func receive(_ rest: inout [UInt8], _ connection: inout ServerProtocol) -> Bool {
        while true {
            let step = memory.withBytes(rest[...]) { span in
                let step = connection.receive(span, head: &head)
                record(step, span)
                return step
            }
            rest.removeFirst(step.consumed)
            switch step.event {
            case .needMore: return true
            case .head, .body: break
            case .paused: fatalError("paused without a request to answer")
            case .end:
                guard respond(.ok, &connection) == .nextRequest else {
                    lines.append("close")
                    return false
                }
            case .failed(let error):
                guard respond(error.status, &connection) == .close else {
                    fatalError("the connection goes on after \(error)")
                }
                return false
            }
        }
    }

    private func respond(
        _ status: Status, _ connection: inout ServerProtocol
    ) -> ServerProtocol.AfterResponse {
        var out: [UInt8] = []
        let response = ResponseHead(status: status)
        connection.beginResponse(response, body: .length(0), date: date, into: &out)
        return connection.finishResponse(into: &out)
    }

    private func record(_ step: ServerProtocol.Step, _ span: Span<UInt8>) {
        switch step.event {
        case .needMore, .paused: break
        case .head: recordHead(span)
        case .body(let range):
            precondition(range.upperBound == step.consumed, "content ends what was consumed")
            for index in range { content.append(span[index]) }
        case .end:
            flushContent()
            lines.append("end")
        case .failed(let error):
            flushContent()
            lines.append("error \(error.status.code) \(error)")
        }
    }

    private func recordHead(_ span: Span<UInt8>) {
        var line = "head \(head.method) \(text(head.target, span)) HTTP/1.\(head.minorVersion)"
        switch head.framing {
        case .none: break
        case .length(let count): line += ", length \(count)"
        case .chunked: line += ", chunked"
        }
        if head.persists { line += ", persists" }
        if head.expectsContinue { line += ", expects 100" }
        lines.append(line)
        if head.path != head.target { lines.append("  path \(text(head.path, span))") }
        if let query = head.query { lines.append("  query \(text(query, span))") }
        for index in 0..<head.fieldCount {
            let field = head.field(at: index)
            lines.append("  \(text(field.name, span)): \(text(field.value, span))")
        }
    }

    private func flushContent() {
        if !content.isEmpty { lines.append("body \(Notation.encode(content))") }
        content = []
    }

    private func text(_ range: ByteRange, _ span: Span<UInt8>) -> String {
        Notation.encode(range.range.map { span[$0] })
    }

    private func useHeadElsewhere() {
        var other = ServerProtocol(limits: Limits())
        let request = Array("PUT /other?q HTTP/1.0\r\nA: b\r\nC: d\r\nE: f\r\n\r\n".utf8)
        guard other.receive(request.span, head: &head).event == .head else {
            fatalError("the other connection's request is valid")
        }
    }
}
