// What an invocation has under way, whatever kind of work it is.

internal import Inference
internal import Runtime

/// Work that ends in an answer. Loop thread.
protocol InvocationWork: AnyObject {
    /// Gives up without an answer.
    func cancel()
    /// Ends now: what is done keeps its answer, the rest has this failure.
    func fail(_ failure: Failure)
    /// The client has taken its answers, so that there is room for more.
    func resume()
}

extension InvocationWork {
    func resume() {}
}

/// A JSON body that a worker reads. Loop thread.
final class FormReading: InvocationWork {
    private let backend: Backend
    private var completed: ((Result<Form, Failure>) -> Void)?
    private var job: JobID?

    /// Prepares the reading; `completed` gets the form, unless `cancel` comes first.
    init(backend: Backend, completed: @escaping (Result<Form, Failure>) -> Void) {
        self.backend = backend
        self.completed = completed
    }

    /// Sets out. `completed` may be called before this returns.
    func start(_ body: [UInt8]) {
        job = backend.read(json: body, from: .body) { [weak self] in self?.end($0) }
    }

    func cancel() {
        completed = nil
        if let job { backend.pool.abandon(job) }
        job = nil
    }

    func fail(_ failure: Failure) {
        let completed = completed.take()
        cancel()
        completed?(.failure(failure))
    }

    private func end(_ result: Result<Form, Failure>) {
        job = nil
        completed.take()?(result)
    }
}
