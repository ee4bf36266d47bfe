// Signals as events: blocked in every thread, read from a signalfd on the loop (signalfd(2)).

internal import CLinux
internal import Glibc

/// Turns signals into calls on the loop's thread.
package final class Signals: EventHandler {
    private let descriptor: FileDescriptor
    private let loop: EventLoop
    private let received: (CInt) -> Void
    private var token: Token?

    /// Blocks the signals in this thread and in those it starts later, and ignores SIGPIPE.
    ///
    /// Call it before any other thread exists: a signal would kill the process through a thread
    /// that does not block it.
    package static func block(_ signals: [CInt]) throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        let count = CInt(signals.count)
        try check("pthread_sigmask") { unsafe linux_block_signals(signals, count) }
    }

    /// Receives blocked signals. Loop thread.
    package init(
        _ signals: [CInt], on loop: EventLoop, received: @escaping (CInt) -> Void
    ) throws(SystemError) {
        let count = CInt(signals.count)
        descriptor = FileDescriptor(
            owning: try check("signalfd") { unsafe linux_signalfd(signals, count) })
        self.loop = loop
        self.received = received
        token = try loop.register(descriptor.number, interest: .read, handler: self)
    }

    /// Stops receiving. Loop thread.
    package func close() {
        if let token { loop.deregister(token) }
        token = nil
    }

    package func ready(_ readiness: Readiness, token: Token) {
        while case let signal = linux_signalfd_take(descriptor.number), signal > 0 {
            received(signal)
        }
    }
}
