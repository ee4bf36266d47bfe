// Jobs to threads and back: order, abandoned jobs, workers that fail to start, shutdown.

import CLinux
import EventLoop
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Runtime

/// Holds worker threads until the test lets them go.
private final class Gate: Sendable {
    private let state = Mutex((isOpen: false, waiting: 0))

    var waitingCount: Int { state.withLock { $0.waiting } }

    func open() { state.withLock { $0.isOpen = true } }

    func pass() {
        state.withLock { $0.waiting += 1 }
        while !state.withLock({ $0.isOpen }) { usleep(200) }
    }
}

@Suite(.timeLimit(.minutes(5))) struct WorkerPoolTests {
    private let loop: EventLoop

    init() throws { loop = EventLoop(poller: try PacedPoller(longestWait: .milliseconds(1))) }

    private func turn(until condition: () -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while !condition() {
            try #require(ContinuousClock.now < end, "nothing happened in a minute")
            try loop.turn()
        }
    }

    private func pool(
        _ count: Int, _ work: @escaping @Sendable (Int) -> Int
    ) throws -> WorkerPool<Int, Int> {
        try WorkerPool(count: count, on: loop, makeWork: { work }, started: { _ in })
    }

    @Test func `one worker does its jobs in order`() throws {
        let pool = try pool(1) { $0 * 2 }
        var outputs: [Int] = []
        for job in 0..<5000 { pool.submit(job) { outputs.append($0) } }
        #expect(pool.pendingCount == 5000)
        try turn { outputs.count == 5000 }
        #expect(outputs == (0..<5000).map { $0 * 2 })
        #expect(pool.pendingCount == 0 && pool.waitingCount == 0)
        pool.close()
        #expect(loop.registrationCount == 0)
    }

    @Test func `jobs run on threads of their own, completions on the loop's`() throws {
        let home = pthread_self()
        let pool = try WorkerPool<pthread_t, Bool>(
            count: 3, on: loop, makeWork: { { pthread_equal($0, pthread_self()) != 0 } },
            started: { _ in })
        var count = 0
        func next() {
            pool.submit(home) { ranAtHome in
                #expect(!ranAtHome && pthread_equal(home, pthread_self()) != 0)
                count += 1
                if count < 2000 { next() }
            }
        }
        next()
        try turn { count == 2000 }
        pool.close()
    }

    @Test func `every job of many is done once, whichever are taken back`() throws {
        let runs = Runs()
        let pool = try pool(4) { job in
            runs.add()
            return job
        }
        var generator = SeededGenerator(seed: 11)
        var completed: Set<Int> = []
        var abandoned: Set<Int> = []
        var waiting: [(Int, JobID)] = []
        for job in 0..<20_000 {
            let id = pool.submit(job) { output in
                #expect(completed.insert(output).inserted)
            }
            waiting.append((job, id))
            if generator.next() % 3 == 0 {
                let (job, id) = waiting.remove(at: Int(generator.next() % UInt64(waiting.count)))
                if !completed.contains(job) { abandoned.insert(job) }
                pool.abandon(id)
                pool.abandon(id)
            }
            if generator.next() % 64 == 0 { try loop.turn() }
        }
        try turn { pool.pendingCount == 0 }
        #expect(completed.isDisjoint(with: abandoned))
        #expect(completed.count + abandoned.count == 20_000)
        pool.close()
        #expect(20_000 - abandoned.count...20_000 ~= runs.count)
    }

    @Test func `a job that is taken back before it runs never runs`() throws {
        let (gate, runs) = (Gate(), Runs())
        let pool = try pool(1) { job in
            if job == 0 { gate.pass() } else { runs.add() }
            return job
        }
        var outputs: [Int] = []
        let first = pool.submit(0) { outputs.append($0) }
        try turn { gate.waitingCount == 1 }
        let second = pool.submit(1) { outputs.append($0) }
        pool.submit(2) { outputs.append($0) }
        #expect(pool.waitingCount == 2)
        pool.abandon(second)
        #expect(pool.waitingCount == 1)
        // It runs, but its output is dropped.
        pool.abandon(first)
        gate.open()
        try turn { outputs == [2] }
        pool.abandon(first)
        pool.close()
        #expect(runs.count == 1 && outputs == [2])
    }

    @Test func `all workers are needed, and the first that can't come up says why`() throws {
        let runs = Runs()
        var results: [Result<Void, WorkerFailure>] = []
        let pool = try WorkerPool<Int, Int>(
            count: 4, on: loop,
            makeWork: { () throws(WorkerFailure) in
                if runs.add() > 1 { throw WorkerFailure(reason: "no memory") }
                return { $0 }
            }, started: { results.append($0) })
        try turn { runs.count == 4 && !results.isEmpty }
        for _ in 0..<50 { try loop.turn() }
        #expect(results.count == 1)
        #expect(throws: WorkerFailure(reason: "no memory")) { try results[0].get() }
        pool.close()
    }

    @Test func `workers that have come up are reported once`() throws {
        var count = 0
        let pool = try WorkerPool<Int, Int>(
            count: 3, on: loop, makeWork: { { $0 } },
            started: { result in if case .success = result { count += 1 } })
        try turn { count == 1 }
        for _ in 0..<20 { try loop.turn() }
        #expect(count == 1)
        pool.close()
    }

    @Test func `closing waits for jobs that run, and drops the rest`() throws {
        let (gate, runs) = (Gate(), Runs())
        let pool = try pool(2) { job in
            gate.pass()
            runs.add()
            return job
        }
        for job in 0..<100 { pool.submit(job) { _ in Issue.record("completed after the end") } }
        try turn { gate.waitingCount == 2 }
        gate.open()
        // Which jobs still run is a race; that none runs afterwards is not.
        pool.close()
        let count = runs.count
        #expect(count >= 2)
        pool.close()
        for _ in 0..<20 { try loop.turn() }
        #expect(runs.count == count && loop.registrationCount == 0)
    }

    @Test func `a pool that is let go closes itself`() throws {
        do {
            let pool = try pool(2) { $0 }
            pool.submit(1) { _ in }
        }
        for _ in 0..<20 { try loop.turn() }
        #expect(loop.registrationCount == 0)
    }

    @Test func `no job is forgotten between workers that sleep and a loop that adds one by one`()
        throws
    {
        let pool = try pool(4) { $0 }
        for job in 0..<3000 {
            var output: Int?
            pool.submit(job) { output = $0 }
            try turn { output != nil }
            #expect(output == job)
        }
        pool.close()
    }

    /// False under a sanitizer, and before Linux 5.9.
    @Test(.enabled(if: canKeepOnlyDescriptors()))
    func `a worker has two descriptors, and the loop keeps its own`() throws {
        let socket = FileDescriptor(owning: try check("eventfd") { linux_eventfd() })
        let number = Int(socket.number)
        let pool = try pool(1) { limit in
            (3..<limit).count { fcntl(CInt($0), F_GETFD) >= 0 }
        }
        var open: Int?
        // Other tests open descriptors meanwhile, so the worker's two may have any number.
        pool.submit(number + 4096) { open = $0 }
        try turn { open != nil }
        #expect(open == 2)
        #expect(fcntl(socket.number, F_GETFD) >= 0)
        pool.close()
    }
}

/// Counts runs on any thread.
private final class Runs: Sendable {
    private let value = Atomic(0)

    var count: Int { value.load(ordering: .sequentiallyConsistent) }

    @discardableResult
    func add() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
}

/// Asks on a thread of its own, which then has no descriptors.
private func canKeepOnlyDescriptors() -> Bool {
    let answer = Mutex(CInt(-1))
    let asked = Mutex(false)
    do {
        let thread = try Thread(name: "asks") {
            answer.withLock { $0 = unsafe linux_keep_only_descriptors([], 0) }
            asked.withLock { $0 = true }
        }
        thread.join()
    } catch {
        return false
    }
    return asked.withLock { $0 } && answer.withLock { $0 } == 0
}
