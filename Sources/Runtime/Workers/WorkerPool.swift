// N threads that compute. One queue feeds them, and a mailbox brings their outputs back to the
// loop.
//
// Each worker builds what it needs on its own thread (its inference context never crosses) and then
// turns jobs into outputs, one at a time. The pool never refuses a job: admission happens when a
// request arrives, so that every accepted job has a place.

internal import CLinux
package import EventLoop

/// A pool of worker threads. Owned by the loop thread.
package final class WorkerPool<Job: Sendable, Output: Sendable> {
    /// The function that turns a job into an output; it stays on the worker's thread.
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
    /// when all are ready or as soon as one fails.
    ///
    /// Throws if the system can't start the threads; those that did start have then ended.
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

    /// Jobs that wait or run, without abandoned ones.
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

    /// Drops a job that is no longer wanted: if it waits, it does not start; if it runs, its output
    /// is discarded.
    package func abandon(_ id: JobID) {
        guard completions.removeValue(forKey: id) != nil else { return }
        _ = queue.remove(id)
    }

    /// Ends the threads and waits until each has finished its current job. No further completion is
    /// called. A second call does nothing.
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

    /// A worker needs two descriptors. Without the others it no longer shares the loop's table,
    /// which saves the loop two atomic operations in the kernel per call on a descriptor; and the
    /// code that decodes untrusted pictures can't reach a client's socket.
    private static func keepOnly(_ queue: WorkQueue<Job>, _ mailbox: Mailbox<Message>) {
        let kept = [queue.descriptor, mailbox.descriptor].sorted()
        // An old kernel lacks the call; the worker also works without it.
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

/// Why a worker could not start, as a sentence.
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
