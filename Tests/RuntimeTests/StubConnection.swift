// A connection to the stub of the Runtime API: reads whole requests, chunked or not, with their
// trailer sections, and writes raw replies. It uses nothing of the code under test.

import EventLoop
import Glibc
import TestSupport

@testable import Runtime

/// A request as it arrived.
struct StubRequest {
    /// Counts the stub's connections from 0.
    let connection: Int
    /// Request line and header lines.
    let head: [String]
    var body: [UInt8] = []
    /// Lines of the trailer section.
    var trailers: [String] = []

    /// "POST /path".
    var call: String { head[0].split(separator: " ").dropLast().joined(separator: " ") }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field, as it arrived.
    func field(_ name: String) -> String? { Self.value(of: name, in: head.dropFirst()) }

    func trailer(_ name: String) -> String? { Self.value(of: name, in: trailers[...]) }

    private static func value(of name: String, in lines: ArraySlice<String>) -> String? {
        for line in lines where line.lowercased().hasPrefix(name.lowercased() + ":") {
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        return nil
    }
}

/// One connection to the stub.
final class StubConnection: EventHandler {
    private var socket: FileDescriptor?
    let number: Int
    private unowned let stub: RuntimeAPIStub
    private let loop: EventLoop
    private var token = Token(slot: .max, generation: 0)
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var sent = 0
    private var then = ServedReply.Then.keep
    private var hasAnsweredEarly = false

    init(
        _ socket: consuming FileDescriptor, _ number: Int, _ stub: RuntimeAPIStub, _ loop: EventLoop
    ) {
        let fd = socket.number
        self.socket = consume socket
        self.number = number
        self.stub = stub
        self.loop = loop
        do {
            token = try loop.register(fd, interest: stub.isReading ? .read : [], handler: self)
        } catch {
            fatalError("\(error)")
        }
    }

    func close() {
        loop.deregister(token)
        socket = nil
    }

    func update(reading: Bool) {
        do {
            let interest = Interest(reading: reading, writing: sent < output.count)
            try loop.setInterest(interest, of: token)
        } catch {
            fatalError("\(error)")
        }
    }

    func ready(_ readiness: Readiness, token: Token) {
        guard let fd = socket?.number else { return }
        if sent < output.count { return flush() }
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        switch Socket.receive(fd, into: &buffer, from: 0) {
        case .bytes(let count): input += buffer[..<count]
        case .wouldBlock: return
        case .endOfStream, .failed: return end()
        }
        while socket != nil, let request = takeRequest() { stub.handle(request, self) }
    }

    func send(_ reply: ServedReply) {
        output = Array(output[sent...]) + reply.bytes
        sent = 0
        then = reply.then
        flush()
    }

    private func flush() {
        guard let fd = socket?.number else { return }
        while sent < output.count, case .bytes(let count) = Socket.send(fd, output, from: sent) {
            sent += count
        }
        if sent == output.count, then == .close || then == .reset { return end() }
        update(reading: stub.isReading)
    }

    private func end() {
        if then == .reset, let fd = socket?.number {
            var option = linger(l_onoff: 1, l_linger: 0)
            _ = unsafe setsockopt(
                fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close()
        stub.ended(self)
    }

    // MARK: Requests

    private func takeRequest() -> StubRequest? {
        guard let head = input.place(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = Self.lines(input[..<head.lowerBound])
        var request = StubRequest(connection: number, head: lines)
        var rest = input[head.upperBound...]
        if request.field("transfer-encoding") == "chunked" {
            stub.openHead = request
            if !hasAnsweredEarly, let reply = stub.earlyAnswer(request) {
                hasAnsweredEarly = true
                send(reply)
                if socket == nil { return nil }
            }
            guard Self.takeChunks(&rest, into: &request) else { return nil }
        } else {
            let length = Int(request.field("content-length") ?? "0") ?? 0
            guard rest.count >= length else { return nil }
            request.body = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        input = Array(rest)
        if hasAnsweredEarly {
            hasAnsweredEarly = false
            return nil
        }
        return request
    }

    /// False while the request is incomplete.
    private static func takeChunks(
        _ rest: inout ArraySlice<UInt8>, into request: inout StubRequest
    ) -> Bool {
        let lineEnd: [UInt8] = [13, 10]
        while let end = rest.place(of: lineEnd) {
            let size = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            let count = Int(size, radix: 16) ?? 0
            if count == 0 {
                guard let trailers = rest.place(of: [13, 10, 13, 10]) else { return false }
                request.trailers = lines(rest[end.lowerBound..<trailers.lowerBound])
                rest = rest[trailers.upperBound...]
                return true
            }
            guard rest.endIndex - end.upperBound >= count + 2 else { return false }
            request.body += rest[end.upperBound..<end.upperBound + count]
            rest = rest[(end.upperBound + count + 2)...]
        }
        return false
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }
}
