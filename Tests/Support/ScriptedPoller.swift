// A poller that reports what the test has scripted, and records the loop's calls: above all the
// timeouts, so that a lost timer, or one that makes the loop spin, is seen.
//
// It knows no descriptors: any number is fine. It never waits.

package import EventLoop

/// A poller without a kernel. One thread.
package final class ScriptedPoller: Poller {
    /// A change that the loop made: each is a system call of the real poller.
    package enum Call: Equatable {
        case add(CInt, Interest)
        case modify(CInt, Interest)
        case remove(CInt)
    }

    /// The changes so far, in order.
    package private(set) var calls: [Call] = []
    /// The timeouts of the waits so far, in order; `nil` is "without limit".
    package private(set) var timeouts: [Duration?] = []
    /// The registrations of the descriptors that are watched now.
    package private(set) var tokens: [CInt: Token] = [:]
    /// What the next `add` or `modify` throws, once.
    package var failure: SystemError?

    private var script: [[ReadyEvent]] = []
    private let clock: ManualClock?

    /// With a clock, a wait that reports nothing moves it by its whole timeout, as a real wait
    /// would.
    package init(clock: ManualClock? = nil) { self.clock = clock }

    /// Scripts one wait by its reports.
    package func report(_ events: [ReadyEvent]) { script.append(events) }

    /// Scripts one wait with one report, about a descriptor that is watched now.
    package func report(_ fd: CInt, _ readiness: Readiness) {
        guard let token = tokens[fd] else { return report([]) }
        report([ReadyEvent(token: token, readiness: readiness)])
    }

    package func add(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        try failOnce()
        calls.append(.add(fd, interest))
        tokens[fd] = token
    }

    package func modify(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        try failOnce()
        calls.append(.modify(fd, interest))
    }

    package func remove(_ fd: CInt) {
        calls.append(.remove(fd))
        tokens[fd] = nil
    }

    package func wait(timeout: Duration?, into events: inout [ReadyEvent]) throws(SystemError) {
        timeouts.append(timeout)
        if script.isEmpty {
            if let clock, let timeout { clock.advance(by: timeout) }
        } else {
            events += script.removeFirst()
        }
    }

    private func failOnce() throws(SystemError) {
        defer { failure = nil }
        if let failure { throw failure }
    }
}
