// The one way from another thread into the loop: a locked list and an eventfd that wakes it.
//
// Only the first message after a drain writes to the eventfd, so that a burst costs one wakeup.
// It has no limit of its own: the number of messages is bounded by the work given to the senders.

internal import CLinux
internal import Synchronization

/// Messages to the loop. Any thread posts; the loop's thread receives.
package final class Mailbox<Message: Sendable>: Sendable {
    private let messages = Mutex<[Message]>([])
    fileprivate let wakeup: FileDescriptor

    /// Creates an empty mailbox, eventfd(2).
    package init() throws(SystemError) {
        wakeup = FileDescriptor(owning: try check("eventfd") { linux_eventfd() })
    }

    /// The descriptor that a posting thread must keep open.
    package var descriptor: CInt { wakeup.number }

    /// Posts a message and wakes the loop. Any thread.
    package func post(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { _ = linux_eventfd_add(wakeup.number, 1) }
    }

    /// Swaps the waiting messages for an empty (reused) list.
    fileprivate func drain(into batch: inout [Message]) {
        _ = linux_eventfd_take(wakeup.number)
        let empty = batch
        batch = messages.withLock { messages in
            let full = messages
            messages = empty
            return full
        }
    }
}

/// The loop's end of a mailbox: calls `receive` for each message, in the order of posting.
package final class MailboxReceiver<Message: Sendable>: EventHandler {
    private let loop: EventLoop
    private let mailbox: Mailbox<Message>
    private let receive: (Message) -> Void
    private var batch: [Message] = []
    private var token: Token?

    /// Starts receiving. Loop thread.
    package init(
        _ mailbox: Mailbox<Message>, on loop: EventLoop, receive: @escaping (Message) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.mailbox = mailbox
        self.receive = receive
        token = try loop.register(mailbox.wakeup.number, interest: .read, handler: self)
    }

    /// Stops receiving. Loop thread.
    package func close() {
        if let token { loop.deregister(token) }
        token = nil
    }

    package func ready(_ readiness: Readiness, token: Token) {
        mailbox.drain(into: &batch)
        for message in batch {
            if self.token == nil { break }
            receive(message)
        }
        // Frees the messages now rather than at the next one: they may hold much memory.
        batch.removeAll(keepingCapacity: true)
    }
}
