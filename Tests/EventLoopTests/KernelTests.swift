import CLinux
import Glibc
import TestSupport
import Testing

@testable import EventLoop

/// The loop on the real kernel: epoll(7), descriptors, real waits.
@Suite(.timeLimit(.minutes(5))) struct KernelTests {
    private let loop: EventLoop

    init() throws { loop = EventLoop(poller: try EpollPoller()) }

    @Test func `a descriptor is closed when its owner is released`() throws {
        let pair = try SocketPair()
        var byte: UInt8 = 0
        do {
            let owner = FileDescriptor(owning: dup(pair.far))
            pair.closeFar()
            #expect(unsafe recv(pair.near, &byte, 1, 0) == -1)
            _ = owner.number
        }
        #expect(unsafe recv(pair.near, &byte, 1, 0) == 0)
    }

    @Test func `epoll reports reading, writing, the peer's end and the end of both`() throws {
        let pair = try SocketPair()
        let recorder = Recorder(loop)
        let token = try loop.register(
            pair.near, interest: [.read, .write, .peerClose], handler: recorder)
        try loop.turn()
        #expect(recorder.readiness.last == .write)
        try loop.setInterest([.read, .peerClose], of: token)
        #expect(unsafe send(pair.far, "x", 1, 0) == 1)
        try loop.turn()
        #expect(recorder.readiness.last == .read)
        shutdown(pair.far, Int32(SHUT_WR))
        try loop.turn()
        #expect(recorder.readiness.last == [.read, .peerClosed])
        pair.closeFar()
        try loop.turn()
        #expect(recorder.readiness.last == [.read, .peerClosed, .hangup])
        loop.deregister(token)
    }

    @Test func `a descriptor that is closed already can be deregistered`() throws {
        let pair = try SocketPair()
        let token = try loop.register(pair.near, interest: .read, handler: Recorder(loop))
        pair.closeNear()
        loop.deregister(token)
        #expect(loop.registrationCount == 0)
    }

    @Test func `a call that fails is named with its reason`() throws {
        let error = failure { () throws(SystemError) in
            _ = try loop.register(-1, interest: .read, handler: Recorder(loop))
        }
        #expect(error == SystemError(call: "epoll_ctl", number: EBADF))
        #expect(error?.description == "epoll_ctl: Bad file descriptor")
        #expect(loop.registrationCount == 0)
        #expect(failure { () throws(SystemError) in try check("x") { 0 } } == nil)
    }

    @Test func `an interrupted call is made again`() throws {
        var attempts = 0
        let result = try check("read") {
            attempts += 1
            errno = EINTR
            return attempts < 3 ? -1 : 7
        }
        #expect(result == 7 && attempts == 3)
    }

    @Test func `a real wait is not shorter than its deadline, and does not spin`() throws {
        let recorder = Recorder(loop)
        let token = loop.register(handler: recorder)
        let start = loop.readClock()
        loop.setDeadline(start + .microseconds(3500), of: token)
        var turns = 0
        while recorder.deadlines.isEmpty {
            try loop.turn()
            turns += 1
        }
        #expect(loop.readClock() - start >= .microseconds(3500))
        #expect(turns <= 2)
        loop.deregister(token)
    }
}
