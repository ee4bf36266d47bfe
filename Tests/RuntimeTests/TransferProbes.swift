// What the transfer tests observe outside of the pool: this process, and a port that is full.

import Glibc

/// The threads of this process, proc(5).
func threadCount() -> Int { entries(of: "/proc/self/task") }

/// The open descriptors of this process, proc(5).
func descriptorCount() -> Int { entries(of: "/proc/self/fd") }

private func entries(of path: String) -> Int {
    guard let directory = unsafe opendir(path) else { return -1 }
    defer { unsafe closedir(directory) }
    var count = -2
    while unsafe readdir(directory) != nil { count += 1 }
    return count
}

/// A listener that never accepts, and whose backlog is full.
final class FullListener {
    let port: UInt16
    private let sockets: [CInt]

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var sockets = [listener]
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe bind(listener, address, length)
                _ = listen(listener, 0)
                _ = unsafe getsockname(listener, address, &length)
                for _ in 0..<3 {
                    let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
                    sockets.append(socket(AF_INET, flags, 0))
                    _ = unsafe connect(sockets[sockets.count - 1], address, length)
                }
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.sockets = sockets
    }

    deinit {
        for socket in sockets { close(socket) }
    }
}
