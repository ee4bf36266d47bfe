// The parts of a connection, each alone: its interest, its queue, arriving bodies, buffers.

import EventLoop
import Glibc
import HTTP
import Testing

@testable import Runtime

@Suite struct ConnectionPartsTests {
    // MARK: ConnectionWait

    @Test func `what is to be sent comes first, then the protocol's phase`() {
        let phases: [ServerProtocol.Phase: ConnectionWait] = [
            .betweenRequests: .request, .inHead: .head, .inBody: .body,
            .awaitingResponse: .service, .closed: .end,
        ]
        for (phase, wait) in phases {
            #expect(ConnectionWait(phase, hasOutput: false, yields: false) == wait)
            #expect(ConnectionWait(phase, hasOutput: false, yields: true) == .turn)
            #expect(ConnectionWait(phase, hasOutput: true, yields: true) == .client)
        }
    }

    @Test func `each wait for a client ends by itself`() {
        let limits = Limits()
        let timeouts = ConnectionWait.allCases.map { $0.timeout(limits) }
        #expect(
            timeouts == [
                .seconds(75), .seconds(10), .seconds(30), nil, .seconds(30), nil, .seconds(2),
            ])
    }

    @Test(arguments: ConnectionWait.allCases)
    func `no interest is reported for ever`(wait: ConnectionWait) {
        // A client that has sent its end stays readable, so only waits that close on that may
        // remain.
        let ended = wait.interest(hasUnread: false, hasEnded: true)
        let full = wait.interest(hasUnread: true, hasEnded: false)
        let usual = wait.interest(hasUnread: false, hasEnded: false)
        switch wait {
        case .client: #expect([usual, ended, full] == [.write, .write, .write])
        case .turn: #expect([usual, ended, full] == [[], [], []])
        case .service: #expect([usual, ended, full] == [.read, [], []])
        default: #expect([usual, full] == [.read, .read])
        }
    }

    // MARK: SendQueue

    @Test func `bytes leave in order through a socket that takes a few at a time`() throws {
        let sockets = try SocketPair()
        var (pool, queue) = (BufferPool(), SendQueue())
        var expected: [UInt8] = []
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8000)
        var outcomes: Set<SendQueue.Outcome> = []
        for round in 0..<400 {
            let piece = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* round) }
            queue.prepare(&pool)
            queue.bytes += piece
            expected += piece
            outcomes.insert(queue.send(sockets.near))
            let (kept, unsent) = (queue.bytes.count, queue.count)
            #expect(kept <= 2 * max(unsent, 256 * 1024) + piece.count)
            if round % 3 == 0,
                case .bytes(let count) = Socket.receive(sockets.far, into: &buffer, from: 0)
            {
                received += buffer[..<count]
            }
        }
        let isCongested = queue.isCongested
        #expect(isCongested)
        while !queue.isEmpty {
            outcomes.insert(queue.send(sockets.near))
            if case .bytes(let count) = Socket.receive(sockets.far, into: &buffer, from: 0) {
                received += buffer[..<count]
            }
        }
        while case .bytes(let count) = Socket.receive(sockets.far, into: &buffer, from: 0) {
            received += buffer[..<count]
        }
        let isSame = received == expected
        #expect(isSame)
        #expect(outcomes == [.emptied, .stuck])
        queue.release(to: &pool)
        let (isEmpty, capacity) = (queue.isEmpty, queue.bytes.capacity)
        #expect(isEmpty && capacity == 0)
    }

    @Test func `a peer that is gone is a failure, and no signal`() throws {
        let sockets = try SocketPair()
        sockets.closeFar()
        var (pool, queue) = (BufferPool(), SendQueue())
        queue.prepare(&pool)
        queue.bytes += [1]
        let outcome = queue.send(sockets.near)
        #expect(outcome == .failed)
    }

    // MARK: ArrivingBody

    @Test func `no more than the limit arrives`() {
        var body = ArrivingBody()
        func begin(_ framing: BodyFraming, _ limit: Int) -> Bool {
            body.begin(framing, limit: limit)
        }
        func append(_ bytes: [UInt8]) -> Bool { body.append(bytes.span) }
        func take() -> [UInt8] { body.take() }

        #expect(!begin(.length(5), 4))
        #expect(begin(.length(4), 4))
        #expect(append([1, 2]) && append([3, 4]))
        #expect(!append([5]))
        #expect(body.count == 4)
        #expect(take() == [1, 2, 3, 4])
        #expect(body.count == 0 && take() == [])
        #expect(begin(.chunked, 3))
        #expect(append([1, 2]) && !append([3, 4]) && append([3]))
        #expect(take() == [1, 2, 3])
    }

    // MARK: BufferPool

    @Test func `buffers go round; empty and huge ones are not kept`() {
        var pool = BufferPool()
        var buffer: [UInt8] = []
        pool.giveBack(&buffer)
        let none = pool.take()
        #expect(none.capacity == 0)
        buffer.reserveCapacity(1000)
        let capacity = buffer.capacity
        buffer.append(1)
        pool.giveBack(&buffer)
        #expect(buffer.capacity == 0)
        let again = pool.take()
        #expect(again.isEmpty && again.capacity == capacity)
        var huge = [UInt8](repeating: 0, count: 300_000)
        pool.giveBack(&huge)
        let other = pool.take()
        #expect(other.capacity == 0)
    }
}

/// Two connected sockets that don't block.
private final class SocketPair {
    private(set) var near: CInt = -1
    private(set) var far: CInt = -1

    init() throws {
        var numbers: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let result = unsafe socketpair(AF_UNIX, kind, 0, &numbers)
        try #require(result == 0)
        (near, far) = (numbers[0], numbers[1])
    }

    deinit {
        close(near)
        closeFar()
    }

    func closeFar() {
        if far >= 0 { close(far) }
        far = -1
    }
}
