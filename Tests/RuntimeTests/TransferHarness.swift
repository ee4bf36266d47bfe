// A loop with a transfer pool on it, turned by the test until something has happened.

import EventLoop
import Testing

@testable import Runtime

/// The outcome of one transfer.
typealias TransferResult = Result<TransferResponse, TransferError>

/// A loop and a pool. One thread.
final class TransferHarness: EventHandler {
    let loop: EventLoop
    let pool: TransferPool
    private var watchdog = Token(slot: .max, generation: 0)
    private var isLate = false

    /// The default policy allows this machine, where the servers of the tests are.
    init(
        policy: AddressPolicy? = .loopback, maxConcurrent: Int = 256, certificateFile: String? = nil
    ) throws {
        loop = EventLoop(poller: try EpollPoller())
        pool = try TransferPool(
            loop: loop, policy: policy, maxConcurrent: maxConcurrent,
            certificateFile: certificateFile)
        watchdog = loop.register(handler: self)
    }

    func deadlinePassed(token: Token) { isLate = true }

    /// Turns the loop until the condition holds; an error after 20 s.
    func turn(until condition: () -> Bool) throws {
        isLate = false
        loop.setDeadline(loop.readClock() + .seconds(20), of: watchdog)
        while !condition() {
            try #require(!isLate, "nothing happened in 20 s")
            try loop.turn()
        }
        loop.clearDeadline(of: watchdog)
    }

    /// Turns the loop for a while, to see that nothing happens.
    func turn(for duration: Duration) throws {
        let end = loop.readClock() + duration
        isLate = false
        loop.setDeadline(end, of: watchdog)
        while loop.readClock() < end { try loop.turn() }
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
