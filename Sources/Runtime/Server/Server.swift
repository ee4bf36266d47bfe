// An HTTP server on the loop: a listener, its connections, and what they share.
//
// One thread serves all connections, so they share the receive scratch, the parsed head, the date
// and spare buffers. The server decides how many connections there are and when they end; its
// service decides what a request means.

internal import CLinux
package import EventLoop
package import HTTP

/// An HTTP/1.1 server. Loop thread.
package final class Server {
    /// The states of a shutdown.
    ///
    ///     serving ──► checking ⇄ draining
    ///                     └──► drained
    private enum Phase {
        case serving
        /// Requests are in flight; the closure is called when none is left.
        case draining(() -> Void)
        /// At the end of this turn, the server checks whether any request is in flight.
        case checking(() -> Void)
        case drained
    }

    let loop: EventLoop
    let limits: Limits
    unowned let service: any Service

    /// The buffer that one `recv` fills.
    var scratch: [UInt8]
    var head = RequestHead()
    var buffers: BufferPool
    /// Body bytes of incomplete requests.
    var arrivingBytes = 0

    private let maxConnections: Int
    private var listener: Listener?
    private var connections: [ServerConnection] = []
    private var cachedDate: (seconds: Int64, date: HTTPDate)
    private var phase = Phase.serving

    /// Listens and serves.
    package init(
        host: String, port: UInt16, limits: Limits, maxConnections: Int, on loop: EventLoop,
        service: any Service
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        self.service = service
        self.maxConnections = maxConnections
        scratch = [UInt8](repeating: 0, count: limits.receiveBytes)
        buffers = BufferPool(limits: limits)
        let seconds = linux_unix_seconds()
        cachedDate = (seconds, HTTPDate(unixSeconds: seconds))
        listener = try Listener(host: host, port: port, on: loop) { [unowned self] in accept($0) }
    }

    /// The port that it listens on.
    package var port: UInt16 { listener?.port ?? 0 }

    /// The number of open connections.
    package var connectionCount: Int { connections.count }

    /// Requests whose heads have come and whose answers are not completely sent. At most one per
    /// connection: pipelined requests after it are not parsed yet.
    package var unansweredCount: Int { connections.count { $0.isUnanswered } }

    /// Whether the server is shutting down.
    package var isDraining: Bool {
        if case .serving = phase { false } else { true }
    }

    /// Shuts down gracefully: idle connections close, requests in flight are answered, and every
    /// answer closes its connection. New connections are still accepted, so that the service can
    /// tell them that it is shutting down. `drained` is called once, when no request is in flight.
    package func drain(_ drained: @escaping () -> Void) {
        guard !isDraining else { return }
        phase = .checking(drained)
        // The caller may be inside a connection's event.
        loop.afterTurn { [weak self] in
            guard let self else { return }
            for connection in connections.reversed() { connection.drain() }
            checkDrained()
        }
    }

    /// Closes the listener and every connection at once.
    package func close() {
        listener?.close()
        listener = nil
        for connection in connections.reversed() { connection.close() }
    }

    /// The current date, formatted once a second.
    var date: HTTPDate {
        let seconds = linux_unix_seconds()
        if seconds != cachedDate.seconds {
            cachedDate = (seconds, HTTPDate(unixSeconds: seconds))
        }
        return cachedDate.date
    }

    /// Removes a closed connection.
    func remove(_ connection: ServerConnection) {
        let last = connections.removeLast()
        if last !== connection {
            last.index = connection.index
            connections[connection.index] = last
        }
        if connections.count == maxConnections - 1 { listener?.resume() }
        checkDrainedSoon()
    }

    private func accept(_ descriptor: consuming FileDescriptor) {
        // Fails only on a dead socket; reading will show that.
        _ = linux_set_nodelay(descriptor.number)
        let connection = ServerConnection(descriptor, index: connections.count, server: self)
        do {
            try connection.register()
        } catch {
            // No memory to watch one more connection, so it is closed.
            return
        }
        connections.append(connection)
        if isDraining { connection.drain() }
        if connections.count >= maxConnections { listener?.pause() }
    }

    /// Checks once per turn, however many connections close in it.
    private func checkDrainedSoon() {
        guard case .draining(let drained) = phase else { return }
        phase = .checking(drained)
        loop.afterTurn { [weak self] in self?.checkDrained() }
    }

    private func checkDrained() {
        guard case .checking(let drained) = phase else { return }
        guard connections.allSatisfy({ !$0.isBusy }) else {
            phase = .draining(drained)
            return
        }
        phase = .drained
        drained()
    }
}
