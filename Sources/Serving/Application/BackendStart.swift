// Starts workers and transfers from the configuration.

internal import Basics
package import EventLoop
package import Inference
internal import ModelStore
package import Runtime

extension Backend {
    /// Starts workers on a model of this name, and transfers; `started` is called when the workers have started.
    /// At most `queueCapacity` pictures wait for a worker; `.max` means no limit.
    package convenience init(
        _ model: ServedModel, named name: String, _ configuration: Configuration,
        queueCapacity: Int,
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
            target: Target(name: name, model: model),
            topK: configuration.inference.topK ?? model.topK, maxItems: maxItems,
            queueCapacity: queueCapacity)
    }
}

extension ServedModel {
    /// The labels of an answer, where the model's folder decides.
    fileprivate var topK: Int {
        if case .labels(let model) = self {
            model.settings.topK.value
        } else {
            Prediction.topKDefault
        }
    }
}

extension Loaded {
    /// What it is called: as the settings say, else as its folder, else "model".
    package func name(_ configuration: Configuration) -> String {
        if let name = configuration.models.servedName { return name }
        let folder = Path.name(of: path.hasSuffix("/") ? String(path.dropLast()) : path)
        let plain = folder.hasSuffix(".onnx") ? String(folder.dropLast(5)) : folder
        let isName = plain.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0))
        }
        return isName && !plain.isEmpty && plain != "." && plain != ".." ? plain : "model"
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
