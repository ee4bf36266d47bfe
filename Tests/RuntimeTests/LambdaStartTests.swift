import EventLoop
import Testing

@testable import Runtime

/// Before the first event: the extension, failures of the start, snapshots.
@Suite(.timeLimit(.minutes(5))) struct LambdaStartTests {
    static let register = "POST /2020-01-01/extension/register"
    static let wait = "GET /2020-01-01/extension/event/next"
    static let restore = "GET /2018-06-01/runtime/restore/next"

    // MARK: The extension

    private let registered = ServedReply.response(
        fields: ["Lambda-Extension-Identifier: id-7"], body: Array("{}".utf8))

    @Test func `the extension registers for no event, then waits on its own connection`() throws {
        let harness = try LambdaHarness(register: registered)
        harness.runtime.registerExtension()
        harness.runtime.registerExtension()
        try harness.start()
        try harness.turn { harness.stub.requests.count == 2 }
        let register = harness.stub.requests[0]
        #expect(register.call == Self.register && register.text == #"{"events":[]}"#)
        #expect(register.field("lambda-extension-name") == "amphora")
        #expect(register.field("content-type") == "application/json")
        let wait = harness.stub.requests[1]
        #expect(wait.call == Self.wait)
        #expect(wait.field("lambda-extension-identifier") == "id-7")
        for _ in 0..<3 { try harness.pass(.seconds(3600)) }
        try harness.event(.event("1")).respond([], contentType: "a/b")
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(harness.receiver.notices.isEmpty && harness.stub.connectionCount == 2)
    }

    @Test func `next waits for the registration, but no more than a second`() throws {
        let harness = try LambdaHarness(register: nil)
        harness.runtime.registerExtension()
        harness.runtime.resume()
        harness.runtime.start()
        harness.runtime.resume()
        try harness.turn { harness.stub.requests.count == 1 }
        try harness.pass(.milliseconds(500))
        #expect(harness.stub.nextCount == 0)
        try harness.pass(.milliseconds(500))
        try harness.turn { harness.stub.waitingCount == 1 }
        guard case .extensionNotRegistered(let reason)? = harness.receiver.notices.first else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
        #expect(reason.contains("within 1 s"))
    }

    @Test(arguments: [
        (ServedReply.response(403), "403"), (.response(500), "500"), (.response(200), "identifier"),
        (ServedReply(bytes: [], then: .reset), "127.0.0.1"),
    ])
    func `without the extension all goes on`(reply: ServedReply, why: String) throws {
        let harness = try LambdaHarness(register: reply)
        harness.runtime.registerExtension()
        try harness.start()
        guard case .extensionNotRegistered(let reason)? = harness.receiver.notices.first else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
        #expect(reason.contains(why))
        #expect(harness.stub.requests.count == 1)
    }

    @Test(arguments: [ServedReply.response(500), ServedReply(bytes: [], then: .close)])
    func `an extension that waits no more is noticed`(reply: ServedReply) throws {
        let harness = try LambdaHarness()
        let registered = registered
        harness.stub.answer = { $0.call == Self.register ? registered : reply }
        harness.runtime.registerExtension()
        try harness.start()
        try harness.turn { harness.receiver.notices.count == 1 }
        guard case .extensionEnded = harness.receiver.notices[0] else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
        #expect(harness.receiver.notices[0].level == .debug && harness.stub.waitingCount == 1)
    }

    // MARK: Failures of the start

    private let report = ErrorReport(type: "Runtime.InitError", message: "no model")

    @Test(arguments: [202, 403, 500])
    func `a failed init is reported, whatever the answer`(status: Int) throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in .response(status) }
        var completions = 0
        harness.runtime.reportInitFailure(report) { completions += 1 }
        #expect(completions == 0)
        try harness.turn { completions == 1 }
        let request = try #require(harness.stub.requests.first)
        #expect(request.call == "POST /2018-06-01/runtime/init/error")
        #expect(request.field("lambda-runtime-function-error-type") == "Runtime.InitError")
        #expect(request.field("content-type") == "application/json")
        #expect(request.body == report.runtimeBody)
        #expect(harness.receiver.notices.isEmpty)
    }

    @Test func `the report of a failed init takes two seconds at most`() throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in nil }
        var completions = 0
        harness.runtime.reportInitFailure(report) { completions += 1 }
        try harness.turn { harness.stub.requests.count == 1 }
        try harness.pass(.milliseconds(1500))
        #expect(completions == 0)
        try harness.pass(.milliseconds(500))
        #expect(completions == 1)
        guard case .failureNotReported? = harness.receiver.notices.first else {
            Issue.record("\(harness.receiver.notices)")
            return
        }
    }

    @Test func `the report of a failed init completes though nothing listens`() throws {
        let harness = try LambdaHarness()
        harness.stub.stopListening()
        var completions = 0
        harness.runtime.reportInitFailure(report) { completions += 1 }
        try harness.turn { completions == 1 }
    }

    // MARK: Snapshots

    @Test func `after the restore events are asked for`() throws {
        let harness = try LambdaHarness(register: registered)
        var restored: Result<Void, TransferError>?
        harness.runtime.registerExtension()
        harness.runtime.awaitRestore {
            restored = $0
            harness.runtime.start()
        }
        try harness.turn { harness.stub.requests.count == 3 }
        #expect(harness.stub.requests.first?.call == Self.register)
        #expect(harness.stub.requests(Self.restore).count == 1)
        // The snapshot may be restored weeks later.
        try harness.pass(.seconds(1_000_000))
        #expect(restored == nil && harness.stub.nextCount == 0)
        harness.stub.send(.response(), to: Self.restore)
        try harness.turn { harness.stub.waitingCount == 1 }
        #expect(restored?.failure == nil && harness.receiver.notices.isEmpty)
    }

    @Test func `a restore that fails is an error`() throws {
        let harness = try LambdaHarness()
        harness.stub.answer = { _ in .response(403) }
        var error: TransferError?
        harness.runtime.awaitRestore { error = $0.failure }
        try harness.turn { error != nil }
        #expect(error == .status(host: "127.0.0.1", 403))
    }
}
