// The queue between the loop and the workers: the loop adds and takes back, workers wait and take.
//
// Jobs of one lane are taken in their order, and the lanes in turn: a job's place is its round, which
// is the one after that of the job before it in its lane. So a lane with a thousand jobs delays another
// lane's job by one job, and all is one list.
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

/// A row of jobs that has its turn among others. Any thread.
package struct Lane: Sendable, Equatable {
    private let owner: ObjectIdentifier?

    /// The lane of all jobs that have none of their own.
    package static let common = Lane(owner: nil)

    private init(owner: ObjectIdentifier?) { self.owner = owner }

    /// The lane of an object, while that lives.
    package init(of owner: AnyObject) { self.owner = ObjectIdentifier(owner) }
}

/// Waiting jobs in the order in which they are taken.
struct FairQueue<Job> {
    private struct Place {
        let id: JobID
        let job: Job
        let lane: Lane
        let round: UInt64
    }

    /// In the order of their rounds.
    private var places: [Place] = []
    /// That of the job that was taken last.
    private var round: UInt64 = 0

    var count: Int { places.count }

    /// The jobs of one lane.
    func count(in lane: Lane) -> Int { places.count { $0.lane == lane } }

    /// Adds a job behind those of its lane, and before later rounds of other lanes.
    mutating func add(_ id: JobID, _ job: Job, to lane: Lane) {
        let before = places.last { $0.lane == lane }?.round ?? round
        let place = Place(id: id, job: job, lane: lane, round: before + 1)
        let index = places.lastIndex { $0.round <= place.round }
        places.insert(place, at: index.map { $0 + 1 } ?? 0)
    }

    /// Takes a job back; false if it is not there.
    mutating func remove(_ id: JobID) -> Bool {
        guard let index = places.firstIndex(where: { $0.id == id }) else { return false }
        places.remove(at: index)
        return true
    }

    /// Takes the next job; `nil` if there is none.
    mutating func next() -> (id: JobID, job: Job)? {
        guard !places.isEmpty else { return nil }
        let place = places.removeFirst()
        round = place.round
        return (place.id, place.job)
    }

    mutating func removeAll() { places.removeAll() }
}

/// Jobs that wait for workers, lanes in turn. Any thread.
final class WorkQueue<Job: Sendable>: Sendable {
    private struct State {
        var waiting = FairQueue<Job>()
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

    /// The number of jobs of a lane that no worker has taken yet.
    func count(in lane: Lane) -> Int { state.withLock { $0.waiting.count(in: lane) } }

    /// Adds a job and wakes one worker.
    func add(_ id: JobID, _ job: Job, to lane: Lane) {
        state.withLock { $0.waiting.add(id, job, to: lane) }
        _ = linux_eventfd_add(semaphore.number, 1)
    }

    /// Takes a job back; false if a worker already has it.
    func remove(_ id: JobID) -> Bool {
        state.withLock { $0.waiting.remove(id) }
    }

    /// Waits for the next job; `nil` after `close`.
    func take() -> (id: JobID, job: Job)? {
        while true {
            guard linux_eventfd_take(semaphore.number) >= 0 else { return nil }
            let (next, isClosed) = state.withLock { ($0.waiting.next(), $0.isClosed) }
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
