// The queue between the loop and the workers: the loop adds and takes back, workers wait and take.
//
// An eventfd counting in semaphore mode puts idle workers to sleep (there is no condition variable
// in Swift's Synchronization); after a job was taken back it counts too many, so a woken worker may
// find nothing and sleeps again.

internal import CLinux
internal import EventLoop
internal import Synchronization

/// Identifies a job for as long as its pool lives.
package struct JobID: Sendable, Hashable {
    let number: UInt64
}

/// Jobs that wait for workers, first in, first out. Any thread.
final class WorkQueue<Job: Sendable>: Sendable {
    private struct State {
        var waiting: [(id: JobID, job: Job)] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let semaphore: FileDescriptor

    init() throws(SystemError) {
        semaphore = FileDescriptor(owning: try check("eventfd") { linux_eventfd_semaphore() })
    }

    /// The descriptor that a worker must keep open to take jobs.
    var descriptor: CInt { semaphore.number }

    /// The number of jobs that no worker has taken yet.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Adds a job and wakes one worker.
    func add(_ id: JobID, _ job: Job) {
        state.withLock { $0.waiting.append((id, job)) }
        _ = linux_eventfd_add(semaphore.number, 1)
    }

    /// Takes a job back; false if a worker already has it.
    func remove(_ id: JobID) -> Bool {
        state.withLock { state in
            guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return false }
            state.waiting.remove(at: index)
            return true
        }
    }

    /// Waits for the next job; `nil` after `close`.
    func take() -> (id: JobID, job: Job)? {
        while true {
            guard linux_eventfd_take(semaphore.number) >= 0 else { return nil }
            let (next, isClosed) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
            }
            if isClosed { return nil }
            if let next { return next }
        }
    }

    /// Ends the waits of `workers` threads; drops the jobs that still wait.
    func close(workers: Int) {
        state.withLock { state in
            state.isClosed = true
            state.waiting.removeAll()
        }
        _ = linux_eventfd_add(semaphore.number, UInt64(workers))
    }
}
