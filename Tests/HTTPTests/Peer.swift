// A connection for tests: text in, events out.

import HTTP

/// One connection with its own head. It is a class, so that expectations can call it.
final class Peer {
    private var connection: ServerProtocol
    private(set) var head = RequestHead()
    /// Bytes not consumed by the last call of `receive`.
    private(set) var rest: [UInt8] = []
    /// All bytes written so far.
    private(set) var out: [UInt8] = []

    /// A connection that has read as much of `input` as it can without an answer.
    init(_ input: String = "", limits: Limits = Limits()) {
        connection = ServerProtocol(limits: limits)
        guard !input.isEmpty else { return }
        rest = Array(input.utf8)
        while true {
            switch receive("") {
            case .needMore, .paused, .failed: return
            case .head, .body, .end: continue
            }
        }
    }

    var phase: ServerProtocol.Phase { connection.phase }
    var isIdle: Bool { connection.isIdle }
    var bodyRemaining: Int? { connection.bodyRemaining }
    var omitsBody: Bool { connection.omitsBody }
    /// All bytes written so far, as text.
    var text: String { String(decoding: out, as: UTF8.self) }

    /// Shows the bytes that were not consumed, followed by `text`.
    func receive(_ text: String) -> ServerProtocol.Event {
        rest += Array(text.utf8)
        let step = connection.receive(rest.span, head: &head)
        rest.removeFirst(step.consumed)
        return step.event
    }

    func receivedBody(_ count: Int) -> Bool { connection.receivedBody(count) }
    func endOfStream() -> ServerProtocol.EndOfStream { connection.endOfStream() }
    func closeAfterResponse() { connection.closeAfterResponse() }

    func begin(_ response: ResponseHead, _ body: ResponseBody) {
        let date = HTTPDate(unixSeconds: 784_111_777)
        connection.beginResponse(response, body: body, date: date, into: &out)
    }

    /// Writes `content` as one chunk, unless the response has no content.
    func chunk(_ content: String) {
        connection.beginChunk(content.utf8.count, into: &out)
        if !connection.omitsBody { out += Array(content.utf8) }
        connection.endChunk(into: &out)
    }

    func finish() -> ServerProtocol.AfterResponse { connection.finishResponse(into: &out) }

    /// Answers with an empty 200, and discards what was written.
    func respond() -> ServerProtocol.AfterResponse {
        begin(ResponseHead(status: .ok), .length(0))
        let after = finish()
        out = []
        return after
    }
}
