// The event loop: waits for readiness, calls the handlers of ready descriptors, fires due
// deadlines.
//
// One thread runs the loop and everything that it calls; neither the loop nor its handlers are
// `Sendable`, so the compiler keeps other threads out (they post to a `Mailbox`). A *registration*
// is a slot in a table: a handler, a descriptor (or none), at most one deadline. Its token carries
// the slot's generation, so the loop drops an event for a slot that was freed and reused.
// The clock is read once a turn. The loop knows no protocol and logs nothing.

/// Receives a registration's events: its descriptor is ready, or its deadline has passed.
package protocol EventHandler: AnyObject {
    /// The descriptor is ready. Loop thread; must not block.
    func ready(_ readiness: Readiness, token: Token)
    /// The deadline that was set with `setDeadline` has passed; it is unset now. Loop thread.
    func deadlinePassed(token: Token)
}

extension EventHandler {
    /// Registrations without a descriptor never become ready.
    package func ready(_ readiness: Readiness, token: Token) {}
    /// Registrations that set no deadline never get this call.
    package func deadlinePassed(token: Token) {}
}

/// An event loop of one thread.
package final class EventLoop {
    private struct Slot {
        var handler: (any EventHandler)?
        var generation: UInt32 = 0
        var fd: CInt = -1
        var interest: Interest = []
        /// The deadline that the registration wants now.
        var deadline = Instant.distantFuture
        /// The deadline of its entry in the heap; earlier than `deadline` after a postponement.
        var scheduled = Instant.distantFuture
    }

    /// Outdated timers that the heap may always keep: so few are not worth a cleanup.
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

    /// The present instant, read from the clock: for use long after the turn began, or outside a
    /// turn.
    package func readClock() -> Instant { clock.now() }

    /// The number of deadlines in the heap, outdated ones included.
    package var timerCount: Int { timers.count }

    /// The number of live registrations.
    package var registrationCount: Int { slots.count - freeSlots.count }

    // MARK: Registrations

    /// Watches a descriptor. The caller still owns it, and deregisters it before closing it.
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

    /// Creates a registration without a descriptor, for its deadline only.
    package func register(handler: any EventHandler) -> Token {
        takeSlot(handler: handler)
    }

    /// Changes what a registration waits for; makes a system call only if that changes.
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

    /// Sets or moves a registration's deadline. Postponing is free: the entry in the heap moves
    /// only when it is due.
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
        // A registration has one current entry. The other entries belong to registrations that are
        // gone; they would pile up if connections came and went faster than their deadlines.
        if timers.count > 2 * registrationCount + Self.sparedTimers { timers.keep(isCurrent) }
    }

    private func isCurrent(_ entry: TimerHeap.Entry) -> Bool {
        isLive(entry.token) && slots[Int(entry.token.slot)].scheduled == entry.deadline
    }

    // MARK: Turning

    /// Runs work at the end of this turn, outside any handler. If such work or code between turns
    /// calls this, the work runs at the end of the next turn.
    package func afterTurn(_ work: @escaping () -> Void) {
        deferred.append(work)
    }

    /// Runs turns until `stop` is called.
    package func run() throws(SystemError) {
        while !isStopped { try turn() }
    }

    /// Ends `run` after this turn.
    package func stop() { isStopped = true }

    /// One iteration: waits, then calls the handlers that are ready, those that are due, then
    /// deferred work.
    package func turn() throws(SystemError) {
        // Moved into a local for the turn: the runtime checks each access to a property, but not to
        // a local.
        var events: [ReadyEvent] = []
        swap(&events, &self.events)
        try poller.wait(timeout: timeout(), into: &events)
        now = clock.now()
        // By index, because an iterator would hold a second reference to the list and so cause a
        // copy. A handler may register, deregister, or even free the slot of a later event.
        for index in events.indices { deliver(events[index]) }
        events.removeAll(keepingCapacity: true)
        swap(&events, &self.events)
        // The count is taken before: if a handler sets a deadline in the past, it fires in the next
        // turn.
        for _ in 0..<timers.count {
            guard let entry = timers.pop(dueAt: now) else { break }
            expire(entry)
        }
        runDeferred()
    }

    /// The time until the earliest deadline; `nil` if there is none.
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

    /// Work that deferred work defers waits for the next turn, so that it cannot block other
    /// handlers.
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
