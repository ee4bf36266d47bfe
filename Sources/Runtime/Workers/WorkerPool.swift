// N threads that compute, fed by one queue; what they find comes back to the loop by a mailbox.
//
// Each worker builds what it needs on its own thread (its inference context never crosses) and then
// turns jobs into outputs, one at a time. The pool does not refuse: admission happens where a
// request arrives, so that a job once accepted always has its place.

internal import CLinux
package import EventLoop

/// A pool of worker threads. Owned by the loop thread.
package final class WorkerPool<Job: Sendable, Output: Sendable> {
    /// What one worker does with a job; stays on the worker's thread.
    package typealias Work = (Job) -> Output

    private enum Message: Sendable {
        case started
        case failed(String)
        case finished(JobID, Output)
    }

    private let queue: WorkQueue<Job>
    private let mailbox: Mailbox<Message>
    private var receiver: MailboxReceiver<Message>?
    private var threads: [Joinable] = []
    private var completions: [JobID: (Output) -> Void] = [:]
    private var lastID: UInt64 = 0
    private var startedCount = 0
    /// `nil` once called.
    private var started: ((Result<Void, WorkerFailure>) -> Void)?

    /// The number of threads.
    package let workerCount: Int

    /// Starts `count` threads. `makeWork` runs once on each; `started` is called on the loop, once,
    /// when all have come up or as soon as one could not.
    ///
    /// Throws where the system has no room for the threads; those that did start have ended then.
    package init(
        count: Int, on loop: EventLoop,
        makeWork: @escaping @Sendable () throws(WorkerFailure) -> Work,
        started: @escaping (Result<Void, WorkerFailure>) -> Void
    ) throws(SystemError) {
        precondition(count > 0)
        workerCount = count
        self.started = started
        queue = try WorkQueue()
        mailbox = try Mailbox()
        let (queue, mailbox) = (queue, mailbox)
        receiver = try MailboxReceiver(mailbox, on: loop) { [weak self] in self?.receive($0) }
        do throws(SystemError) {
            for index in 0..<count {
                let thread = try Thread(name: "worker-\(index)") {
                    Self.run(queue, mailbox, makeWork)
                }
                threads.append(Joinable(thread))
            }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// Jobs that wait for a worker.
    package var waitingCount: Int { queue.count }

    /// Jobs that wait or run, abandoned ones excepted.
    package var pendingCount: Int { completions.count }

    /// Queues a job; `completion` is called on the loop with its output.
    @discardableResult
    package func submit(_ job: Job, completion: @escaping (Output) -> Void) -> JobID {
        lastID += 1
        let id = JobID(number: lastID)
        completions[id] = completion
        queue.add(id, job)
        return id
    }

    /// Drops a job nobody waits for any more: not started if it still waits, its output thrown away
    /// if it runs.
    package func abandon(_ id: JobID) {
        guard completions.removeValue(forKey: id) != nil else { return }
        _ = queue.remove(id)
    }

    /// Ends the threads and waits until each has finished the job in its hands. No completion is
    /// called any more. A second call does nothing.
    package func close() {
        queue.close(workers: workerCount)
        for thread in threads { thread.join() }
        threads = []
        completions = [:]
        started = nil
        receiver?.close()
        receiver = nil
    }

    private func receive(_ message: Message) {
        switch message {
        case .started:
            startedCount += 1
            if startedCount == workerCount { started.take()?(.success(())) }
        case .failed(let reason):
            started.take()?(.failure(WorkerFailure(reason: reason)))
        case .finished(let id, let output):
            completions.removeValue(forKey: id)?(output)
        }
    }

    /// A worker needs two descriptors. Giving up the rest makes the loop's table its own again, which
    /// spares it two atomic operations in the kernel for every call on a descriptor; and the code
    /// that decodes strangers' images has no client's socket in reach.
    private static func keepOnly(_ queue: WorkQueue<Job>, _ mailbox: Mailbox<Message>) {
        let kept = [queue.descriptor, mailbox.descriptor].sorted()
        // An old kernel has no such call; the worker works as well without.
        _ = unsafe linux_keep_only_descriptors(kept, CInt(kept.count))
    }

    private static func run(
        _ queue: WorkQueue<Job>, _ mailbox: Mailbox<Message>,
        _ makeWork: @Sendable () throws(WorkerFailure) -> Work
    ) {
        let work: Work
        do {
            work = try makeWork()
        } catch {
            return mailbox.post(.failed(error.reason))
        }
        keepOnly(queue, mailbox)
        mailbox.post(.started)
        while let (id, job) = queue.take() { mailbox.post(.finished(id, work(job))) }
    }
}

/// Why a worker could not come up, as a sentence.
package struct WorkerFailure: Error, Sendable, Equatable {
    package let reason: String

    /// Creates a failure.
    package init(reason: String) { self.reason = reason }
}

/// An array cannot hold a `~Copyable` thread; a class can.
private final class Joinable {
    private var thread: Thread?

    init(_ thread: consuming Thread) { self.thread = consume thread }

    func join() { thread.take()?.join() }
}
