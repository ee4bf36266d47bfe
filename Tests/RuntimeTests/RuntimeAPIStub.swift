// A stub of Lambda's Runtime API for the tests: real sockets on the loop of the code under test.
//
// It answers `next` from a queue of raw replies, keeps it waiting while the queue is empty, and
// sends any bytes that the test says to all other calls, valid HTTP or not.

import EventLoop

@testable import Runtime

extension ServedReply {
    /// An event.
    static func event(
        _ id: String?, fields: [String] = [], body: [UInt8] = Array("{}".utf8)
    ) -> ServedReply {
        let id = id.map { ["Lambda-Runtime-Aws-Request-Id: \($0)"] } ?? []
        return .response(fields: id + fields, body: body)
    }
}

/// The stub. One thread, the loop's. The test closes it.
final class RuntimeAPIStub {
    static let next = "GET /2018-06-01/runtime/invocation/next"

    private let loop: EventLoop
    private var listener: Listener?
    private var connections: [StubConnection] = []
    private var waiting: [StubConnection] = []
    private var replies: [ServedReply] = []

    /// All complete requests except `next`.
    private(set) var requests: [StubRequest] = []
    /// The number of times `next` was asked.
    private(set) var nextCount = 0
    private(set) var lastNext: StubRequest?
    private(set) var connectionCount = 0
    /// The answer to all calls except `next`; `nil` leaves a call open.
    var answer: (StubRequest) -> ServedReply? = { _ in .response(202) }
    /// The answer to a request whose body has not arrived yet.
    var earlyAnswer: (StubRequest) -> ServedReply? = { _ in nil }
    /// The head of the latest request whose chunked body is arriving.
    var openHead: StubRequest?
    /// Whether the stub reads bodies.
    var isReading = true {
        didSet { for connection in connections { connection.update(reading: isReading) } }
    }

    init(on loop: EventLoop) throws {
        self.loop = loop
        listener = try Listener(host: "127.0.0.1", port: 0, on: loop) { [unowned self] socket in
            let connection = StubConnection(socket, connectionCount, self, loop)
            connectionCount += 1
            connections.append(connection)
        }
    }

    var address: String { "127.0.0.1:\(listener?.port ?? 0)" }
    /// The waiting requests for `next`.
    var waitingCount: Int { waiting.count }
    var openCount: Int { connections.count }

    /// Requests of one call, like "POST /2018-06-01/…".
    func requests(_ call: String) -> [StubRequest] {
        requests.filter { $0.call == call }
    }

    /// Requests for an invocation: `call` is "response" or "error".
    func answers(to id: String, _ call: String = "response") -> [StubRequest] {
        requests("POST /2018-06-01/runtime/invocation/\(id)/\(call)")
    }

    /// Answers the `next` that has waited longest, or the next one that arrives.
    func deliver(_ replies: ServedReply...) {
        self.replies += replies
        while !self.replies.isEmpty, !waiting.isEmpty {
            waiting.removeFirst().send(self.replies.removeFirst())
        }
    }

    /// Answers a call that was left open.
    func send(_ reply: ServedReply, to call: String) {
        guard let request = requests(call).last else { return }
        connections.first { $0.number == request.connection }?.send(reply)
    }

    /// Stops accepting connections.
    func stopListening() {
        listener?.close()
        listener = nil
    }

    func close() {
        stopListening()
        for connection in connections { connection.close() }
        connections = []
        waiting = []
    }

    // MARK: From the connections

    func handle(_ request: StubRequest, _ connection: StubConnection) {
        if request.call == Self.next {
            nextCount += 1
            lastNext = request
            if replies.isEmpty {
                waiting.append(connection)
            } else {
                connection.send(replies.removeFirst())
            }
        } else {
            requests.append(request)
            if let reply = answer(request) { connection.send(reply) }
        }
    }

    func ended(_ connection: StubConnection) {
        connections.removeAll { $0 === connection }
        waiting.removeAll { $0 === connection }
    }
}
