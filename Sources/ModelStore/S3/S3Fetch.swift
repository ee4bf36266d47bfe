// Fetches one object from S3: credentials, request, answer. It repeats the request at most once for
// each of two reasons, within the time limit of a fetch.
//
//     authenticating ─► transferring ─► ended
//            ▲               │
//            └── pausing ◄───┘   the bucket is in another region; S3 is busy; credentials expired

internal import Basics
internal import EventLoop
package import Runtime

/// The fetch of one object. Loop thread.
package final class S3Fetch: EventHandler {
    private enum State {
        case new
        case authenticating(CredentialProvider.WaiterID)
        case transferring(TransferID)
        case pausing(Token)
        case ended
    }

    /// The pause before a busy S3 is asked again.
    private static let pause = Duration.milliseconds(200)

    private let object: S3Object
    private let store: S3Store
    /// Receives the bytes as they arrive, instead of the completion.
    private let sink: (any TransferSink)?
    /// The fetch fails after this long without a byte; `nil`: only the total time is limited.
    private let stallTimeout: Duration?
    private let started: Instant
    private var completed: ((Result<TransferResponse, StoreError>) -> Void)?
    private var state = State.new
    private var hasMoved = false
    private var hasRepeated = false

    /// Prepares a fetch; `completed` gets S3's response, without a body where a sink takes it.
    package init(
        _ object: S3Object, from store: S3Store, into sink: (any TransferSink)? = nil,
        stallTimeout: Duration? = nil,
        completed: @escaping (Result<TransferResponse, StoreError>) -> Void
    ) {
        self.object = object
        self.store = store
        self.sink = sink
        self.stallTimeout = stallTimeout
        started = store.loop.readClock()
        self.completed = completed
    }

    /// Starts the fetch. `completed` may be called before this returns.
    package func start() {
        let waiter = store.credentials.credentials { [weak self] result in
            do throws(StoreError) {
                try self?.request(with: result.get())
            } catch {
                self?.end(.failure(error))
            }
        }
        if let waiter { state = .authenticating(waiter) }
    }

    /// Cancels the fetch; `completed` is not called.
    package func cancel() {
        completed = nil
        switch state {
        case .new, .ended: break
        case .authenticating(let waiter): store.credentials.cancel(waiter)
        case .transferring(let transfer): store.transfers.cancel(transfer)
        case .pausing(let timer): store.loop.deregister(timer)
        }
        state = .ended
    }

    func deadlinePassed(token: Token) {
        store.loop.deregister(token)
        start()
    }

    // MARK: Steps

    private func request(with credentials: AWSCredentials?) throws(StoreError) {
        let endpoint = try store.endpoint.get()
        let region = store.region(of: object.bucket) ?? endpoint.region
        let timeLeft = store.fetch.timeout - (store.loop.readClock() - started)
        guard timeLeft > .zero else {
            throw StoreError.timedOut("S3 could not be asked within \(store.fetch.timeout.text)")
        }
        var request = TransferRequest(.get, url: endpoint.url(of: object, in: region))
        request.keepsPath = true
        request.maxRedirects = 0
        request.byteCap = store.fetch.maxBytes
        request.connectTimeout = store.fetch.connectTimeout
        request.totalTimeout = timeLeft
        request.stallTimeout = stallTimeout
        if let credentials { Self.sign(&request, with: credentials, in: region) }
        let attempt = S3Attempt(
            object: object, region: region, accessKeyID: credentials?.accessKeyID)
        let transfer = store.transfers.start(request, into: sink) { [weak self] result in
            self?.answered(attempt, credentials, result)
        }
        state = .transferring(transfer)
    }

    /// The request has no X-Amzn-Trace-Id: libcurl signs every field, and this one may change on
    /// the way, so AWS's clients leave it unsigned. Lambda uses it to find loops; reading starts
    /// none.
    private static func sign(
        _ request: inout TransferRequest, with credentials: AWSCredentials, in region: String
    ) {
        request.signing = TransferSigning(
            accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey,
            region: region, service: "s3")
        request.headers = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")]
        if let token = credentials.sessionToken {
            request.headers.append(("x-amz-security-token", token))
        }
    }

    private func answered(
        _ attempt: S3Attempt, _ credentials: AWSCredentials?,
        _ result: Result<TransferResponse, TransferError>
    ) {
        let response: TransferResponse
        switch result {
        case .failure(let error): return end(.failure(Self.failure(error)))
        case .success(let success): response = success
        }
        let outcome = attempt.outcome(
            status: response.status, bucketRegion: response.headers["x-amz-bucket-region"],
            body: response.body)
        switch outcome {
        case .bytes: end(.success(response))
        case .elsewhere(let region):
            guard !hasMoved else {
                return end(
                    .failure(
                        StoreError.failed("S3 gives more than one region for the bucket")))
            }
            hasMoved = true
            store.remember(region, of: object.bucket)
            start()
        case .busy(let failure): repeatOnce(or: failure)
        case .expired(let failure):
            guard let credentials, store.credentials.discard(credentials) else {
                return end(.failure(failure))
            }
            repeatOnce(or: failure)
        case .failed(let failure): end(.failure(failure))
        }
    }

    private func repeatOnce(or failure: StoreError) {
        guard !hasRepeated else { return end(.failure(failure)) }
        hasRepeated = true
        let timer = store.loop.register(handler: self)
        store.loop.setDeadline(store.loop.readClock() + Self.pause, of: timer)
        state = .pausing(timer)
    }

    /// The client does not choose the host, so an error in its URL is not the client's fault.
    private static func failure(_ error: TransferError) -> StoreError {
        guard case .badURL(let reason) = error else { return .transfer(error) }
        return StoreError.failed("the server's AWS_ENDPOINT_URL_S3 can't be used: \(reason)")
    }

    private func end(_ result: Result<TransferResponse, StoreError>) {
        state = .ended
        completed.take()?(result)
    }
}
