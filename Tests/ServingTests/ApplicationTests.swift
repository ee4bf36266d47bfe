// What an application tells its handle.

import Basics
import EventLoop
import HTTP
import ModelStore
import Runtime
import Testing

@testable import Serving

/// A handle that counts what it is told.
private final class CountingHandle: Handle {
    let drainTimeout = Duration.seconds(1)
    private(set) var readyCount = 0
    private(set) var endedCount = 0
    let unansweredCount = 0

    func open() {}
    func ready(_ loaded: LoadedModel) { readyCount += 1 }
    func failed(_ report: ErrorReport, told: @escaping () -> Void) { told() }
    func requestEnded() { endedCount += 1 }
    func drain(_ drained: @escaping () -> Void) { drained() }
    func close() {}
}

@Suite(.timeLimit(.minutes(5))) struct ApplicationTests {
    private static let digits =
        "/" + "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
        + "/models/digits"

    @Test func `the handle is told that a request has ended, once there is room`() throws {
        let configuration = try Configuration(
            SettingSources(environment: ["AMPHORA_LOG_LEVEL": "error"]))
        let loop = EventLoop(poller: try EpollPoller(), clock: SystemClock())
        let application = Application(configuration, admission: .boundedElsewhere, loop: loop)
        let handle = CountingHandle()
        var isReady = false
        try application.open(
            handle, with: LoadedModel(folder: Self.digits, configuration), ready: { isReady = true }
        )
        defer { application.close() }
        while !isReady { try loop.turn() }
        #expect(handle.readyCount == 1)

        let invocation = Invocation(
            "request", RequestProperties(kind: .picture), RequestContext(id: "1"),
            host: application)
        let exchange = ScriptedExchange()
        var state: (inFlight: Int, ended: Int)?
        exchange.onWrite = { [unowned application, unowned handle] in
            state = (application.gate.inFlight, handle.endedCount)
        }
        invocation.receive(Array("no picture".utf8), exchange: exchange)
        #expect(application.gate.inFlight == 1)
        #expect(handle.endedCount == 0)
        while exchange.endCount == 0 { try loop.turn() }
        #expect(state?.inFlight == 0)
        #expect(state?.ended == 1)
    }
}
