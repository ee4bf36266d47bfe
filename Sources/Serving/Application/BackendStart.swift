// Starts workers and transfers from the configuration.

package import EventLoop
package import Inference
internal import ModelStore
package import Runtime

extension Backend {
    /// Starts workers on a model, and transfers; `started` is called when the workers have started.
    /// At most `queueCapacity` pictures wait for a worker; `.max` means no limit.
    package convenience init(
        _ model: Model, _ configuration: Configuration, queueCapacity: Int,
        on loop: EventLoop, started: @escaping (Result<Void, WorkerFailure>) -> Void
    ) throws(SystemError) {
        let limits = PictureLimits(pixels: configuration.inference.maxPixels)
        let maxItems = configuration.requests.maxItems
        let pool = try WorkerPool<Job, Output>(
            count: configuration.workers, on: loop,
            makeWork: { () throws(WorkerFailure) in
                try Work.on(model, limits: limits, maxItems: maxItems)
            },
            started: started)
        let transfers = try TransferPool(
            loop: loop, policy: AddressPolicy(allow: configuration.fetch.allow),
            maxConcurrent: configuration.fetch.maxConcurrent,
            certificateFile: configuration.fetch.certificateFile)
        let objects = try S3Store(configuration.s3, fetch: configuration.fetch, loop: loop)
        self.init(
            loop: loop, pool: pool, transfers: transfers, objects: objects,
            fetch: configuration.fetch,
            topK: configuration.inference.topK ?? model.settings.topK.value, maxItems: maxItems,
            queueCapacity: queueCapacity)
    }
}

extension Admission {
    /// The admission of an HTTP server: requests beyond its limits are refused.
    package init(_ configuration: Configuration) {
        self.init(
            queueCapacity: configuration.queueCapacity, workers: configuration.workers,
            maxFetches: configuration.fetch.maxConcurrent)
    }
}
