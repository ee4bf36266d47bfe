// The loop: waits for readiness, calls the handler of what is ready, fires what is due.
//
// One thread runs it and everything that it reaches; neither the loop nor its handlers are
// `Sendable`, so the compiler keeps other threads out (they post to a `Mailbox`). A *registration*
// is a slot in a table: a handler, a descriptor (or none), at most one deadline. Its token carries
// the slot's generation, so that an event for a slot that was freed and given away is dropped.
// The clock is read once a turn. The loop knows no protocol and logs nothing.

/// What is called when a registration's descriptor is ready or its deadline has passed.
package protocol EventHandler: AnyObject {
    /// The descriptor is ready. Loop thread; must not block.
    func ready(_ readiness: Readiness, token: Token)
    /// The deadline that was set with `setDeadline` has passed; it is unset now. Loop thread.
    func deadlinePassed(token: Token)
}

extension EventHandler {
    /// Registrations without a descriptor never get ready.
    package func ready(_ readiness: Readiness, token: Token) {}
    /// Registrations that set no deadline are never called here.
    package func deadlinePassed(token: Token) {}
}

/// An event loop of one thread.
package final class EventLoop {
    private struct Slot {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
        var fd: CInt = -1
        var interest: Interest = []
        /// What the registration wants now.
        var deadline = Instant.distantFuture
        /// Where its entry stands in the heap; earlier than `deadline` after a postponement.
        var scheduled = Instant.distantFuture
    }

    /// Outdated timers that are not worth tidying up.
    private static let sparedTimers = 64

    private let poller: any Poller
    private let clock: any MonotonicClock
    private var slots: ContiguousArray<Slot> = []
    private var freeSlots: ContiguousArray<UInt32> = []
    private var timers = TimerHeap()
    private var events: [ReadyEvent] = []
    private var deferred: [() -> Void] = []
    private var isStopped = false

    /// The instant of this turn.
    package private(set) var now: Instant

    /// Creates a loop; the defaults are the real poller and clock.
    package init(poller: any Poller, clock: any MonotonicClock = SystemClock()) {
        self.poller = poller
        self.clock = clock
        now = clock.now()
    }

    /// The present instant, read from the clock: for what may happen long after the turn began, or
    /// outside of one.
    package func readClock() -> Instant { clock.now() }

    /// The number of deadlines that are kept, outdated ones included.
    package var timerCount: Int { timers.count }

    /// The number of live registrations.
    package var registrationCount: Int { slots.count - freeSlots.count }

    // MARK: Registrations

    /// Watches a descriptor. The caller keeps owning it and deregisters before it closes it.
    package func register(
        _ fd: CInt, interest: Interest, handler: any EventHandler
    ) throws(SystemError) -> Token {
        let token = takeSlot(handler: handler)
        do {
            try poller.add(fd, interest, token)
        } catch {
            freeSlot(token)
            throw error
        }
        slots[Int(token.slot)].fd = fd
        slots[Int(token.slot)].interest = interest
        return token
    }

    /// A registration without a descriptor, for its deadline.
    package func register(handler: any EventHandler) -> Token {
        takeSlot(handler: handler)
    }

    /// Changes what a registration waits for; costs a system call only where it changes.
    package func setInterest(_ interest: Interest, of token: Token) throws(SystemError) {
        guard isLive(token) else { return }
        let slot = Int(token.slot)
        guard slots[slot].interest != interest else { return }
        try poller.modify(slots[slot].fd, interest, token)
        slots[slot].interest = interest
    }

    /// Ends a registration; its pending events and its deadline are dropped. Stale tokens are ignored.
    package func deregister(_ token: Token) {
        guard isLive(token) else { return }
        let fd = slots[Int(token.slot)].fd
        if fd >= 0 { poller.remove(fd) }
        freeSlot(token)
    }

    /// Whether the registration still exists.
    package func isLive(_ token: Token) -> Bool {
        let slot = Int(token.slot)
        return slot < slots.count && slots[slot].generation == token.generation
            && slots[slot].handler != nil
    }

    // MARK: Deadlines

    /// Sets or moves a registration's deadline. Postponing costs nothing: the entry that stands in
    /// the heap is moved only when it is due.
    package func setDeadline(_ deadline: Instant, of token: Token) {
        guard isLive(token) else { return }
        let slot = Int(token.slot)
        slots[slot].deadline = deadline
        if deadline < slots[slot].scheduled { schedule(token, at: deadline) }
    }

    /// Unsets a registration's deadline.
    package func clearDeadline(of token: Token) {
        setDeadline(.distantFuture, of: token)
    }

    private func schedule(_ token: Token, at deadline: Instant) {
        slots[Int(token.slot)].scheduled = deadline
        timers.push(TimerHeap.Entry(deadline: deadline, token: token))
        // A registration has one current entry. The rest is of registrations that are gone, and
        // would pile up where connections come and go faster than their deadlines.
        if timers.count > 2 * registrationCount + Self.sparedTimers { timers.keep(isCurrent) }
    }

    private func isCurrent(_ entry: TimerHeap.Entry) -> Bool {
        isLive(entry.token) && slots[Int(entry.token.slot)].scheduled == entry.deadline
    }

    // MARK: Turning

    /// Runs work at the end of this turn, outside of any handler; of the next one where it is asked
    /// for by such work or between turns.
    package func afterTurn(_ work: @escaping () -> Void) {
        deferred.append(work)
    }

    /// Turns until `stop` is called.
    package func run() throws(SystemError) {
        while !isStopped { try turn() }
    }

    /// Ends `run` after this turn.
    package func stop() { isStopped = true }

    /// One iteration: waits, then calls whoever is ready, whoever is due, then what was deferred.
    package func turn() throws(SystemError) {
        // Taken out for the turn: an access to a property is checked each time, one to a local is not.
        var events: [ReadyEvent] = []
        swap(&events, &self.events)
        try poller.wait(timeout: timeout(), into: &events)
        now = clock.now()
        // By index, because an iterator would keep the list's memory in use and have it copied. A
        // handler may register, deregister, or even free the slot of a later event.
        for index in events.indices { deliver(events[index]) }
        events.removeAll(keepingCapacity: true)
        swap(&events, &self.events)
        // Counted before: a handler that sets a deadline in the past waits for the next turn.
        for _ in 0..<timers.count {
            guard let entry = timers.pop(dueAt: now) else { break }
            expire(entry)
        }
        runDeferred()
    }

    /// The time until the earliest deadline; `nil` where nothing is awaited.
    private func timeout() -> Duration? {
        if isStopped || !deferred.isEmpty { return .zero }
        guard let first = timers.first else { return nil }
        return first.deadline - clock.now()
    }

    private func deliver(_ event: ReadyEvent) {
        let token = event.token
        guard isLive(token), let handler = slots[Int(token.slot)].handler else { return }
        // An earlier handler of this turn may have withdrawn the interest.
        let interest = slots[Int(token.slot)].interest
        let readiness = event.readiness.intersection(Readiness(interest))
        if !readiness.isEmpty { handler.ready(readiness, token: token) }
    }

    private func expire(_ entry: TimerHeap.Entry) {
        let slot = Int(entry.token.slot)
        guard isCurrent(entry) else { return }
        slots[slot].scheduled = .distantFuture
        let deadline = slots[slot].deadline
        if deadline > now {
            if deadline < .distantFuture { schedule(entry.token, at: deadline) }
            return
        }
        slots[slot].deadline = .distantFuture
        slots[slot].handler?.deadlinePassed(token: entry.token)
    }

    /// Work that is deferred by deferred work waits for the next turn, so that it cannot keep
    /// everyone else from theirs.
    private func runDeferred() {
        guard !deferred.isEmpty else { return }
        let work = deferred
        deferred.removeAll(keepingCapacity: true)
        for item in work { item() }
    }

    // MARK: Slots

    private func takeSlot(handler: any EventHandler) -> Token {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].handler = handler
        return Token(slot: slot, generation: slots[Int(slot)].generation)
    }

    private func freeSlot(_ token: Token) {
        let next = token.generation &+ 1
        slots[Int(token.slot)] = Slot()
        slots[Int(token.slot)].generation = next
        freeSlots.append(token.slot)
    }
}
