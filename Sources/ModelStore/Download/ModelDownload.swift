// Downloads a model's address, over https or from S3, on an event loop of its own in the waiting
// thread.
//
// The address is the operator's, so no address policy applies: a model may be in a private network.
// Its limits on time and length are larger than a picture's, because a start is worth the wait.

internal import EventLoop
internal import Runtime

/// Downloads one file. The calling thread waits.
struct ModelDownload {
    /// Long, because hosts may be far away.
    private static let connectTimeout = Duration.seconds(10)
    /// The time without a byte after which the host counts as lost.
    private static let stallTimeout = Duration.seconds(30)
    /// Longer than any platform waits for a start (docs/platforms.md A1).
    private static let totalTimeout = Duration.seconds(3600)
    /// Model hubs use two or three.
    private static let maxRedirects = 5

    private let s3: S3Settings
    private let fetch: FetchSettings

    init(s3: S3Settings, fetch: FetchSettings) {
        self.s3 = s3
        // The receiver limits the file's length.
        var fetch = fetch
        fetch.connectTimeout = Self.connectTimeout
        fetch.timeout = Self.totalTimeout
        fetch.maxBytes = .max
        self.fetch = fetch
    }

    /// Downloads a file into a sink; returns why that failed, as a clause, or `nil`. Throws if no
    /// event loop can be created.
    func run(_ place: ModelAddress.Place, into sink: any TransferSink) throws(SystemError)
        -> String?
    {
        let loop = EventLoop(poller: try EpollPoller())
        switch place {
        case .url(let url): return try run(url, into: sink, on: loop)
        case .object(let object): return try run(object, into: sink, on: loop)
        }
    }

    private func run(
        _ url: String, into sink: any TransferSink, on loop: EventLoop
    ) throws(SystemError) -> String? {
        let pool = try TransferPool(
            loop: loop, policy: nil, maxConcurrent: 1, certificateFile: fetch.certificateFile)
        defer { pool.close() }
        var request = TransferRequest(url: url)
        request.requiresTLS = true
        request.byteCap = fetch.maxBytes
        request.connectTimeout = fetch.connectTimeout
        request.totalTimeout = fetch.timeout
        request.stallTimeout = Self.stallTimeout
        request.maxRedirects = Self.maxRedirects
        request.keepsRefusal = true
        var failure: String?
        pool.start(request, into: sink) { result in
            if case .failure(let error) = result { failure = Self.sentence(error) }
            loop.stop()
        }
        try loop.run()
        return failure
    }

    private func run(
        _ object: S3Object, into sink: any TransferSink, on loop: EventLoop
    ) throws(SystemError) -> String? {
        let store = try S3Store(s3, fetch: fetch, loop: loop)
        defer { store.close() }
        var failure: String?
        let fetch = S3Fetch(
            object, from: store, into: sink, stallTimeout: Self.stallTimeout
        ) { result in
            if case .failure(let error) = result { failure = error.sentence }
            loop.stop()
        }
        fetch.start()
        try loop.run()
        return failure
    }

    /// Why a download failed, as a clause for the person who starts the server.
    static func sentence(_ error: TransferError) -> String {
        if let sentence = StorageRefusal.sentence(about: error) { return sentence }
        return switch error {
        case .status(let host, let status, _) where status == 404 || status == 410:
            "\(host) has no such file (status \(status))"
        case .status(let host, let status, _) where status == 401 || status == 403:
            "\(host) denies access (status \(status)); a presigned URL may have expired"
        case .unsupportedScheme("http", isRedirect: true):
            "a redirect leads to plain http; models are fetched over https only"
        default: error.sentence
        }
    }
}
