// epoll(7), level-triggered: the only file that sees the kernel's events.

internal import CLinux
internal import Glibc

/// The real poller.
package final class EpollPoller: Poller {
    private let epoll: FileDescriptor
    /// Reused by every wait.
    private var buffer = [linux_epoll_event](
        repeating: linux_epoll_event(events: 0, token: 0), count: LoopLimits.eventsPerTurn)

    /// Creates an epoll instance, epoll_create1(2).
    package init() throws(SystemError) {
        epoll = FileDescriptor(owning: try check("epoll_create1") { linux_epoll_create() })
    }

    package func add(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        let epoll = epoll.number
        try check("epoll_ctl") { linux_epoll_add(epoll, fd, interest.events, token.packed) }
    }

    package func modify(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError) {
        let epoll = epoll.number
        try check("epoll_ctl") { linux_epoll_modify(epoll, fd, interest.events, token.packed) }
    }

    package func remove(_ fd: CInt) {
        // libcurl may close its socket before it tells us: EBADF and ENOENT mean "already removed".
        _ = linux_epoll_remove(epoll.number, fd)
    }

    package func wait(timeout: Duration?, into events: inout [ReadyEvent]) throws(SystemError) {
        let milliseconds = timeout.map(Self.milliseconds(roundingUp:)) ?? -1
        let count = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe linux_epoll_wait(
                epoll.number, buffer.baseAddress, CInt(buffer.count), milliseconds)
        }
        guard count >= 0 else {
            // A signal that we don't catch (SIGCONT, for example) makes an empty turn, not an
            // error.
            if errno == EINTR { return }
            throw SystemError(call: "epoll_wait", number: errno)
        }
        for index in 0..<Int(count) {
            let event = buffer[index]
            events.append(
                ReadyEvent(token: Token(packed: event.token), readiness: Readiness(event.events)))
        }
    }

    /// Rounds up, so that the loop does not spin through the last millisecond before a deadline.
    private static func milliseconds(roundingUp timeout: Duration) -> CInt {
        let nanoseconds = timeout.nanoseconds
        return CInt(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1))
    }
}

extension Token {
    fileprivate var packed: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    fileprivate init(packed: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: packed), generation: UInt32(packed >> 32))
    }
}

extension Interest {
    fileprivate var events: UInt32 {
        (contains(.read) ? linux_epoll_in : 0)
            | (contains(.write) ? linux_epoll_out : 0)
            | (contains(.peerClose) ? linux_epoll_rdhup : 0)
    }
}

extension Readiness {
    fileprivate init(_ events: UInt32) {
        self = []
        if events & linux_epoll_in != 0 { insert(.read) }
        if events & linux_epoll_out != 0 { insert(.write) }
        if events & linux_epoll_rdhup != 0 { insert(.peerClosed) }
        if events & (linux_epoll_hup | linux_epoll_err) != 0 { insert(.hangup) }
    }
}
