// What the loop needs from the kernel's readiness interface; `EpollPoller` is the real one, tests
// use a scripted one.

/// Identifies one registration; when its slot is reused, the generation changes.
package struct Token: Sendable, Hashable {
    /// The place in the table of registrations.
    package let slot: UInt32
    /// Tells one use of the slot from the next.
    package let generation: UInt32

    /// Creates a token.
    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// The events of its descriptor that a registration waits for.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt8

    /// Creates a set from its bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The set for these directions; built without the generic set operations, whose metadata other
    /// modules would look up for every request.
    package init(reading: Bool, writing: Bool) {
        rawValue = (reading ? 1 : 0) | (writing ? 2 : 0)
    }

    package static let read = Interest(rawValue: 1)
    package static let write = Interest(rawValue: 2)
    /// The peer has closed its sending side (EPOLLRDHUP).
    package static let peerClose = Interest(rawValue: 4)
}

/// The state of a descriptor now. Level-triggered: reported again as long as it lasts.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt8

    /// Creates a set from its bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let read = Readiness(rawValue: 1)
    package static let write = Readiness(rawValue: 2)
    /// The peer has closed its sending side.
    package static let peerClosed = Readiness(rawValue: 4)
    /// Both directions are closed, or the socket has failed (EPOLLHUP, EPOLLERR); always reported.
    package static let hangup = Readiness(rawValue: 8)

    /// The readiness that may be reported to a registration with that interest.
    init(_ interest: Interest) { self = Readiness(rawValue: interest.rawValue).union(.hangup) }
}

/// One readiness event.
package struct ReadyEvent: Sendable, Equatable {
    /// Names the registration.
    package let token: Token
    /// What it is ready for.
    package let readiness: Readiness

    /// Creates an event.
    package init(token: Token, readiness: Readiness) {
        self.token = token
        self.readiness = readiness
    }
}

/// The kernel's readiness interface. Loop thread only.
package protocol Poller: AnyObject {
    /// Starts watching a descriptor.
    func add(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError)
    /// Changes the events that are watched.
    func modify(_ fd: CInt, _ interest: Interest, _ token: Token) throws(SystemError)
    /// Stops watching; a descriptor that is already closed is not an error.
    func remove(_ fd: CInt)
    /// Waits until something is ready or the timeout has passed (`nil`: without limit) and appends
    /// what is ready to `events`.
    func wait(timeout: Duration?, into events: inout [ReadyEvent]) throws(SystemError)
}
