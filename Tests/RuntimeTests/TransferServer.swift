// A scripted HTTP server for the transfer tests: real sockets, one thread, poll(2).
//
// It reads whole requests and sends the bytes of the script, valid HTTP or not. Then it keeps the
// connection, closes it, resets it, or holds it. It uses nothing of the code under test.

import Glibc
import Synchronization
import TestSupport

/// The server. Stops when it is released.
final class TransferServer: Sendable {
    typealias Script = @Sendable (ServedRequest) -> ServedReply

    struct State {
        var requests: [ServedRequest] = []
        var connections = 0
        var open = 0
        var isStopped = false
    }

    let port: UInt16
    private let shared: Shared
    private let thread: TestThread

    init(_ script: @escaping Script) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 1024) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        precondition(bound)
        port = UInt16(bigEndian: address.sin_port)
        let shared = Shared()
        self.shared = shared
        thread = TestThread {
            var loop = ServerLoop(listener, shared, script)
            loop.run()
        }
    }

    /// State shared by its thread and the tests.
    final class Shared: Sendable {
        let state = Mutex(State())
    }

    deinit {
        shared.state.withLock { $0.isStopped = true }
        thread.join()
    }

    /// The requests so far.
    var requests: [ServedRequest] { shared.state.withLock { $0.requests } }
    /// The connections so far.
    var connections: Int { shared.state.withLock { $0.connections } }
    /// The connections that are open.
    var openConnections: Int { shared.state.withLock { $0.open } }

    /// An address of this server.
    func url(_ path: String, host: String = "127.0.0.1") -> String {
        "http://\(host):\(port)\(path)"
    }
}

/// The server's thread.
private struct ServerLoop: ~Copyable {
    private struct Connection {
        let fd: CInt
        let number: Int
        var input: [UInt8] = []
        var output: ArraySlice<UInt8> = []
        var then = ServedReply.Then.keep
        var served = 0
    }

    private let listener: CInt
    private let shared: TransferServer.Shared
    private let script: TransferServer.Script
    private var connections: [Connection] = []

    init(
        _ listener: CInt, _ shared: TransferServer.Shared, _ script: @escaping TransferServer.Script
    ) {
        self.listener = listener
        self.shared = shared
        self.script = script
    }

    mutating func run() {
        while !shared.state.withLock({ $0.isStopped }) {
            var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for connection in connections {
                let events = connection.output.isEmpty ? POLLIN : POLLOUT
                polled.append(pollfd(fd: connection.fd, events: Int16(events), revents: 0))
            }
            unsafe poll(&polled, nfds_t(polled.count), 5)
            for index in connections.indices.reversed() where polled[index + 1].revents != 0 {
                var connection = connections[index]
                let stays = step(&connection)
                connections[index] = connection
                if !stays { close(at: index) }
            }
            if polled[0].revents != 0 { acceptOne() }
        }
        for index in connections.indices.reversed() { close(at: index) }
        Glibc.close(listener)
    }

    private mutating func acceptOne() {
        let fd = accept(listener, nil, nil)
        guard fd >= 0 else { return }
        let number = shared.state.withLock { state in
            state.connections += 1
            state.open += 1
            return state.connections - 1
        }
        connections.append(Connection(fd: fd, number: number))
    }

    private mutating func close(at index: Int) {
        Glibc.close(connections[index].fd)
        connections.remove(at: index)
        shared.state.withLock { $0.open -= 1 }
    }

    /// False to close the connection.
    private func step(_ connection: inout Connection) -> Bool {
        if !connection.output.isEmpty { return write(&connection) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(connection.fd, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        connection.input.append(contentsOf: buffer[..<count])
        guard let request = takeRequest(&connection) else { return true }
        shared.state.withLock { $0.requests.append(request) }
        let reply = script(request)
        connection.output = reply.bytes[...]
        connection.then = reply.then
        return reply.bytes.isEmpty ? conclude(connection) : write(&connection)
    }

    private func write(_ connection: inout Connection) -> Bool {
        let count = unsafe connection.output.withUnsafeBytes { bytes in
            unsafe send(
                connection.fd, bytes.baseAddress, bytes.count,
                Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        if count < 0 { return errno == EAGAIN }
        connection.output = connection.output.dropFirst(count)
        return connection.output.isEmpty ? conclude(connection) : true
    }

    private func conclude(_ connection: Connection) -> Bool {
        switch connection.then {
        case .keep, .hold: return true
        case .close: return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                connection.fd, SOL_SOCKET, SO_LINGER, &linger,
                socklen_t(MemoryLayout.size(ofValue: linger)))
            return false
        }
    }

    private func takeRequest(_ connection: inout Connection) -> ServedRequest? {
        let end: [UInt8] = [13, 10, 13, 10]
        guard let range = connection.input.place(of: end) else { return nil }
        let head = String(decoding: connection.input[..<range.lowerBound], as: UTF8.self)
            .split(separator: "\r\n").map(String.init)
        let request = ServedRequest(
            head: head, body: [], connection: connection.number, index: connection.served)
        let length = Int(request.field("content-length") ?? "0") ?? 0
        guard connection.input.count - range.upperBound >= length else { return nil }
        let body = connection.input[range.upperBound..<range.upperBound + length]
        connection.input.removeFirst(range.upperBound + length)
        connection.served += 1
        return ServedRequest(
            head: head, body: Array(body), connection: request.connection, index: request.index)
    }
}
