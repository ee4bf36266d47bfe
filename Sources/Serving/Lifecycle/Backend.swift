// What requests of both handles are worked on with: the workers, the transfers, and their settings.

internal import Basics
internal import EventLoop
internal import Inference
internal import ModelStore
internal import Runtime

/// What a worker is given to do.
enum Job: Sendable {
    /// Decode, preprocess, infer; the most probable labels.
    case classify(PictureSource, topK: Int)
    /// Read a JSON body too long to be read on the loop.
    case read([UInt8], from: Form.Frame)
    /// Read a Lambda event too long to be read on the loop.
    case readEvent([UInt8])
}

/// What a worker found.
enum Output: Sendable {
    case predictions(Result<[Prediction], Failure>)
    case form(Result<Form, Failure>)
    case event(Event)
}

/// The workers and transfers of a server that is ready. Loop thread.
package final class Backend {
    /// JSON up to this many bytes is read on the loop: sooner done than handed over.
    private static let longestReadOnLoop = 32 * 1024

    let loop: EventLoop
    let pool: WorkerPool<Job, Output>
    /// What users' URLs are fetched by, under the address policy.
    let transfers: TransferPool
    /// What `s3:` URIs are fetched by.
    let objects: S3Store
    let fetch: FetchSettings
    /// Labels in an answer where the request does not say.
    package let topK: Int
    let maxItems: Int

    /// Images of one request that are fetched or computed at the same time: enough to keep every
    /// worker busy behind slow hosts, few enough that one request does not fill a queue in which
    /// others find no room then.
    package let window: Int

    init(
        loop: EventLoop, pool: WorkerPool<Job, Output>, transfers: TransferPool, objects: S3Store,
        fetch: FetchSettings, topK: Int, maxItems: Int, queueCapacity: Int
    ) {
        self.loop = loop
        self.pool = pool
        self.transfers = transfers
        self.objects = objects
        self.fetch = fetch
        self.topK = topK
        self.maxItems = maxItems
        window = max(1, min(max(16, 4 * pool.workerCount), queueCapacity / 2))
    }

    /// Reads a JSON body; a long one on a worker, so that the loop goes on turning.
    ///
    /// `completed` may be called before this returns. The job can be abandoned.
    func read(
        json body: [UInt8], from frame: Form.Frame,
        completed: @escaping (Result<Form, Failure>) -> Void
    ) -> JobID? {
        guard body.count > Self.longestReadOnLoop else {
            let maxItems = self.maxItems
            completed(
                Result { () throws(Failure) -> Form in
                    try Form(json: body, from: frame, maxItems: maxItems)
                })
            return nil
        }
        return pool.submit(.read(body, from: frame)) { output in
            guard case .form(let form) = output else { preconditionFailure("a job was mixed up") }
            completed(form)
        }
    }

    /// Reads a Lambda event; a long one on a worker.
    ///
    /// `completed` may be called before this returns. The job can be abandoned.
    func read(event bytes: [UInt8], completed: @escaping (Event) -> Void) -> JobID? {
        guard bytes.count > Self.longestReadOnLoop else {
            completed(Event(reading: bytes, maxItems: maxItems))
            return nil
        }
        return pool.submit(.readEvent(bytes)) { output in
            guard case .event(let event) = output else { preconditionFailure("a job was mixed up") }
            completed(event)
        }
    }
}

extension Backend {
    /// Lets go of what would be dead or stale in a process that is restored from a snapshot: open
    /// connections and what was learned over them (docs/platforms.md B8).
    func prepareForSnapshot() {
        transfers.closeIdleConnections()
        objects.forget()
    }

    /// Renews what a snapshot made the same in all processes that are restored from it.
    func renewAfterRestore() { OpenSSL.renewSeeds() }

    /// Breaks off all transfers and ends the workers, each after the job in its hands.
    package func close() {
        transfers.close()
        objects.close()
        pool.close()
    }
}
