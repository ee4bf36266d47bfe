import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import EventLoop

@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
    private let loop: EventLoop

    init() throws { loop = EventLoop(poller: try EpollPoller()) }

    /// Counts accepted connections, and closes them.
    private final class Guests {
        var count = 0
    }

    private func listen(_ guests: Guests) throws(SystemError) -> Listener {
        try Listener(host: "127.0.0.1", port: 0, on: loop) { _ in guests.count += 1 }
    }

    @Test func `a listener accepts, IPv4 and IPv6, on a free port`() throws {
        for host in ["127.0.0.1", "::1"] {
            var accepted = 0
            let listener = try Listener(host: host, port: 0, on: loop) { descriptor in
                #expect(fcntl(descriptor.number, F_GETFL) & O_NONBLOCK != 0)
                #expect(fcntl(descriptor.number, F_GETFD) & FD_CLOEXEC != 0)
                accepted += 1
            }
            #expect(listener.port != 0)
            let client = try Client(host: host, port: listener.port)
            while accepted == 0 { try loop.turn() }
            withExtendedLifetime(client) {}
            listener.close()
        }
        #expect(loop.registrationCount == 0)
    }

    @Test func `a listener says what is wrong with its address`() throws {
        for (host, number) in [("localhost", EINVAL), ("", EINVAL), ("192.0.2.1", EADDRNOTAVAIL)] {
            let error = failure { () throws(SystemError) in
                _ = try Listener(host: host, port: 0, on: loop) { _ in }
            }
            #expect(error == SystemError(call: "listen", number: number), "\(host)")
        }
        let first = try listen(Guests())
        let error = failure { () throws(SystemError) in
            _ = try Listener(host: "127.0.0.1", port: first.port, on: loop) { _ in }
        }
        #expect(error == SystemError(call: "listen", number: EADDRINUSE))
        first.close()
    }

    @Test func `one turn accepts 64 at most`() throws {
        let guests = Guests()
        let listener = try listen(guests)
        let clients = try (0..<100).map { _ in try Client(port: listener.port) }
        try loop.turn()
        #expect(guests.count == 64)
        try loop.turn()
        #expect(guests.count == 100)
        #expect(clients.count == 100)
        listener.close()
    }

    @Test func `a paused listener leaves newcomers in the backlog`() throws {
        let guests = Guests()
        let listener = try listen(guests)
        listener.pause()
        let client = try Client(port: listener.port)
        let wakeUp = linux_eventfd()
        let recorder = Recorder(loop)
        let token = try loop.register(wakeUp, interest: .read, handler: recorder)
        linux_eventfd_add(wakeUp, 1)
        try loop.turn()
        #expect(recorder.readiness == [.read])
        #expect(guests.count == 0 && client.isConnected)
        loop.deregister(token)
        close(wakeUp)
        listener.resume()
        try loop.turn()
        #expect(guests.count == 1)
        listener.close()
    }

    @Test func `a listener that is paused or closed while accepting stops there`() throws {
        var accepted = 0
        var listener: Listener?
        listener = try Listener(host: "127.0.0.1", port: 0, on: loop) { _ in
            accepted += 1
            if accepted == 2 { listener?.pause() }
            if accepted == 4 { listener?.close() }
        }
        let port = try #require(listener?.port)
        let clients = try (0..<6).map { _ in try Client(port: port) }
        try loop.turn()
        #expect(accepted == 2)
        listener?.resume()
        try loop.turn()
        #expect(accepted == 4)
        #expect(loop.registrationCount == 0)
        #expect(clients.count == 6)
        listener = nil
    }
}

/// A listener that runs out of descriptors: on a thread with a descriptor table of its own, filled
/// to the limit, so that no other test runs out.
@Suite(.timeLimit(.minutes(5))) struct ListenerExhaustionTests {
    private struct Outcome: Sendable {
        var wasFirstClosed = false
        var acceptedWhileFull = 0
        var refused = 0
        var restsStill = true
        var acceptedWhilePaused = 0
        var acceptedAfter = 0
        var error = ""
    }

    @Test func `without descriptors a newcomer is refused at once, and later ones are accepted`() {
        let outcome = Mutex(Outcome())
        let shared = Box(outcome)
        let thread = TestThread {
            do {
                let result = try Self.run()
                shared.outcome.withLock { $0 = result }
            } catch {
                shared.outcome.withLock { $0.error = "\(error)" }
            }
        }
        thread.join()
        let result = shared.outcome.withLock { $0 }
        #expect(result.error == "")
        #expect(result.wasFirstClosed)
        #expect(result.acceptedWhileFull == 0)
        #expect(result.refused == 1)
        // The listener stopped resting, but its owner's pause lasted longer.
        #expect(!result.restsStill)
        #expect(result.acceptedWhilePaused == 0)
        #expect(result.acceptedAfter == 1)
    }

    private final class Box: Sendable {
        let outcome: Mutex<Outcome>
        init(_ outcome: consuming Mutex<Outcome>) { self.outcome = outcome }
    }

    private static func run() throws -> Outcome {
        try separateDescriptors()
        var outcome = Outcome()
        var accepted = 0
        let clock = ManualClock()
        let loop = EventLoop(poller: try EpollPoller(), clock: clock)
        let listener = try Listener(host: "127.0.0.1", port: 0, on: loop) { _ in accepted += 1 }
        let first = try Client(port: listener.port)
        let second = try Client(port: listener.port)
        var fillers: [CInt] = []
        while case let filler = dup(0), filler >= 0 { fillers.append(filler) }
        try loop.turn()
        outcome.wasFirstClosed = first.isClosedByPeer
        outcome.acceptedWhileFull = accepted
        outcome.refused = listener.refusedCount
        for filler in fillers { close(filler) }
        listener.pause()
        // The listener accepts again.
        clock.advance(by: .milliseconds(50))
        try loop.turn()
        outcome.restsStill = loop.timerCount > 0
        outcome.acceptedWhilePaused = accepted
        listener.resume()
        try loop.turn()
        outcome.acceptedAfter = accepted
        withExtendedLifetime(second) {}
        listener.close()
        return outcome
    }

    /// unshare(2) with CLONE_FILES, after lowering the limit to a number that is filled quickly.
    private static func separateDescriptors() throws {
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_cur, 4096)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        typealias Unshare = @convention(c) (CInt) -> CInt
        guard let symbol = unsafe dlsym(nil, "unshare") else {
            throw SystemError(call: "dlsym", number: ENOSYS)
        }
        let cloneFiles: CInt = 0x400
        try check("unshare") { unsafe unsafeBitCast(symbol, to: Unshare.self)(cloneFiles) }
    }
}
