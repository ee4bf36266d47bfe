// One picture on its way to its labels: fetched if it is remote, then given to a worker.
//
//     waiting ─► fetching ─► working ─► ended
//        └──────────────────────┘
//
// Cancellable at every step: a fetch is cancelled, a waiting job is taken back, and the result of a
// running job is dropped.

package import Inference
internal import ModelStore
package import Runtime

/// The classification of one picture. Loop thread.
package final class Classification {
    private enum State {
        case waiting
        case fetching(TransferID)
        case fetchingObject(S3Fetch)
        case working(JobID)
        case ended
    }

    private let item: Item
    private let topK: Int
    private let backend: Backend
    private var completed: ((Result<[Prediction], Failure>) -> Void)?
    private var state = State.waiting

    /// Called with a picture that had to be fetched, before it is worked on.
    package var fetched: ((TransferBody) -> Void)?

    /// Prepares a classification; `completed` gets the labels, best first.
    package init(
        _ item: Item, topK: Int, backend: Backend,
        completed: @escaping (Result<[Prediction], Failure>) -> Void
    ) {
        self.item = item
        self.topK = topK
        self.backend = backend
        self.completed = completed
    }

    /// Starts. `completed` may be called before this returns.
    package func start() {
        switch item.source {
        case .bytes, .base64, .fetched: work(on: item.source)
        case .unusable(let failure): end(.failure(failure))
        case .uri(let uri):
            do throws(Failure) {
                switch try PictureURI(uri) {
                case .inline: work(on: item.source)
                case .remote(let url): fetch(url)
                case .object(let object): fetch(object)
                }
            } catch {
                end(.failure(error))
            }
        }
    }

    /// Cancels it; `completed` is not called.
    func cancel() {
        completed = nil
        switch state {
        case .waiting, .ended: break
        case .fetching(let transfer): backend.transfers.cancel(transfer)
        case .fetchingObject(let fetch): fetch.cancel()
        case .working(let job): backend.pool.abandon(job)
        }
        state = .ended
    }

    private func fetch(_ url: String) {
        var request = TransferRequest(url: url)
        request.byteCap = backend.fetch.maxBytes
        request.connectTimeout = backend.fetch.connectTimeout
        request.totalTimeout = backend.fetch.timeout
        request.maxRedirects = backend.fetch.maxRedirects
        request.keepsRefusal = true
        let transfer = backend.transfers.start(request) { [weak self] result in
            self?.transferred(result)
        }
        state = .fetching(transfer)
    }

    private func transferred(_ result: Result<TransferResponse, TransferError>) {
        switch result {
        case .failure(let error): end(.failure(Failure(error)))
        case .success(let response): work(onFetched: response)
        }
    }

    private func fetch(_ object: S3Object) {
        let fetch = S3Fetch(object, from: backend.objects) { [weak self] result in
            switch result {
            case .failure(let error): self?.end(.failure(Failure(error)))
            case .success(let response): self?.work(onFetched: response)
            }
        }
        state = .fetchingObject(fetch)
        fetch.start()
    }

    private func work(onFetched response: TransferResponse) {
        let body = TransferBody(of: response, limit: backend.fetch.maxBytes)
        fetched?(body)
        work(on: .fetched(body))
    }

    private func work(on source: PictureSource) {
        let job = backend.pool.submit(.classify(source, topK: topK)) { [weak self] output in
            guard case .predictions(let result, let notice) = output else {
                preconditionFailure("a job was mixed up")
            }
            if let notice { self?.backend.notice(notice) }
            self?.end(result)
        }
        state = .working(job)
    }

    private func end(_ result: Result<[Prediction], Failure>) {
        state = .ended
        completed.take()?(result)
    }
}
