// A client's socket that never blocks, so that one thread can be client and server.

import CLinux
import Glibc
import Testing

@testable import Runtime

/// A TCP client on this machine.
final class TestClient {
    /// How the server ended its side of the connection.
    enum End { case closed, reset }

    private var fd: CInt
    /// All received bytes that the test has not removed.
    var received: [UInt8] = []
    private(set) var end: End?

    init(port: UInt16, receiveBuffer: CInt? = nil, sendBuffer: CInt? = nil) throws {
        fd = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try #require(fd >= 0)
        if let receiveBuffer { setOption(SO_RCVBUF, receiveBuffer) }
        if let sendBuffer { setOption(SO_SNDBUF, sendBuffer) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(fd, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0, "connect failed with \(errno)")
        _ = fcntl(fd, F_SETFL, O_NONBLOCK)
        _ = linux_set_nodelay(fd)
    }

    deinit { close() }

    /// All received bytes, as text.
    var text: String { String(decoding: received, as: UTF8.self) }

    /// Sends as much as the socket takes; returns the count.
    func write(_ bytes: [UInt8]) -> Int {
        switch Socket.send(fd, bytes, from: 0) {
        case .bytes(let count): return count
        case .failed: end = .reset
        default: break
        }
        return 0
    }

    /// Sends a text that fits into the socket's buffer.
    func write(_ text: String) {
        let sent = write(Array(text.utf8))
        #expect(sent == text.utf8.count)
    }

    /// Reads what has arrived.
    func read() {
        guard end == nil else { return }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            switch Socket.receive(fd, into: &buffer, from: 0) {
            case .bytes(let count): received += buffer[..<count]
            case .wouldBlock: return
            case .endOfStream: return end = .closed
            case .failed: return end = .reset
            }
        }
    }

    /// Shuts down the sending side.
    func endSending() { Socket.endSending(fd) }

    /// Closes with a reset, as the kernel does for a killed process.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Closes the socket.
    func close() {
        if fd >= 0 { Glibc.close(fd) }
        fd = -1
    }

    private func setOption(_ name: CInt, _ value: CInt) {
        var value = value
        _ = unsafe setsockopt(fd, SOL_SOCKET, name, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
