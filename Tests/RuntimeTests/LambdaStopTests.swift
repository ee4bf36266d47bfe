import EventLoop
import Testing

@testable import Runtime

/// After the last event.
@Suite(.timeLimit(.minutes(5))) struct LambdaStopTests {
    @Test(arguments: [nil, 3]) func `a next that is in flight is cancelled`(concurrency: Int?)
        throws
    {
        let harness = try LambdaHarness(concurrency: concurrency)
        try harness.start(asking: concurrency ?? 1)
        var completions = 0
        harness.runtime.stop { completions += 1 }
        harness.runtime.stop { completions += 10 }
        #expect(completions == 0 && harness.runtime.askingCount == 0)
        try harness.turn { completions > 0 && harness.stub.openCount == 0 }
        harness.runtime.resume()
        try harness.quiesce()
        #expect(completions == 1 && harness.stub.nextCount == concurrency ?? 1)
        #expect(harness.receiver.losses.isEmpty && harness.receiver.notices.isEmpty)
    }

    @Test func `events in progress are still answered`() throws {
        let harness = try LambdaHarness(concurrency: 3)
        try harness.start(asking: 3)
        #expect(harness.runtime.unansweredCount == 0)
        let reply = try harness.event(.event("1"))
        #expect(harness.runtime.unansweredCount == 1)
        var isStopped = false
        harness.runtime.stop { isStopped = true }
        try harness.turn { harness.stub.waitingCount == 0 }
        try harness.pass(.seconds(10))
        #expect(!isStopped && harness.runtime.unansweredCount == 1)
        reply.respond([1], contentType: "a/b")
        #expect(!isStopped && harness.runtime.unansweredCount == 1)
        try harness.turn { isStopped }
        #expect(harness.runtime.unansweredCount == 0)
        #expect(harness.stub.answers(to: "1").count == 1 && harness.stub.nextCount == 3)
    }

    @Test func `a stop in a pause, without room, and before the start`() throws {
        let pausing = try LambdaHarness(concurrency: 1)
        pausing.stub.deliver(.response(500))
        pausing.runtime.start()
        try pausing.turn { pausing.receiver.notices.count == 1 }
        let full = try LambdaHarness()
        full.receiver.room = { false }
        full.runtime.start()
        let fresh = try LambdaHarness()
        let registering = try LambdaHarness(register: nil)
        registering.runtime.registerExtension()
        registering.runtime.start()
        for harness in [pausing, full, fresh, registering] {
            var isStopped = false
            harness.runtime.stop { isStopped = true }
            try harness.turn { isStopped }
            harness.runtime.start()
            try harness.pass(.seconds(10))
            #expect(harness.runtime.askingCount == 0 && harness.receiver.losses.isEmpty)
        }
        #expect(full.stub.nextCount == 0 && registering.stub.nextCount == 0)
    }

    @Test func `a stop while the Runtime API breaks is no loss`() throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in .response(500) }
        try harness.start()
        let reply = try harness.event(.event("1"))
        var isStopped = false
        harness.runtime.stop { isStopped = true }
        reply.respond([], contentType: "a/b")
        try harness.turn { isStopped }
        #expect(harness.receiver.losses.isEmpty)
    }

    @Test func `after a loss a stop is complete`() throws {
        let harness = try LambdaHarness()
        harness.stub.deliver(.response(500))
        harness.runtime.start()
        try harness.turn { harness.receiver.losses.count == 1 }
        var isStopped = false
        harness.runtime.stop { isStopped = true }
        try harness.turn { isStopped }
    }

    @Test func `once closed it calls nobody, and a late answer goes nowhere`() throws {
        let harness = try LambdaHarness(concurrency: 3)
        try harness.start(asking: 3)
        let reply = try harness.event(.event("1"))
        let unanswered = try harness.event(.event("2"))
        reply.respond([], contentType: "a/b")
        harness.runtime.stop { Issue.record("it is closed") }
        harness.runtime.close()
        unanswered.respond([], contentType: "a/b")
        unanswered.beginStream(contentType: "a/b", [])
        harness.runtime.resume()
        try harness.turn { harness.stub.openCount == 0 }
        try harness.pass(.seconds(10))
        #expect(harness.stub.requests.count <= 1 && harness.receiver.notices.isEmpty)
        #expect(harness.receiver.losses.isEmpty && harness.runtime.askingCount == 0)
    }

    @Test func `closed by the receiver of its loss`() throws {
        let harness = try LambdaHarness()
        harness.receiver.onLoss = { harness.runtime.close() }
        harness.stub.deliver(.response(500))
        harness.runtime.start()
        try harness.turn { harness.receiver.losses.count == 1 }
        try harness.turn { harness.stub.openCount == 0 }
        harness.receiver.onLoss = {}
    }

    @Test func `nothing is left of it`() throws {
        weak var runtime: LambdaRuntime?
        weak var receiver: RecordingReceiver?
        do {
            let harness = try LambdaHarness(concurrency: 2)
            runtime = harness.runtime
            receiver = harness.receiver
            // A receiver that owns the runtime does this.
            harness.receiver.room = { [runtime = harness.runtime] in runtime.askingCount < 3 }
            harness.runtime.registerExtension()
            harness.receiver.received = { $1.respond([], contentType: "a/b") }
            try harness.start(asking: 2)
            harness.stub.deliver(.event("1"), .response(500))
            try harness.turn { harness.stub.requests.count >= 2 }
            harness.close()
        }
        #expect(runtime == nil && receiver == nil)
    }
}
