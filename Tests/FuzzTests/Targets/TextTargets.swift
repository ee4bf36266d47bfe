// `json` and `http`: the parsers of untrusted requests. The bytes are the text.

import Basics
import HTTP

@testable import Inference

extension FuzzTarget {
    /// Reads a document.
    static let json = FuzzTarget(name: "json") { bytes throws(Violation) in
        let refusal: InputError
        do throws(InputError) {
            _ = try JSONValue(reading: bytes, maxValues: 1000)
            return
        } catch {
            refusal = error
        }
        try requireReadable(refusal.reason)
    }

    /// Reads the requests of a connection, at once and byte by byte: the results must be equal.
    static let http = FuzzTarget(name: "http") { bytes throws(Violation) in
        let whole = transcript(of: bytes, piece: bytes.count)
        let cut = transcript(of: bytes, piece: 1)
        try require(whole == cut, "at once \(whole), byte by byte \(cut)")
    }

    /// The events of a connection. Each request is answered where it ends.
    private static func transcript(of bytes: [UInt8], piece: Int) -> [String] {
        var connection = ServerProtocol(limits: Limits())
        var head = RequestHead()
        var events: [String] = []
        var body = 0
        var waiting: [UInt8] = []
        var rest = bytes[...]
        while true {
            let step = connection.receive(waiting.span, head: &head)
            switch step.event {
            case .head: events.append("\(head.method) \(head.framing) \(head.target.count)")
            case .body(let range): body += range.count
            case .failed(let error): return events + ["\(body) \(error)"]
            case .end: events.append("\(body) bytes")
            default: break
            }
            waiting.removeFirst(step.consumed)
            switch step.event {
            case .paused:
                var answer: [UInt8] = []
                connection.beginResponse(
                    ResponseHead(status: .ok), body: .length(0), date: HTTPDate(unixSeconds: 0),
                    into: &answer)
                guard connection.finishResponse(into: &answer) == .nextRequest else {
                    return events
                }
            case .needMore:
                guard !rest.isEmpty else { return events + ["\(body) \(connection.endOfStream())"] }
                waiting += rest.prefix(piece)
                rest = rest.dropFirst(piece)
            default: break
            }
        }
    }
}
