// A host for invocations with a real loop, real worker threads and real transfers; only the work
// (no model) and the clock are the test's own.
//
// A job acts by its `b64` or its bytes: "ok NAME" gives one label NAME, "bad NAME" a failure, "gate
// NAME" waits until the test opens that gate, "spin NAME MICROSECONDS" takes that long.

import Basics
import Dispatch
import EventLoop
import HTTP
import Inference
import ModelStore
import Runtime
import Synchronization
import TestSupport

@testable import Serving

/// Gates that jobs wait at.
final class Gates: Sendable {
    private let gates = Mutex<[String: DispatchSemaphore]>([:])

    func wait(at name: String) { gate(name).wait() }

    func open(_ name: String) { gate(name).signal() }

    private func gate(_ name: String) -> DispatchSemaphore {
        gates.withLock { gates in
            if let gate = gates[name] { return gate }
            let gate = DispatchSemaphore(value: 0)
            gates[name] = gate
            return gate
        }
    }
}

/// The parts of a test server. Used on one thread at a time.
final class LifecycleRig: InvocationHost {
    let clock = ManualClock()
    let gates = Gates()
    let loop: EventLoop
    let backend: Backend
    private let poller: PacedPoller
    var requestTimeout = Duration.seconds(59)
    let gate: Gate
    private(set) var itemLog: [(uri: String?, result: Result<[Prediction], Failure>)] = []
    private(set) var accessLog: [(status: Int?, outcome: String?, id: String?)] = []
    /// How often a request has ended.
    private(set) var endedCount = 0
    /// The registrations of an idle loop.
    private let restingRegistrations: Int

    init(workers: Int = 2, maxItems: Int = 20_000, allow: [NetworkRange] = []) throws {
        poller = try PacedPoller()
        loop = EventLoop(poller: poller, clock: clock)
        let gates = self.gates
        let started = Box(false)
        let pool = try WorkerPool<Job, Output>(
            count: workers, on: loop,
            makeWork: { () throws(WorkerFailure) in { Self.work($0, gates, maxItems) } },
            started: { _ in started.value = true })
        let transfers = try TransferPool(
            loop: loop, policy: AddressPolicy(allow: allow), maxConcurrent: 8)
        let configuration = try Configuration(SettingSources(environment: [:]))
        let objects = try S3Store(configuration.s3, fetch: configuration.fetch, loop: loop)
        backend = Backend(
            loop: loop, pool: pool, transfers: transfers, objects: objects,
            fetch: configuration.fetch, topK: 5, maxItems: maxItems, queueCapacity: 8 * workers)
        gate = Gate(
            Admission(queueCapacity: 8 * workers, workers: workers, maxFetches: 8),
            eventCapacity: 8 * workers)
        while !started.value { try loop.turn() }
        gate.open(backend)
        restingRegistrations = loop.registrationCount
    }

    deinit {
        backend.close()
    }

    // MARK: InvocationHost

    func requestEnded() { endedCount += 1 }

    func logItem(
        _ item: Item?, _ result: Result<[Prediction], Failure>, of context: RequestContext
    ) {
        itemLog.append((item?.echo, result))
    }

    func logEnd(_ end: RequestEnd) {
        accessLog.append((end.status, end.outcome, end.context?.id))
    }

    // MARK: Steps

    /// Sends a request and returns it with its exchange.
    func send(
        _ body: String, _ kind: BodyKind = .json, topK: Int? = nil, id: String = "1"
    ) -> (Invocation, ScriptedExchange) {
        let invocation = Invocation(
            "request", RequestProperties(kind: kind, topK: topK), RequestContext(id: id),
            host: self)
        let exchange = ScriptedExchange()
        invocation.receive(Array(body.utf8), exchange: exchange)
        return (invocation, exchange)
    }

    /// Turns the loop once, without waiting.
    func step() throws {
        loop.afterTurn {}
        try loop.turn()
    }

    /// One turn that waits until a worker has finished a job, or a descriptor is ready.
    func stepWithEvent() throws {
        poller.waitsForEvent = true
        try loop.turn()
    }

    /// Turns the loop until a condition holds; returns the number of turns. An error after a minute.
    @discardableResult
    func turn(until condition: () -> Bool) throws -> Int {
        let end = ContinuousClock.now + .seconds(60)
        var turns = 0
        while !condition() {
            try step()
            turns += 1
            if ContinuousClock.now > end { throw Stuck() }
        }
        return turns
    }

    /// Whether no request has left anything behind.
    var isAtRest: Bool {
        gate.inFlight == 0 && backend.pool.pendingCount == 0
            && backend.transfers.activeCount == 0 && backend.transfers.waitingCount == 0
            && loop.registrationCount == restingRegistrations
    }

    struct Stuck: Error {}

    // MARK: Work

    private static func work(_ job: Job, _ gates: Gates, _ maxItems: Int) -> Output {
        switch job {
        case .read(let body, let frame):
            return .form(
                Result { () throws(Failure) -> Form in
                    try Form(json: body, from: frame, maxItems: maxItems)
                })
        case .tensors(let work): return .tensors(work.run())
        case .readEvent(let bytes):
            return .event(Event(reading: bytes, maxItems: maxItems))
        case .classify(let source, let topK):
            let order =
                switch source {
                case .base64(let text): text
                case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
                case .fetched(let body): String(decoding: body.bytes, as: UTF8.self)
                case .uri, .unusable: "bad source"
                }
            return .predictions(obey(order.split(separator: " ").map(String.init), topK, gates))
        }
    }

    private static func obey(
        _ order: [String], _ topK: Int, _ gates: Gates
    ) -> Result<[Prediction], Failure> {
        let name = order.count > 1 ? order[1] : ""
        switch order.first {
        case "bad": return .failure(Failure(.pictureUndecodable, name))
        case "gate": gates.wait(at: name)
        case "spin":
            let end = DispatchTime.now().uptimeNanoseconds + (UInt64(order[2]) ?? 0) * 1000
            while DispatchTime.now().uptimeNanoseconds < end {}
        default: break
        }
        return .success(
            [Prediction(index: 0, label: .name("\(name)/\(topK)"), probability: 0.5)])
    }
}

/// An exchange that records its calls and is as slow as the test says.
final class ScriptedExchange: Exchange {
    private(set) var response: Response?
    private(set) var pieces: [String] = []
    /// The number of complete answers: must become 1 and stay so.
    private(set) var endCount = 0
    private(set) var hasBegun = false
    var isCongested = false
    /// Called inside every call, like the failure of a connection during a write.
    var onWrite: (() -> Void)?

    var text: String { pieces.joined() }
    var lines: [Substring] { text.split(separator: "\n") }
    var status: Int? { response?.head.status.code }

    func respond(_ response: Response) {
        self.response = response
        pieces = [String(decoding: response.body, as: UTF8.self)]
        endCount += 1
        onWrite?()
    }

    func beginStream(_ response: Response) {
        precondition(!hasBegun && endCount == 0)
        hasBegun = true
        self.response = response
        pieces.append(String(decoding: response.body, as: UTF8.self))
        onWrite?()
    }

    func send(_ bytes: [UInt8]) {
        precondition(hasBegun && endCount == 0)
        pieces.append(String(decoding: bytes, as: UTF8.self))
        onWrite?()
    }

    func endStream(_ failure: ErrorReport?) {
        precondition(hasBegun)
        endCount += 1
        onWrite?()
    }
}
