// Sockets for the tests that use the kernel.

import CLinux
import Glibc

@testable import EventLoop

/// A connected pair of stream sockets, socketpair(2).
final class SocketPair {
    private(set) var near: CInt
    private(set) var far: CInt

    init() throws(SystemError) {
        var pair: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
        try check("socketpair") { unsafe socketpair(AF_UNIX, kind, 0, &pair) }
        (near, far) = (pair[0], pair[1])
    }

    deinit {
        closeNear()
        closeFar()
    }

    func closeNear() {
        if near >= 0 { close(near) }
        near = -1
    }

    func closeFar() {
        if far >= 0 { close(far) }
        far = -1
    }
}

/// A client of a listener on this machine. It is connected once it is in the backlog.
final class Client {
    private let socket: FileDescriptor

    init(host: String = "127.0.0.1", port: UInt16) throws(SystemError) {
        let family = host.contains(":") ? AF_INET6 : AF_INET
        let socket = FileDescriptor(
            owning: try check("socket") { Glibc.socket(family, CInt(SOCK_STREAM.rawValue), 0) })
        let number = socket.number
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(family)
            address.sin_port = port.bigEndian
            unsafe inet_pton(family, host, &address.sin_addr)
            try check("connect") { Self.connect(number, &address) }
        } else {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(family)
            address.sin6_port = port.bigEndian
            unsafe inet_pton(family, host, &address.sin6_addr)
            try check("connect") { Self.connect(number, &address) }
        }
        self.socket = socket
    }

    private static func connect<Address>(_ socket: CInt, _ address: inout Address) -> CInt {
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.connect(socket, address, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Whether both sides are still open.
    var isConnected: Bool {
        var byte: UInt8 = 0
        return unsafe recv(socket.number, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// Waits until the peer has closed.
    var isClosedByPeer: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(socket.number, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }
}
