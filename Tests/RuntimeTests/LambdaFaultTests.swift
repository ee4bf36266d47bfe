import EventLoop
import Testing

@testable import Runtime

/// A Runtime API that fails, and answers that it refuses.
@Suite(.timeLimit(.minutes(5))) struct LambdaFaultTests {
    private static let broken: [ServedReply] = [
        .response(500, body: Array("{}".utf8)), .response(403), .response(204), .response(302),
        .redirect(to: "/2018-06-01/runtime/invocation/next"),
        ServedReply(bytes: [], then: .close), ServedReply(bytes: [], then: .reset),
        .raw("HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\nContent-Length: 9\r\n\r\n{"),
        .raw("HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n{", then: .hold),
        .raw("SSH-2.0\r\n"),
    ]

    // MARK: next

    @Test(arguments: broken.indices)
    func `a next that fails ends sequential mode`(index: Int) throws {
        let harness = try LambdaHarness()
        harness.stub.deliver(Self.broken[index])
        harness.runtime.start()
        try harness.turn { !harness.receiver.losses.isEmpty }
        try harness.pass(.seconds(10))
        #expect(harness.receiver.losses.count == 1 && harness.stub.nextCount == 1)
        #expect(harness.receiver.events.isEmpty && harness.receiver.notices.isEmpty)
        #expect(harness.receiver.losses[0].contains("127.0.0.1"))
    }

    @Test(arguments: ["127.0.0.1:1", "nowhere", "", "a b:1", "127.0.0.1:99999", "/"])
    func `an address without a listener ends it at once`(address: String) throws {
        let harness = try LambdaHarness(address: address)
        harness.runtime.start()
        try harness.turn { !harness.receiver.losses.isEmpty }
        #expect(harness.receiver.losses.count == 1)
    }

    @Test func `a connection that takes long to be made is waited for`() throws {
        let listener = try FullListener()
        let harness = try LambdaHarness(address: "127.0.0.1:\(listener.port)")
        harness.runtime.start()
        for _ in 0..<10 { try harness.pass(.seconds(10)) }
        #expect(harness.runtime.askingCount == 1 && harness.receiver.losses.isEmpty)
    }

    @Test(arguments: broken.indices)
    func `in concurrent mode next is tried again`(index: Int) throws {
        let harness = try LambdaHarness(concurrency: 1)
        for _ in 0..<4 { harness.stub.deliver(Self.broken[index]) }
        harness.stub.deliver(.event("1"))
        harness.runtime.start()
        for count in 1...3 {
            try harness.turn { harness.receiver.notices.count == count }
            try harness.pass(.milliseconds(50 << (count - 1)))
            #expect(harness.stub.nextCount == count, "too early")
            try harness.pass(.milliseconds(50 << (count - 1)))
            try harness.turn { harness.stub.nextCount == count + 1 }
        }
        try harness.turn { harness.receiver.events.count == 1 }
        #expect(harness.receiver.losses.isEmpty)
        guard case .nextFailed(_, .milliseconds(800)) = harness.receiver.notices[3] else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
    }

    @Test func `one loop's end does not stop the others, the last one's does`() throws {
        let harness = try LambdaHarness(concurrency: 2)
        try harness.start(asking: 2)
        let reply = try harness.event(.event("1"))
        let fail = {
            for _ in 0..<5 {
                harness.stub.deliver(.response(500))
                try harness.quiesce()
                try harness.pass(.seconds(1))
            }
        }
        try fail()
        #expect(harness.receiver.losses.isEmpty)
        #expect(
            harness.receiver.notices.last
                == .loopFailed(
                    reason: "127.0.0.1 answered with status 500 instead of 200", remaining: 1))
        reply.respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.stub.answers(to: "1").count == 1)
        try fail()
        #expect(
            harness.receiver.losses == ["127.0.0.1 answered with status 500 instead of 200"])
        #expect(harness.runtime.askingCount == 0)
    }

    @Test(arguments: [nil, 1])
    func `events without an id are passed over, but not for ever`(concurrency: Int?) throws {
        let harness = try LambdaHarness(concurrency: concurrency)
        let unusable: [ServedReply] = [
            .event(nil), .event(""), .event(String(repeating: "a", count: 2000)),
        ]
        for reply in unusable { harness.stub.deliver(reply) }
        harness.stub.deliver(.event("1"))
        harness.runtime.start()
        for count in 1...3 {
            try harness.turn { harness.receiver.notices.count == count }
            try harness.pass(.seconds(1))
        }
        try harness.turn { harness.receiver.events.count == 1 }
        #expect(harness.receiver.notices[0] == .eventWithoutID(retry: .milliseconds(100)))
        for _ in 0..<5 { harness.stub.deliver(.event(nil)) }
        harness.receiver.replies[0].respond([], contentType: "a/b")
        try harness.turn {
            harness.advance(by: .milliseconds(100))
            return !harness.receiver.losses.isEmpty
        }
        #expect(harness.receiver.events.count == 1 && harness.stub.nextCount == 9)
    }

    // MARK: Answers

    @Test(arguments: [
        (400, LambdaNotice.answerRefused(requestID: "1", status: 400, detail: "{why}")),
        (403, .answerRefused(requestID: "1", status: 403, detail: "{why}")),
        (410, .answerTooLate(requestID: "1")), (413, .answerTooLarge(requestID: "1")),
        (404, .answerRefused(requestID: "1", status: 404, detail: "{why}")),
    ])
    func `an answer that is not taken is noticed, and no more`(
        status: Int, notice: LambdaNotice
    ) throws {
        for concurrency in [nil, 1] {
            for isError in [false, true] {
                let harness = try LambdaHarness(concurrency: concurrency)
                harness.stub.answer = { _ in .response(status, body: Array("{w\nhy}\u{1}".utf8)) }
                try harness.start()
                let reply = try harness.event(.event("1"))
                if isError {
                    reply.fail(ErrorReport(type: "Function.BadRequest", message: ""))
                } else {
                    reply.respond([], contentType: "a/b")
                }
                try harness.turn { harness.stub.waitingCount == 1 }
                #expect(harness.receiver.notices == [notice])
                #expect(harness.stub.requests.count == 1, "nothing is posted besides")
                #expect(harness.receiver.losses.isEmpty)
            }
        }
    }

    @Test func `a container error ends sequential mode`() throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in .response(500) }
        try harness.start()
        try harness.event(.event("1")).respond([], contentType: "a/b")
        try harness.turn { !harness.receiver.losses.isEmpty }
        try harness.pass(.seconds(5))
        #expect(harness.stub.nextCount == 1 && harness.receiver.losses.count == 1)
        #expect(harness.receiver.losses[0].contains("container error"))
    }

    @Test func `in concurrent mode a container error is waited out`() throws {
        let harness = try LambdaHarness(concurrency: 1)
        harness.stub.answer = { _ in .response(500) }
        try harness.start()
        for count in 1...5 {
            try harness.event(.event("1")).respond([], contentType: "a/b")
            try harness.turn { harness.receiver.notices.count == count }
            if count == 5 { break }
            try harness.pass(.milliseconds(50 << (count - 1)))
            #expect(harness.stub.nextCount == count)
            try harness.pass(.milliseconds(50 << (count - 1)))
            try harness.turn { harness.stub.waitingCount == 1 }
        }
        #expect(harness.receiver.losses.count == 1)
    }

    @Test(arguments: [nil, 1])
    func `a POST without a response is reported`(concurrency: Int?) throws {
        let harness = try LambdaHarness(concurrency: concurrency)
        harness.stub.answer = { _ in ServedReply(bytes: [], then: .reset) }
        try harness.start()
        try harness.event(.event("1")).respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        guard case .answerUndelivered("1", let reason) = harness.receiver.notices.first else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
        #expect(reason.contains("127.0.0.1") && harness.receiver.losses.isEmpty)
    }

    @Test func `an answer that can't be sent is noticed`() throws {
        let harness = try LambdaHarness()
        try harness.start()
        try harness.event(.event("1")).respond([], contentType: "a/b\r\nX: y")
        try harness.turn { harness.stub.nextCount == 2 }
        #expect(harness.stub.requests.isEmpty && harness.receiver.notices.count == 1)
    }

    // MARK: Frozen and thawed

    /// A frozen process wakes up with dead connections, and gets no notice of it.
    @Test func `a connection that has died is replaced without a notice`() throws {
        let harness = try LambdaHarness()
        var deaths = 0
        harness.stub.answer = { request in
            if request.connection == 0 {
                deaths += 1
                return ServedReply(bytes: [], then: .reset)
            }
            return .response(202)
        }
        try harness.start()
        try harness.event(.event("1")).respond([7], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(deaths == 1 && harness.receiver.notices.isEmpty)
        #expect(harness.stub.answers(to: "1").map(\.body) == [[7], [7]])
        // The same for `next`: the second connection is reused, and dies.
        harness.stub.answer = { _ in .response(202) }
        harness.stub.deliver(.event("2"))
        try harness.turn { harness.receiver.events.count == 2 }
        harness.stub.deliver(ServedReply(bytes: [], then: .reset), .event("3"))
        harness.receiver.replies[1].respond([], contentType: "a/b")
        try harness.turn { harness.receiver.events.count == 3 }
        #expect(harness.receiver.notices.isEmpty && harness.receiver.losses.isEmpty)
    }
}
