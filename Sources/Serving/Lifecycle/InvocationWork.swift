// The work of an invocation, of any kind.

internal import Runtime

/// Work that ends in an answer. Loop thread.
protocol InvocationWork: AnyObject {
    /// Cancels it without an answer.
    func cancel()
    /// Ends now: finished parts keep their answers, the rest get this failure.
    func fail(_ failure: Failure)
    /// The client has read its answers, so there is room for more.
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

    /// Starts. `completed` may be called before this returns.
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
