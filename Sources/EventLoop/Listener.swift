// Accepts connections, and keeps accepting when descriptors run out.
//
// Without free descriptors (EMFILE, ENFILE), level-triggered epoll would make the loop spin,
// because the pending connection stays readable. So the listener keeps a spare descriptor. It
// closes the spare to accept one connection, closes that at once so that the peer knows, and then
// pauses briefly. While it is paused (connection limit, drain), new connections stay in the
// kernel's backlog.

internal import CLinux
internal import Glibc

/// A listening TCP socket on the loop.
package final class Listener: EventHandler {
    private let socket: FileDescriptor
    private let loop: EventLoop
    private let accepted: (consuming FileDescriptor) -> Void
    private var spare: FileDescriptor?
    private var token: Token?
    private var isPaused = false
    private var isResting = false

    /// Connections that were accepted and closed at once because no descriptors were free.
    package private(set) var refusedCount = 0

    /// Listens on a numeric IPv4 or IPv6 address; port 0 picks a free port.
    package init(
        host: String, port: UInt16, on loop: EventLoop,
        accepted: @escaping (consuming FileDescriptor) -> Void
    ) throws(SystemError) {
        socket = FileDescriptor(
            owning: try check("listen") {
                unsafe linux_listen(host, port, LoopLimits.backlog)
            })
        self.loop = loop
        self.accepted = accepted
        spare = Self.openSpare()
        token = try loop.register(socket.number, interest: .read, handler: self)
    }

    /// The port that it listens on.
    package var port: UInt16 { UInt16(clamping: linux_local_port(socket.number)) }

    /// Leaves new connections in the backlog until `resume`.
    package func pause() {
        isPaused = true
        updateInterest()
    }

    /// Accepts again.
    package func resume() {
        isPaused = false
        updateInterest()
    }

    /// Stops accepting for good; the socket closes when this object is freed.
    package func close() {
        if let token { loop.deregister(token) }
        token = nil
    }

    package func ready(_ readiness: Readiness, token: Token) {
        for _ in 0..<LoopLimits.acceptsPerTurn {
            if isPaused || isResting || self.token == nil { return }
            let fd = linux_accept(socket.number)
            if fd >= 0 {
                accepted(FileDescriptor(owning: fd))
                continue
            }
            switch errno {
            case EAGAIN: return
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return shedOne(token)
            // The connection died in the backlog, or its network did (accept(2), "Error handling").
            default: continue
            }
        }
    }

    package func deadlinePassed(token: Token) {
        if spare == nil { spare = Self.openSpare() }
        isResting = false
        updateInterest()
    }

    private func shedOne(_ token: Token) {
        spare = nil
        let fd = linux_accept(socket.number)
        if fd >= 0 {
            Glibc.close(fd)
            refusedCount += 1
        }
        spare = Self.openSpare()
        isResting = true
        updateInterest()
        loop.setDeadline(loop.now + LoopLimits.restWhenExhausted, of: token)
    }

    private func updateInterest() {
        guard let token else { return }
        // Changing the interest of a registered descriptor fails only if memory is short; then the
        // listener tries again.
        do {
            try loop.setInterest(isPaused || isResting ? [] : .read, of: token)
        } catch {
            loop.setDeadline(loop.now + LoopLimits.restWhenExhausted, of: token)
        }
    }

    private static func openSpare() -> FileDescriptor? {
        let fd = linux_eventfd()
        return fd >= 0 ? FileDescriptor(owning: fd) : nil
    }
}
