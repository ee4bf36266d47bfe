// A loop with a transfer pool on it, turned by the test until something has happened.

import EventLoop
import TestSupport
import Testing

@testable import Runtime

/// The outcome of one transfer.
typealias TransferResult = Result<TransferResponse, TransferError>

/// A loop and a pool. One thread.
final class TransferHarness {
    let loop: EventLoop
    let pool: TransferPool
    private let poller: PacedPoller
    /// Wakes the loop.
    private final class Alarm: EventHandler {}

    private var alarm = Token(slot: .max, generation: 0)

    /// The default policy does not allow loopback, where the servers of the tests are.
    init(
        policy: AddressPolicy? = .loopback, peers: TransferPool.Peers = .remote,
        maxConcurrent: Int = 256, certificateFile: String? = nil,
        clock: any MonotonicClock = SystemClock()
    ) throws {
        poller = try PacedPoller()
        loop = EventLoop(poller: poller, clock: clock)
        pool = try TransferPool(
            loop: loop, policy: policy, peers: peers, maxConcurrent: maxConcurrent,
            certificateFile: certificateFile)
        alarm = loop.register(handler: Alarm())
    }

    deinit { pool.close() }

    /// Turns the loop until the condition holds; an error after a minute of real time.
    func turn(until condition: () -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(ContinuousClock.now < end, "nothing happened in a minute")
            try step()
        }
    }

    /// Turns the loop once, at most for 2 ms.
    func step() throws {
        // The event may happen in the server's thread, which does not wake this loop.
        loop.setDeadline(loop.readClock() + .milliseconds(2), of: alarm)
        try loop.turn()
    }

    /// Turns the loop until several consecutive waits find no event. By then everything that this
    /// thread has sent over loopback has arrived.
    func settle() throws {
        var quiet = 0
        try turn {
            defer { quiet = poller.foundNothing ? quiet + 1 : 0 }
            return quiet == 5
        }
    }

    /// Makes one transfer.
    func run(_ request: TransferRequest) throws -> TransferResult {
        var result: TransferResult?
        pool.start(request) { result = $0 }
        try turn { result != nil }
        return try #require(result)
    }

    /// Makes one transfer of a URL.
    func get(_ url: String, _ change: (inout TransferRequest) -> Void = { _ in }) throws
        -> TransferResult
    {
        var request = TransferRequest(url: url)
        change(&request)
        return try run(request)
    }
}

extension AddressPolicy {
    /// Public addresses and this machine.
    static let loopback = AddressPolicy(allow: [
        NetworkRange(NetworkAddress(.v4, 127 << 24), prefixLength: 8)
    ])
}

extension Result {
    /// The error, if it is one.
    var failure: Failure? {
        if case .failure(let error) = self { return error }
        return nil
    }
}
