import EventLoop
import Testing

@testable import Runtime

/// Streamed answers.
@Suite(.timeLimit(.minutes(5))) struct LambdaStreamTests {
    private let type = "application/vnd.awslambda.http-integration-response"

    @Test(arguments: [nil, "nonce"])
    func `an answer leaves in pieces, and next after its end`(nonce: String?) throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(
            .event("1", fields: nonce.map { ["Lambda-Runtime-Invocation-Id: \($0)"] } ?? []))
        reply.beginStream(contentType: type, Array("{}".utf8) + [0, 0])
        try harness.turn { harness.stub.openHead != nil }
        let head = try #require(harness.stub.openHead)
        #expect(head.call == "POST /2018-06-01/runtime/invocation/1/response")
        #expect(head.field("lambda-runtime-function-response-mode") == "streaming")
        #expect(head.field("transfer-encoding") == "chunked")
        #expect(head.field("content-length") == nil && head.field("expect") == nil)
        #expect(head.field("content-type") == type)
        #expect(
            head.field("trailer")
                == "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
        #expect(head.field("lambda-runtime-invocation-id") == nonce)
        for piece in ["one ", "two ", "three"] {
            reply.send(Array(piece.utf8))
            try harness.quiesce()
        }
        for _ in 0..<3 { try harness.pass(.seconds(600)) }
        #expect(harness.stub.nextCount == 1 && harness.stub.requests.isEmpty)
        reply.endStream(nil)
        try harness.turn { harness.stub.waitingCount == 1 }
        let answer = try #require(harness.stub.answers(to: "1").first)
        #expect(answer.body == Array("{}\0\0one two three".utf8) && answer.trailers.isEmpty)
        #expect(harness.receiver.notices.isEmpty)
    }

    @Test func `a failure in mid-stream is reported after the last piece`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        let report = ErrorReport(type: "Function.FetchFailed", message: "a\r\n\"b\" ä")
        reply.beginStream(contentType: type, [])
        reply.send([1, 2])
        reply.endStream(report)
        reply.endStream(nil)
        reply.send([3])
        try harness.turn { harness.stub.waitingCount == 1 }
        let answer = try #require(harness.stub.answers(to: "1").first)
        #expect(answer.body == [1, 2])
        #expect(answer.trailer("lambda-runtime-function-error-type") == "Function.FetchFailed")
        #expect(
            answer.trailer("lambda-runtime-function-error-body")
                == "eyJlcnJvck1lc3NhZ2UiOiJhXHJcblwiYlwiIMOkIiwiZXJyb3JUeXBlIjoiRnVuY3Rpb24uRmV0Y2hGYWls"
                + "ZWQiLCJzdGFja1RyYWNlIjpbXX0=")
        #expect(harness.receiver.notices.isEmpty && harness.stub.requests.count == 1)
    }

    @Test func `the longest failure fits after a stream`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        reply.beginStream(contentType: type, [1])
        reply.endStream(
            ErrorReport(
                type: "Function.Bad", message: String(repeating: "\"\u{1}€", count: 50_000)))
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.receiver.notices.isEmpty && harness.stub.requests[0].trailers.count == 2)
    }

    @Test func `a stream that is taken slowly is congested until there is room`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        var resumed = 0
        reply.resumed = { resumed += 1 }
        reply.abandoned = { Issue.record("it is wanted") }
        harness.stub.isReading = false
        let piece = [UInt8](repeating: 7, count: 64 << 10)
        reply.beginStream(contentType: type, piece)
        var sent = 1
        // Send until the kernel's buffers are full, too: otherwise they would end the congestion
        // early.
        repeat {
            try harness.turn {
                if !reply.isCongested {
                    reply.send(piece)
                    sent += 1
                }
                return reply.isCongested && sent > 4
            }
            try harness.quiesce()
        } while !reply.isCongested
        let before = sent
        #expect(resumed <= before)
        resumed = 0
        harness.stub.isReading = true
        try harness.turn { resumed > 0 }
        #expect(!reply.isCongested)
        reply.endStream(nil)
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.stub.requests[0].body.count == sent * piece.count)
    }

    @Test(arguments: [
        (400, LambdaNotice.answerRefused(requestID: "1", status: 400, detail: "")),
        (410, .answerTooLate(requestID: "1")), (413, .answerTooLarge(requestID: "1")),
    ])
    func `a stream that is refused on its way is abandoned`(
        status: Int, notice: LambdaNotice
    ) throws {
        let harness = try LambdaHarness()
        harness.stub.earlyAnswer = { _ in .response(status, then: .close) }
        try harness.start()
        let reply = try harness.event(.event("1"))
        var abandoned = 0
        reply.resumed = { Issue.record("nobody waits for it") }
        reply.abandoned = { abandoned += 1 }
        reply.beginStream(contentType: type, [1])
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(abandoned == 1 && harness.receiver.notices == [notice] && !reply.isCongested)
        reply.send([2])
        reply.endStream(ErrorReport(type: "Function.Late", message: ""))
        try harness.event(.event("2")).respond([], contentType: "a/b")
        try harness.turn { harness.stub.answers(to: "2").count == 1 }
        #expect(abandoned == 1 && harness.receiver.notices.count == 1)
        #expect(harness.receiver.losses.isEmpty)
    }

    @Test func `a sender without an abandonment callback is resumed`() throws {
        let harness = try LambdaHarness()
        harness.stub.earlyAnswer = { _ in ServedReply(bytes: [], then: .reset) }
        try harness.start()
        let reply = try harness.event(.event("1"))
        var resumed = 0
        reply.resumed = { resumed += 1 }
        reply.beginStream(contentType: type, [1])
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(resumed == 1 && harness.receiver.notices.count == 1)
        guard case .answerUndelivered("1", _)? = harness.receiver.notices.first else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
    }

    @Test func `a stop waits for a stream's end`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        reply.beginStream(contentType: type, [1])
        var isStopped = false
        harness.runtime.stop { isStopped = true }
        try harness.pass(.seconds(60))
        #expect(!isStopped)
        reply.endStream(nil)
        try harness.turn { isStopped }
        #expect(harness.stub.answers(to: "1").map(\.body) == [[1]])
    }

    @Test func `a close in the middle of a stream`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        reply.resumed = { Issue.record("it is closed") }
        reply.beginStream(contentType: type, [1])
        try harness.turn { harness.stub.openHead != nil }
        harness.runtime.close()
        reply.send([UInt8](repeating: 1, count: 1 << 20))
        reply.endStream(nil)
        try harness.turn { harness.stub.openCount == 0 }
        #expect(harness.stub.requests.isEmpty && harness.receiver.notices.isEmpty)
    }
}
