// The workers and transfers that serve the requests of both handles, and their settings.

internal import Basics
internal import EventLoop
internal import Inference
internal import ModelStore
internal import Runtime
internal import Tensors

/// A worker's task.
enum Job: Sendable {
    /// Decode, preprocess and infer; the result is the most probable labels.
    case classify(PictureSource, topK: Int)
    /// Read a JSON body too long to be read on the loop.
    case read([UInt8], from: Form.Frame)
    /// Read a Lambda event too long to be read on the loop.
    case readEvent([UInt8])
    /// A step of a request of arrays.
    case tensors(TensorWork)
}

/// A worker's result.
enum Output: Sendable {
    /// With a sentence for the log, where a picture gave rise to one.
    case predictions(Result<[Prediction], Failure>, notice: String? = nil)
    case form(Result<Form, Failure>)
    case event(Event)
    case tensors(TensorWork.Output)
}

/// The model that requests ask, and what it is called.
package struct Target: Sendable {
    /// As protocols name it.
    let name: String
    /// The version, as protocols name it.
    let version = "1"
    let model: ServedModel
}

/// The workers and transfers of a server that is ready. Loop thread.
package final class Backend {
    /// JSON up to this many bytes is read on the loop, which is faster than handing it over.
    private static let longestReadOnLoop = 32 * 1024

    let loop: EventLoop
    let pool: WorkerPool<Job, Output>
    /// Fetches users' URLs, under the address policy.
    let transfers: TransferPool
    /// Fetches `s3:` URIs.
    let objects: S3Store
    let fetch: FetchSettings
    /// The model; `nil` in tests whose work needs none.
    let target: Target?
    /// Which kind it is of.
    let kind: ModelKind
    /// The number of labels in an answer, unless the request says otherwise.
    package let topK: Int
    let maxItems: Int
    /// What the arrays of a request may come to.
    let tensorLimits = TensorLimits()
    /// Called with what a person should know about the pictures that come; each sentence once.
    package var noticed: ((String) -> Void)?
    private var notices: Set<String> = []

    /// Pictures of one request that are fetched or computed at the same time: enough to keep every
    /// worker busy despite slow hosts, few enough that one request does not fill the queue.
    package let window: Int

    init(
        loop: EventLoop, pool: WorkerPool<Job, Output>, transfers: TransferPool, objects: S3Store,
        fetch: FetchSettings, target: Target? = nil, topK: Int, maxItems: Int, queueCapacity: Int
    ) {
        self.loop = loop
        self.pool = pool
        self.transfers = transfers
        self.objects = objects
        self.fetch = fetch
        self.target = target
        kind = target?.model.kind ?? .labels
        self.topK = topK
        self.maxItems = maxItems
        window = max(1, min(max(16, 4 * pool.workerCount), queueCapacity / 2))
    }

    /// Passes a worker's sentence on, unless another worker had the same.
    func notice(_ sentence: String) {
        if notices.insert(sentence).inserted { noticed?(sentence) }
    }

    /// Reads a JSON body; a long one on a worker, so that the loop is not blocked.
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
    /// Drops what would be dead or stale after a restore from a snapshot: open connections, and the
    /// credentials and regions learned for S3 (docs/platforms.md B8).
    func prepareForSnapshot() {
        transfers.closeIdleConnections()
        objects.forget()
    }

    /// Renews the random seeds, which are equal in all processes restored from one snapshot.
    func renewAfterRestore() { OpenSSL.renewSeeds() }

    /// Cancels all transfers and stops the workers, each after its current job.
    package func close() {
        transfers.close()
        objects.close()
        pool.close()
    }
}
