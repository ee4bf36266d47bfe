// An internal extension that does nothing: if one is registered, the platform sends SIGTERM before
// it ends the process (docs/platforms.md B7). Otherwise it sends SIGKILL only.

/// A registered extension. Loop thread.
final class LambdaExtension {
    private let pool: TransferPool
    private let api: RuntimeAPI
    private let notice: (LambdaNotice) -> Void
    private var isRegistering = false
    private var awaiting: [() -> Void] = []

    init(_ pool: TransferPool, _ api: RuntimeAPI, notice: @escaping (LambdaNotice) -> Void) {
        self.pool = pool
        self.api = api
        self.notice = notice
    }

    /// Registers it, then waits for an event that never comes: this call tells the platform that it
    /// is ready.
    func register() {
        isRegistering = true
        pool.start(api.register) { [self] result in
            isRegistering = false
            registered(result)
            let works = awaiting
            awaiting = []
            for work in works { work() }
        }
    }

    /// Does the work after the registration has succeeded, failed or timed out.
    func afterRegistration(_ work: @escaping () -> Void) {
        if isRegistering { awaiting.append(work) } else { work() }
    }

    private func registered(_ result: Result<TransferResponse, TransferError>) {
        switch result {
        case .failure(let error): notice(.extensionNotRegistered(reason: error.sentence))
        case .success(let response):
            guard let identifier = response.headers[RuntimeAPI.extensionIdentifier] else {
                return notice(.extensionNotRegistered(reason: "no identifier was given"))
            }
            pool.start(api.extensionNext(identifier)) { [notice] result in
                switch result {
                case .success: notice(.extensionEnded(reason: "an event came"))
                case .failure(let error): notice(.extensionEnded(reason: error.sentence))
                }
            }
        }
    }
}
