// The current credentials, for all requests: fetched once for all waiting requests, kept, and
// renewed in the background before they expire, so that no request waits while they are valid.

internal import Runtime

/// Provides AWS credentials. Loop thread.
final class CredentialProvider {
    /// `nil` if there are none: requests are not signed.
    typealias Completion = (Result<AWSCredentials?, StoreError>) -> Void

    /// Identifies a waiting request.
    struct WaiterID: Hashable { fileprivate let number: Int }

    private let source: Result<CredentialSource, StoreError>
    private let transfers: TransferPool
    private let connectTimeout: Duration
    private let timeout: Duration
    private let wallSeconds: () -> Int
    private var lease = CredentialLease()
    private var fetching: TransferID?
    private var waiting: [WaiterID: Completion] = [:]
    private var lastWaiter = 0

    /// Fetches through `transfers`; `wallSeconds` is the time in seconds since 1970.
    init(
        _ source: Result<CredentialSource, StoreError>, transfers: TransferPool,
        fetch: FetchSettings,
        wallSeconds: @escaping () -> Int
    ) {
        self.source = source
        self.transfers = transfers
        connectTimeout = fetch.connectTimeout
        timeout = fetch.timeout
        self.wallSeconds = wallSeconds
    }

    /// Provides credentials at once, or when they have been fetched.
    ///
    /// If this returns `nil`, `completed` has already been called; otherwise it will be, unless
    /// `cancel` comes first.
    func credentials(_ completed: @escaping Completion) -> WaiterID? {
        switch source {
        case .failure(let failure): completed(.failure(failure))
        case .success(.none): completed(.success(nil))
        case .success(.fixed(let credentials)): completed(.success(credentials))
        case .success(.container(let provider)): return credentials(from: provider, completed)
        }
        return nil
    }

    /// Removes a waiting request.
    func cancel(_ waiter: WaiterID) { waiting[waiter] = nil }

    /// Drops credentials that were refused as expired; false if there is no source of others.
    func discard(_ refused: AWSCredentials) -> Bool {
        guard case .success(.container) = source else { return false }
        lease.drop(refused)
        return true
    }

    /// Drops the credentials: before a snapshot of this process, and after its restore.
    func forget() {
        lease.drop()
        guard let fetching, waiting.isEmpty else { return }
        transfers.cancel(fetching)
        self.fetching = nil
    }

    private func credentials(
        from provider: ContainerProvider, _ completed: @escaping Completion
    ) -> WaiterID? {
        let now = wallSeconds()
        if lease.isDue(at: now) {
            do throws(StoreError) {
                try fetch(from: provider)
            } catch {
                guard lease.valid(at: now) != nil else {
                    completed(.failure(error))
                    return nil
                }
                lease.postpone(at: now)
            }
        }
        if let credentials = lease.valid(at: now) {
            completed(.success(credentials))
            return nil
        }
        lastWaiter += 1
        let waiter = WaiterID(number: lastWaiter)
        waiting[waiter] = completed
        return waiter
    }

    private func fetch(from provider: ContainerProvider) throws(StoreError) {
        guard fetching == nil else { return }
        var request = try provider.request()
        request.connectTimeout = connectTimeout
        request.totalTimeout = timeout
        fetching = transfers.start(request) { [weak self] in self?.fetched($0) }
    }

    private func fetched(_ result: Result<TransferResponse, TransferError>) {
        fetching = nil
        let now = wallSeconds()
        do throws(StoreError) {
            let credentials = try Self.credentials(result)
            lease.take(credentials, at: now)
            guard lease.valid(at: now) != nil else {
                throw StoreError.failed(
                    "the credentials for S3 that the platform gives have expired")
            }
            tell(.success(credentials))
        } catch {
            lease.postpone(at: now)
            tell(.failure(error))
        }
    }

    private static func credentials(
        _ result: Result<TransferResponse, TransferError>
    ) throws(StoreError) -> AWSCredentials {
        switch result {
        case .success(let response): return try AWSCredentials(json: response.body)
        case .failure(let error):
            let sentence = "there are no credentials for S3: \(error.sentence)"
            switch error {
            case .timedOut: throw .timedOut(sentence)
            case .poolClosed: throw .closed(sentence)
            default: throw .failed(sentence)
            }
        }
    }

    /// Requests are answered in the order in which they asked.
    private func tell(_ result: Result<AWSCredentials?, StoreError>) {
        let told = waiting.sorted { $0.key.number < $1.key.number }
        // Cleared first: a completion may ask again.
        waiting = [:]
        for (_, completed) in told { completed(result) }
    }
}
