// A loop with a transfer pool on it, turned by the test until something has happened.

import EventLoop
import Testing

@testable import Runtime

/// The outcome of one transfer.
typealias TransferResult = Result<TransferResponse, TransferError>

/// A loop and a pool. One thread.
final class TransferHarness {
    let loop: EventLoop
    let pool: TransferPool
    /// Wakes the loop.
    private final class Alarm: EventHandler {}

    private var alarm = Token(slot: .max, generation: 0)

    /// The default policy allows this machine, where the servers of the tests are.
    init(
        policy: AddressPolicy? = .loopback, peers: TransferPool.Peers = .strangers,
        maxConcurrent: Int = 256, certificateFile: String? = nil,
        clock: any MonotonicClock = SystemClock()
    ) throws {
        loop = EventLoop(poller: try EpollPoller(), clock: clock)
        pool = try TransferPool(
            loop: loop, policy: policy, peers: peers, maxConcurrent: maxConcurrent,
            certificateFile: certificateFile)
        alarm = loop.register(handler: Alarm())
    }

    deinit { pool.close() }

    /// Turns the loop until the condition holds; an error after 20 s.
    func turn(until condition: () -> Bool) throws {
        let end = loop.readClock() + .seconds(20)
        while !condition() {
            try #require(loop.readClock() < end, "nothing happened in 20 s")
            try step()
        }
    }

    /// Turns the loop once, at most for 2 ms.
    func step() throws {
        // What is waited for may happen in the server's thread, which does not wake this loop.
        loop.setDeadline(loop.readClock() + .milliseconds(2), of: alarm)
        try loop.turn()
    }

    /// Turns the loop for a while, to see that nothing happens.
    func turn(for duration: Duration) throws {
        let end = loop.readClock() + duration
        try turn { loop.readClock() >= end }
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
