import EventLoop
import Testing

@testable import Runtime

/// Events and their answers when nothing fails.
@Suite(.timeLimit(.minutes(5))) struct LambdaRuntimeTests {
    @Test func `an event arrives with all its fields, and its answer leaves`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(
            .event(
                "8476a536-e9f4-11e8",
                fields: [
                    "LAMBDA-RUNTIME-DEADLINE-MS: 1542409706888",
                    "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-2:1:function:a",
                    "Lambda-Runtime-Trace-Id: Root=1-5bef4de7;Parent=9a9197af755a6419;Sampled=1",
                    "Lambda-Runtime-Client-Context: {\"custom\":{}}",
                    "Lambda-Runtime-Cognito-Identity: {\"cognitoIdentityId\":\"a\"}",
                    "Lambda-Runtime-Aws-Tenant-Id: blue", "Lambda-Runtime-Invocation-Id: nonce-1",
                ], body: Array(#"{"uri":"https://example.com/a.jpg"}"#.utf8)))
        let event = harness.receiver.events[0]
        #expect(event.requestID == "8476a536-e9f4-11e8")
        #expect(event.deadline == 1_542_409_706_888)
        #expect(event.functionARN == "arn:aws:lambda:us-east-2:1:function:a")
        #expect(event.traceID == "Root=1-5bef4de7;Parent=9a9197af755a6419;Sampled=1")
        #expect(event.clientContext == #"{"custom":{}}"#)
        #expect(event.cognitoIdentity == #"{"cognitoIdentityId":"a"}"#)
        #expect(event.tenantID == "blue")
        #expect(event.invocationID == "nonce-1")
        #expect(event.body == Array(#"{"uri":"https://example.com/a.jpg"}"#.utf8))

        try harness.quiesce()
        #expect(harness.stub.nextCount == 1, "the answer has not left")
        reply.respond(Array(#"{"a":1}"#.utf8), contentType: "application/json")
        try harness.turn { harness.stub.waitingCount == 1 }
        let answer = try #require(harness.stub.answers(to: "8476a536-e9f4-11e8").first)
        #expect(answer.text == #"{"a":1}"#)
        #expect(answer.field("content-type") == "application/json")
        #expect(answer.field("lambda-runtime-invocation-id") == "nonce-1")
        #expect(answer.field("lambda-runtime-function-response-mode") == nil)
        #expect(answer.field("user-agent") == "amphora/9.9")
        #expect(answer.field("expect") == nil)
        #expect(answer.field("lambda-runtime-function-xray-error-cause") == nil)
        #expect(harness.stub.lastNext?.field("user-agent") == "amphora/9.9")
        #expect(harness.stub.connectionCount == 1, "one connection for all")
        #expect(harness.receiver.notices.isEmpty && harness.receiver.losses.isEmpty)
    }

    @Test func `empty fields count as absent`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(
            .event(
                "1",
                fields: [
                    "Lambda-Runtime-Deadline-Ms: soon", "Lambda-Runtime-Invocation-Id:",
                    "Lambda-Runtime-Trace-Id: ", "Lambda-Runtime-Client-Context:",
                ], body: []))
        let event = harness.receiver.events[0]
        #expect(event.deadline == nil && event.functionARN == nil && event.traceID == nil)
        #expect(event.tenantID == nil && event.clientContext == nil && event.body.isEmpty)
        #expect(event.cognitoIdentity == nil && event.invocationID == nil)
        reply.respond([], contentType: "text/plain")
        try harness.turn { harness.stub.waitingCount == 1 }
        let answer = try #require(harness.stub.answers(to: "1").first)
        #expect(!answer.head.contains { $0.lowercased().contains("invocation-id") })
        #expect(answer.body.isEmpty && answer.field("content-length") == "0")
    }

    @Test func `a failure is reported`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1", fields: ["Lambda-Runtime-Invocation-Id: n"]))
        reply.fail(ErrorReport(type: "Function.BadRequest", message: "no \"uri\""))
        try harness.turn { harness.stub.waitingCount == 1 }
        let answer = try #require(harness.stub.answers(to: "1", "error").first)
        #expect(
            answer.text
                == #"{"errorMessage":"no \"uri\"","errorType":"Function.BadRequest","stackTrace":[]}"#
        )
        #expect(answer.field("content-type") == "application/json")
        #expect(answer.field("lambda-runtime-function-error-type") == "Function.BadRequest")
        #expect(answer.field("lambda-runtime-invocation-id") == "n")
        #expect(harness.stub.requests.count == 1)
    }

    @Test func `only the first answer counts`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let reply = try harness.event(.event("1"))
        reply.respond([1], contentType: "a/b")
        reply.respond([2], contentType: "a/b")
        reply.fail(ErrorReport(type: "Function.Late", message: ""))
        reply.beginStream(contentType: "a/b", [3])
        reply.send([4])
        reply.endStream(nil)
        try harness.turn { harness.stub.waitingCount == 1 }
        reply.fail(ErrorReport(type: "Function.Late", message: ""))
        try harness.quiesce()
        #expect(harness.stub.requests.map(\.body) == [[1]])
        #expect(!reply.isCongested)
    }

    @Test func `an answer within the call that brings the event`() throws {
        let harness = try LambdaHarness()
        harness.receiver.received = { $1.respond($0.body, contentType: "a/b") }
        for index in 0..<50 { harness.stub.deliver(.event("\(index)", body: [UInt8(index)])) }
        harness.runtime.start()
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.stub.requests.map(\.body) == (0..<50).map { [UInt8($0)] })
        #expect(harness.stub.connectionCount == 1)
    }

    @Test func `next waits as long as it takes`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        for _ in 0..<10 { try harness.pass(.seconds(3600)) }
        _ = try harness.event(.event("1"))
        #expect(harness.stub.nextCount == 1 && harness.receiver.notices.isEmpty)
    }

    @Test func `an answer is waited for as long as it takes`() throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in nil }
        try harness.start()
        try harness.event(.event("1")).respond([], contentType: "a/b")
        try harness.turn { harness.stub.requests.count == 1 }
        for _ in 0..<10 { try harness.pass(.seconds(3600)) }
        #expect(harness.stub.nextCount == 1 && harness.receiver.notices.isEmpty)
    }

    @Test func `large events and answers`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        let body = [UInt8](repeating: 0x20, count: 24_000_000)
        let reply = try harness.event(.event("1", body: body))
        #expect(harness.receiver.events[0].body == body)
        let answer = [UInt8](repeating: 0x41, count: LambdaLimits.bufferedAnswerBytes)
        reply.respond(answer, contentType: "text/plain")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.stub.requests[0].body == answer)
    }

    @Test(arguments: ["a/../b?c", "a b", "%2e%2e", "x#y", "ä"])
    func `any request id is answered in its place`(id: String) throws {
        let harness = try LambdaHarness()
        try harness.start()
        try harness.event(.event(id)).respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.receiver.events[0].requestID == id)
        let segment = InvocationID(requestID: id, nonce: nil).pathSegment
        #expect(harness.stub.answers(to: segment).count == 1)
        #expect(segment != id)
    }

    // MARK: Concurrent mode

    @Test func `in concurrent mode each loop waits for its own event`() throws {
        let harness = try LambdaHarness(concurrency: 4)
        try harness.start(asking: 4)
        #expect(harness.runtime.askingCount == 4 && harness.stub.connectionCount == 4)
        harness.stub.deliver(.event("0"), .event("1"), .event("2"), .event("3"))
        try harness.turn { harness.receiver.events.count == 4 }
        #expect(harness.runtime.askingCount == 0)
        let index = try #require(harness.receiver.events.firstIndex { $0.requestID == "2" })
        harness.receiver.replies[index].respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.stub.answers(to: "2").count == 1 && harness.stub.requests.count == 1)
        #expect(harness.runtime.askingCount == 1)
        for reply in harness.receiver.replies { reply.respond([], contentType: "a/b") }
        try harness.turn { harness.stub.waitingCount == 4 }
        #expect(harness.stub.requests.count == 4 && harness.stub.connectionCount == 4)
    }

    @Test func `two events of one request id are answered each for itself`() throws {
        let harness = try LambdaHarness(concurrency: 2)
        try harness.start(asking: 2)
        for nonce in ["first", "second"] {
            _ = try harness.event(
                .event("same", fields: ["Lambda-Runtime-Invocation-Id: \(nonce)"]))
        }
        for index in [1, 0] {
            let nonce = try #require(harness.receiver.events[index].invocationID)
            harness.receiver.replies[index].respond(Array(nonce.utf8), contentType: "a/b")
            try harness.turn { harness.stub.requests.count == 2 - index }
        }
        for answer in harness.stub.answers(to: "same") {
            #expect(answer.text == answer.field("lambda-runtime-invocation-id"))
        }
        #expect(harness.stub.answers(to: "same").map(\.text) == ["second", "first"])
    }

    @Test func `as many events are asked for as there is room`() throws {
        let harness = try LambdaHarness(concurrency: 8)
        var capacity = 3
        let receiver = harness.receiver
        var answered = 0
        receiver.room = { [unowned receiver, unowned runtime = harness.runtime] in
            receiver.events.count - answered + runtime.askingCount < capacity
        }
        try harness.start(asking: 3)
        let reply = try harness.event(.event("1"))
        try harness.quiesce()
        #expect(harness.runtime.askingCount == 2)
        capacity = 4
        harness.runtime.resume()
        #expect(harness.runtime.askingCount == 3)
        answered += 1
        reply.respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 4 }
        capacity = 0
        try harness.event(.event("2")).respond([], contentType: "a/b")
        answered += 1
        try harness.turn { harness.stub.requests.count == 2 }
        try harness.quiesce()
        #expect(harness.stub.waitingCount == 3, "an event that is asked for stays so")
    }

    @Test func `many loops, many events, each answered once`() throws {
        let harness = try LambdaHarness(concurrency: 32)
        var open: [(String, LambdaReply)] = []
        harness.receiver.received = { open.append(($0.requestID, $1)) }
        for index in 0..<500 { harness.stub.deliver(.event("id-\(index)")) }
        harness.runtime.start()
        try harness.turn {
            // Answers leave out of order.
            if open.count > 20 || harness.receiver.events.count == 500, !open.isEmpty {
                let (id, reply) = open.remove(at: open.count / 2)
                reply.respond(Array(id.utf8), contentType: "a/b")
            }
            return harness.stub.requests.count == 500
        }
        #expect(Set(harness.stub.requests.map(\.text)).count == 500)
        #expect(harness.stub.requests.allSatisfy { $0.call.hasSuffix("/\($0.text)/response") })
        #expect(harness.stub.connectionCount <= 32 && harness.receiver.notices.isEmpty)
    }
}
