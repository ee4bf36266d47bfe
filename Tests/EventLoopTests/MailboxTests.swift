import CLinux
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import EventLoop

@Suite(.timeLimit(.minutes(5))) struct MailboxTests {
    @Test func `a burst is one wakeup, and keeps its order`() throws {
        let loop = EventLoop(poller: try EpollPoller())
        let mailbox = try Mailbox<Int>()
        var received: [Int] = []
        var turnsWithMessages = 0
        let receiver = try MailboxReceiver(mailbox, on: loop) { received.append($0) }
        for number in 0..<1000 { mailbox.post(number) }
        while received.isEmpty { try loop.turn() }
        #expect(received == Array(0..<1000))
        // No wake-up is left over.
        loop.afterTurn { turnsWithMessages = received.count }
        try loop.turn()
        #expect(turnsWithMessages == 1000)
        receiver.close()
        #expect(loop.registrationCount == 0)
    }

    @Test func `each of many threads keeps its order, and nothing is lost`() throws {
        let loop = EventLoop(poller: try EpollPoller())
        let mailbox = try Mailbox<(thread: Int, number: Int)>()
        var next = [Int](repeating: 0, count: 4)
        var wakeups = 0
        var seenInTurn = false
        let receiver = try MailboxReceiver(mailbox, on: loop) { message in
            if message.number != next[message.thread] { Issue.record("\(message)") }
            next[message.thread] += 1
            seenInTurn = true
        }
        let threads = (0..<4).map { thread in
            TestThread { for number in 0..<5000 { mailbox.post((thread, number)) } }
        }
        while next != [5000, 5000, 5000, 5000] {
            seenInTurn = false
            try loop.turn()
            wakeups += seenInTurn ? 1 : 0
        }
        for thread in threads { thread.join() }
        #expect(wakeups <= 20_000)
        receiver.close()
    }

    @Test func `what is received may post again`() throws {
        let loop = EventLoop(poller: try EpollPoller())
        let mailbox = try Mailbox<Int>()
        var received: [Int] = []
        let receiver = try MailboxReceiver(mailbox, on: loop) { number in
            received.append(number)
            if number < 5 { mailbox.post(number + 1) }
        }
        mailbox.post(0)
        while received.count < 6 { try loop.turn() }
        #expect(received == [0, 1, 2, 3, 4, 5])
        receiver.close()
    }

    @Test func `closing ends receiving, in the middle of a batch too`() throws {
        let loop = EventLoop(poller: try EpollPoller())
        let mailbox = try Mailbox<Int>()
        var received: [Int] = []
        var receiver: MailboxReceiver<Int>?
        receiver = try MailboxReceiver(mailbox, on: loop) { number in
            received.append(number)
            if number == 1 { receiver?.close() }
        }
        for number in 0..<4 { mailbox.post(number) }
        while received.count < 2 { try loop.turn() }
        #expect(received == [0, 1])
        #expect(loop.registrationCount == 0)
        mailbox.post(9)
        receiver = nil
    }

    @Test func `a message is released once it was received`() throws {
        final class Body: Sendable {}
        let loop = EventLoop(poller: try EpollPoller())
        let mailbox = try Mailbox<Body>()
        weak var body: Body?
        var count = 0
        let receiver = try MailboxReceiver(mailbox, on: loop) { message in
            body = message
            count += 1
        }
        mailbox.post(Body())
        while count == 0 { try loop.turn() }
        #expect(body == nil)
        receiver.close()
    }
}
