// What requests of both handles are worked on with: the workers, the transfers, and their settings.

internal import EventLoop
internal import Inference
internal import Runtime

/// What a worker is given to do.
enum Job: Sendable {
    /// Decode, preprocess, infer; the most probable labels.
    case classify(ImageSource, topK: Int)
    /// Read a JSON body too long to be read on the loop.
    case read([UInt8], allowsBareURI: Bool)
}

/// What a worker found.
enum Output: Sendable {
    case predictions(Result<[Prediction], Failure>)
    case form(Result<Form, Failure>)
}

/// The workers and transfers of a server that is ready. Loop thread.
final class Backend {
    /// A JSON body up to this many bytes is read on the loop: sooner done than handed over.
    private static let longestReadOnLoop = 32 * 1024

    let loop: EventLoop
    let pool: WorkerPool<Job, Output>
    let transfers: TransferPool
    let fetch: FetchSettings
    /// Labels in an answer where the request does not say.
    let topK: Int
    let maxItems: Int

    /// Starts workers on a model, and transfers; `started` is called when the workers have come up.
    init(
        _ model: Model, _ configuration: Configuration, on loop: EventLoop,
        started: @escaping (Result<Void, WorkerFailure>) -> Void
    ) throws(SystemError) {
        self.loop = loop
        fetch = configuration.fetch
        topK = configuration.topK ?? model.settings.topK.value
        maxItems = configuration.maxItems
        let limits = ImageLimits(pixels: configuration.maxImagePixels)
        pool = try WorkerPool(
            count: configuration.workers, on: loop,
            makeWork: { [maxItems] () throws(WorkerFailure) in
                try Work.on(model, limits: limits, maxItems: maxItems)
            },
            started: started)
        transfers = try TransferPool(
            loop: loop, policy: AddressPolicy(allow: fetch.allow),
            maxConcurrent: fetch.maxConcurrent)
    }

    /// Breaks off all transfers and ends the workers, each after the job in its hands.
    func close() {
        transfers.close()
        pool.close()
    }

    /// Images of one request that are fetched or computed at the same time: enough to keep every
    /// worker busy behind slow hosts, few enough that one request cannot fill the queue.
    var window: Int { max(16, 4 * pool.workerCount) }

    /// Reads a JSON body; a long one on a worker, so that the loop goes on turning.
    ///
    /// `completed` may be called before this returns. The job can be abandoned.
    func read(
        json body: [UInt8], allowsBareURI: Bool,
        completed: @escaping (Result<Form, Failure>) -> Void
    ) -> JobID? {
        guard body.count > Self.longestReadOnLoop else {
            let maxItems = self.maxItems
            completed(
                Result { () throws(Failure) -> Form in
                    try Form(json: body, maxItems: maxItems, allowsBareURI: allowsBareURI)
                })
            return nil
        }
        return pool.submit(.read(body, allowsBareURI: allowsBareURI)) { output in
            guard case .form(let form) = output else { preconditionFailure("a job was mixed up") }
            completed(form)
        }
    }
}
