// The real poller, whose waits a test can shorten and lengthen.

package import EventLoop

/// The real poller; the test decides how long it waits. One thread.
package final class PacedPoller: Poller {
    private let poller: EpollPoller
    /// The longest wait; `nil`: as long as the loop says. A clock of the test's own does not end a
    /// wait of the kernel, so a loop with such a clock needs this.
    private let longestWait: Duration?
    /// Makes the next wait last until there is an event, whatever the loop says.
    package var waitsForEvent = false
    /// Whether the last wait found no event.
    package private(set) var foundNothing = false

    /// Opens an epoll. Throws if the kernel refuses it.
    package init(longestWait: Duration? = nil) throws(SystemError) {
        poller = try EpollPoller()
        self.longestWait = longestWait
    }

    package func add(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        try poller.add(fd, interest, token)
    }

    package func modify(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        try poller.modify(fd, interest, token)
    }

    package func remove(_ fd: CInt) { poller.remove(fd) }

    package func wait(
        timeout: Duration?, into events: inout [ReadyEvent]
    ) throws(SystemError) {
        try poller.wait(timeout: adjusted(timeout), into: &events)
        foundNothing = events.isEmpty
        waitsForEvent = false
    }

    private func adjusted(_ timeout: Duration?) -> Duration? {
        if waitsForEvent { return .seconds(60) }
        guard let longestWait else { return timeout }
        return min(timeout ?? longestWait, longestWait)
    }
}
