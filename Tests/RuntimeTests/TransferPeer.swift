// The other end of a connection, controlled by the test: raw bytes in and out, no thread.
//
// TransferServer answers whole requests by a script. This one sees a request grow, and may answer,
// close, reset or stop reading in the middle of it.

import Glibc
import TestSupport

/// A listener and the latest connection that it accepted.
final class TransferPeer {
    let port: UInt16
    private let listener: CInt
    private var connection: CInt = -1
    /// Bytes received on this connection and not yet taken.
    private(set) var received: [UInt8] = []
    /// Whether the client has closed this connection.
    private(set) var isEnded = false
    private(set) var connections = 0

    init() {
        listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        precondition(bound)
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close()
        Glibc.close(listener)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The received bytes, as text.
    var text: String { String(decoding: received, as: UTF8.self) }

    /// Takes the received bytes, after reading at most `limit` more.
    func take(limit: Int = .max) -> [UInt8] {
        receive(limit: limit)
        defer { received = [] }
        return received
    }

    /// Takes all bytes up to the end of a head, or `nil` if there is none yet.
    func takeHead() -> String? {
        receive()
        guard let range = received.place(of: [13, 10, 13, 10]) else { return nil }
        defer { received.removeFirst(range.upperBound) }
        return String(decoding: received[..<range.upperBound], as: UTF8.self)
    }

    /// Accepts a connection if one waits, and reads at most `limit` bytes.
    func receive(limit: Int = .max) {
        let accepted = accept(listener, nil, nil)
        if accepted >= 0 {
            close()
            connection = accepted
            connections += 1
            isEnded = false
            received = []
        }
        guard connection >= 0 else { return }
        var left = limit
        var buffer = [UInt8](repeating: 0, count: 65536)
        while left > 0 {
            let count = unsafe recv(
                connection, &buffer, min(left, buffer.count), Int32(MSG_DONTWAIT))
            if count == 0 || count < 0 && errno != EAGAIN { isEnded = true }
            guard count > 0 else { return }
            received.append(contentsOf: buffer[..<count])
            left -= count
        }
    }

    /// Waits for a head and takes it; `nil` if none arrives. Blocks.
    func takeHeadOnceThere() -> String? {
        while true {
            if let head = takeHead() { return head }
            guard waitForMore() else { return nil }
        }
    }

    /// Waits for as many bytes as `text` has and takes them; false unless they are `text`. Blocks.
    func takeOnceThere(_ text: String) -> Bool {
        receive()
        while received.count < text.utf8.count {
            guard waitForMore() else { return false }
            receive()
        }
        return String(decoding: take(), as: UTF8.self) == text
    }

    /// Waits for bytes or a connection; false if the connection has ended, or nothing arrives in a
    /// minute.
    private func waitForMore() -> Bool {
        guard !isEnded else { return false }
        var polled = [
            pollfd(fd: connection, events: Int16(POLLIN), revents: 0),
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        ]
        return unsafe poll(&polled, 2, 60_000) > 0
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        precondition(count == bytes.count)
    }

    /// A response without a body.
    func answer(_ status: Int, fields: [String] = []) {
        let lines = ["HTTP/1.1 \(status) X", "Content-Length: 0"] + fields
        send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    func close() {
        if connection >= 0 { Glibc.close(connection) }
        connection = -1
    }

    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            connection, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }
}

/// Bytes in which a lost, moved or duplicated part shows.
func patternedBytes(_ count: Int) -> [UInt8] {
    let block = (0..<9973).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// A chunked body (RFC 9112 §7.1) as far as it has arrived.
struct ChunkedText {
    var body: [UInt8] = []
    var sizes: [Int] = []
    /// The lines of the trailer section, once the end has arrived.
    var trailers: [String]?

    /// Moves whole chunks out of `input` into the body; false if the bytes are not chunked.
    mutating func read(_ input: inout [UInt8]) -> Bool {
        var rest = input[...]
        defer { input = Array(rest) }
        while trailers == nil, let line = rest.place(of: [13, 10]) {
            let digits = String(decoding: rest[..<line.lowerBound], as: UTF8.self)
            guard let size = Int(digits, radix: 16) else { return false }
            let after = rest[line.upperBound...]
            if size == 0 {
                if after.starts(with: [13, 10]) {
                    trailers = []
                    rest = after.dropFirst(2)
                } else if let end = after.place(of: [13, 10, 13, 10]) {
                    trailers = String(decoding: after[..<end.lowerBound], as: UTF8.self)
                        .split(separator: "\r\n").map(String.init)
                    rest = after[end.upperBound...]
                } else {
                    return true
                }
            } else {
                guard after.count >= size + 2 else { return true }
                let end = after.startIndex + size
                guard after[end] == 13, after[end + 1] == 10 else { return false }
                body += after[..<end]
                sizes.append(size)
                rest = after[(end + 2)...]
            }
        }
        return true
    }
}
