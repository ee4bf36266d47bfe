import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import EventLoop

/// Signals, on a thread of its own: they are blocked and sent there, so no other test receives
/// them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SignalsTests {
    private final class Outcome: Sendable {
        let received = Mutex<[CInt]>([])
        let note = Mutex("")
    }

    @Test func `blocked signals arrive as calls on the loop`() {
        let outcome = Outcome()
        TestThread {
            do {
                let signals = [SIGUSR1, SIGUSR2]
                try Signals.block(signals)
                let loop = EventLoop(poller: try EpollPoller())
                let source = try Signals(signals, on: loop) { signal in
                    outcome.received.withLock { $0.append(signal) }
                }
                // A signal that is already pending is not queued again (signal(7)).
                for signal in [SIGUSR1, SIGUSR2, SIGUSR2] { pthread_kill(pthread_self(), signal) }
                while outcome.received.withLock({ $0.count }) < 2 { try loop.turn() }
                // No readiness is left that would make the loop spin.
                loop.afterTurn {}
                try loop.turn()
                source.close()
                outcome.note.withLock { $0 = "registrations: \(loop.registrationCount)" }
            } catch {
                outcome.note.withLock { $0 = "\(error)" }
            }
        }.join()
        #expect(outcome.received.withLock { $0.sorted() } == [SIGUSR1, SIGUSR2].sorted())
        #expect(outcome.note.withLock { $0 } == "registrations: 0")
    }

    @Test func `a broken pipe is an error of the call, not the end`() throws {
        let outcome = Outcome()
        TestThread {
            do {
                try Signals.block([])
                let pair = try SocketPair()
                shutdown(pair.far, Int32(SHUT_RD))
                let count = unsafe send(pair.near, "x", 1, 0)
                let cause = errno
                outcome.note.withLock { $0 = "\(count) \(cause == EPIPE)" }
            } catch {
                outcome.note.withLock { $0 = "\(error)" }
            }
        }.join()
        #expect(outcome.note.withLock { $0 } == "-1 true")
    }
}
