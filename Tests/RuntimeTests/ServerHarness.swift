// A real server on a real epoll, in one thread with its clients. The test turns the loop, and the
// clock stands still until the test moves it.

import EventLoop
import Glibc
import HTTP
import TestSupport
import Testing

@testable import Runtime

/// A loop with a server on it, and a service that acts by the request's path.
final class ServerHarness {
    let clock = ManualClock()
    let loop: EventLoop
    let service = ScriptedService()
    let server: Server
    private let emptyRegistrationCount: Int

    init(
        limits: Limits = Limits(), maxConnections: Int = 1000,
        _ change: (inout Limits) -> Void = { _ in }
    ) throws {
        var limits = limits
        change(&limits)
        loop = EventLoop(poller: try PacedPoller(longestWait: .milliseconds(1)), clock: clock)
        emptyRegistrationCount = loop.registrationCount
        server = try Server(
            host: "127.0.0.1", port: 0, limits: limits, maxConnections: maxConnections, on: loop,
            service: service)
    }

    // The loop and its registered handlers hold each other.
    deinit { server.close() }

    /// A client whose connection has been accepted.
    func connect(receiveBuffer: CInt? = nil, sendBuffer: CInt? = nil) throws -> TestClient {
        let before = server.connectionCount
        let client = try TestClient(
            port: server.port, receiveBuffer: receiveBuffer, sendBuffer: sendBuffer)
        try turn { server.connectionCount > before }
        return client
    }

    /// Turns the loop until the condition holds; an error after a minute.
    func turn(
        until condition: () throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            try #require(
                ContinuousClock.now < end, "nothing happened in a minute",
                sourceLocation: sourceLocation)
            try loop.turn()
        }
    }

    /// Turns the loop until nothing has happened for a while.
    func quiesce() throws {
        for _ in 0..<20 { try loop.turn() }
    }

    /// Moves the clock, and runs what is due.
    func pass(_ duration: Duration) throws {
        clock.advance(by: duration)
        try quiesce()
    }

    /// Sends, and waits for bytes that end with `ending`.
    func exchange(
        _ client: TestClient, _ request: String, until ending: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        client.received = []
        try send(client, Array(request.utf8))
        try turn(
            until: {
                client.read()
                return client.text.hasSuffix(ending)
            }, sourceLocation: sourceLocation)
        return client.text
    }

    /// Sends all bytes, turning the loop where the socket takes no more.
    func send(_ client: TestClient, _ bytes: [UInt8]) throws {
        var sent = 0
        try turn {
            sent += client.write(Array(bytes[sent...]))
            return sent == bytes.count || client.end != nil
        }
    }

    /// Waits until the server has ended the connection; returns all bytes received.
    func readToEnd(
        _ client: TestClient, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        try turn(
            until: {
                client.read()
                return client.end != nil
            }, sourceLocation: sourceLocation)
        return client.text
    }

    /// Requires that nothing is left of any connection.
    func expectNothingLeft(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try turn(until: { server.connectionCount == 0 }, sourceLocation: sourceLocation)
        #expect(server.arrivingBytes == 0, sourceLocation: sourceLocation)
        // The listener's own registrations.
        #expect(
            loop.registrationCount == emptyRegistrationCount + 1, sourceLocation: sourceLocation)
        for receiver in service.receivers {
            #expect(
                receiver.abandonCount + receiver.answerCount <= 1, "abandoned and answered",
                sourceLocation: sourceLocation)
        }
    }
}

/// Answers by path, and records what it receives.
final class ScriptedService: Service {
    var receivers: [ScriptedReceiver] = []
    var failures: [ConnectionFailure] = []
    /// Called for every head, before it is answered.
    var began: () -> Void = {}
    /// Called with every receiver of /hold when its request is complete.
    var completed: (ScriptedReceiver) -> Void = { _ in }
    private let pong = Response(.ok)

    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision {
        began()
        let path = head.path.range
        if path.count == 5, bytes[path.lowerBound + 1] == UInt8(ascii: "p") { return .answer(pong) }
        var text: [UInt8] = []
        for index in path { text.append(bytes[index]) }
        switch String(decoding: text, as: UTF8.self) {
        case "/echo": return receive(limit: 1 << 20) { $0.respond(Response(.ok, body: $0.body)) }
        case "/small": return receive(limit: 10) { $0.respond(Response(.ok, body: $0.body)) }
        case "/hold": return receive(limit: 64 << 20) { [unowned self] in completed($0) }
        default: return .answer(Response(.notFound, body: Array("none".utf8)))
        }
    }

    func response(to failure: ConnectionFailure) -> Response {
        failures.append(failure)
        switch failure {
        case .malformed(let error): return Response(error.status, body: Array("bad".utf8))
        case .headTimedOut, .bodyTimedOut:
            return Response(.requestTimeout, body: Array("late".utf8))
        case .bodyTooLarge: return Response(.contentTooLarge, body: Array("large".utf8))
        case .outOfBufferSpace: return Response(.serviceUnavailable, body: Array("full".utf8))
        }
    }

    private func receive(
        limit: Int, completed: @escaping (ScriptedReceiver) -> Void
    ) -> HeadDecision {
        let receiver = ScriptedReceiver(completed: completed)
        receivers.append(receiver)
        return .receive(receiver, bodyLimit: limit)
    }
}

/// One request, recorded.
final class ScriptedReceiver: RequestReceiver {
    private(set) var body: [UInt8] = []
    private(set) var exchange: (any Exchange)?
    private(set) var abandonCount = 0
    private(set) var resumeCount = 0
    /// Whole answers, and streamed ones that were ended.
    private(set) var answerCount = 0
    /// How deep the calls to this receiver are inside its own calls.
    private(set) var isInCall = false
    var abandoned: () -> Void = {}
    var resumed: () -> Void = {}
    private let completed: (ScriptedReceiver) -> Void

    init(completed: @escaping (ScriptedReceiver) -> Void) { self.completed = completed }

    func receive(_ body: [UInt8], exchange: any Exchange) {
        #expect(!isInCall && self.exchange == nil && abandonCount == 0)
        self.body = body
        self.exchange = exchange
        completed(self)
    }

    func abandon() {
        #expect(!isInCall, "abandoned from inside a call on the exchange")
        abandonCount += 1
        abandoned()
    }

    func resume() {
        #expect(!isInCall, "resumed from inside a call on the exchange")
        resumeCount += 1
        resumed()
    }

    func respond(_ response: Response) { call { $0.respond(response) }; answerCount += 1 }

    func beginStream(_ response: Response) { call { $0.beginStream(response) } }

    func send(_ bytes: [UInt8]) { call { $0.send(bytes) } }

    func endStream() { call { $0.endStream(nil) }; answerCount += 1 }

    private func call(_ body: (any Exchange) -> Void) {
        isInCall = true
        if let exchange { body(exchange) }
        isInCall = false
    }
}
