// recv(2), send(2) and shutdown(2) on a nonblocking socket, with their outcomes as values.

internal import Glibc

/// The result of reading or writing.
enum SocketResult: Equatable {
    /// This many bytes; more than zero.
    case bytes(Int)
    /// The peer has closed its sending side.
    case endOfStream
    /// Nothing now; wait for readiness.
    case wouldBlock
    /// The connection is lost.
    case failed
}

/// The calls on a connected socket.
enum Socket {
    /// Reads into the whole of `buffer` from `offset`.
    static func receive(_ fd: CInt, into buffer: inout [UInt8], from offset: Int) -> SocketResult {
        result {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe recv(
                    fd, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset, 0)
            }
        }
    }

    /// Writes `buffer` from `offset`; never raises SIGPIPE.
    static func send(_ fd: CInt, _ buffer: [UInt8], from offset: Int) -> SocketResult {
        result {
            unsafe buffer.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    fd, bytes.baseAddress.map { unsafe $0 + offset }, bytes.count - offset,
                    CInt(MSG_NOSIGNAL))
            }
        }
    }

    /// Tells the peer that nothing more will come; its bytes can still be read.
    static func endSending(_ fd: CInt) { shutdown(fd, CInt(SHUT_WR)) }

    private static func result(_ call: () -> Int) -> SocketResult {
        while true {
            let count = call()
            if count > 0 { return .bytes(count) }
            if count == 0 { return .endOfStream }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed
            }
        }
    }
}
