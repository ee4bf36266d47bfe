// The bytes of a model's address, over https or from S3, by a loop of its own on the thread that waits.
//
// An operator's address, so no address policy: a model may lie in a private network. It differs from an
// image in time and length: whoever starts a server waits rather than does without.

internal import EventLoop
internal import Runtime

/// Downloads one file. One thread, which waits.
struct ModelDownload {
    /// Hosts may be far away, and a start is worth the wait.
    private static let connectTimeout = Duration.seconds(10)
    /// No byte for that long: the host is gone.
    private static let stallTimeout = Duration.seconds(30)
    /// Longer than any platform waits for a start (docs/platforms.md A1).
    private static let totalTimeout = Duration.seconds(3600)
    /// Model hubs go through two or three.
    private static let maxRedirects = 5

    private let s3: S3Settings
    private let fetch: FetchSettings

    init(s3: S3Settings, fetch: FetchSettings) {
        self.s3 = s3
        // How long a file may be is for the receiver to say.
        var fetch = fetch
        fetch.connectTimeout = Self.connectTimeout
        fetch.timeout = Self.totalTimeout
        fetch.maxBytes = .max
        self.fetch = fetch
    }

    /// Gives a file to a sink; why that failed, as a clause, or `nil`. Throws where no loop can be.
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

    private static func sentence(_ error: TransferError) -> String {
        switch error {
        case .status(let host, 404), .status(let host, 410):
            "\(host) has no such file (status 404)"
        case .status(let host, let status) where status == 401 || status == 403:
            "\(host) does not give it to us (status \(status)); a presigned URL may have expired"
        case .unsupportedScheme("http", isRedirect: true):
            "a redirect leads to plain http, which models are not fetched over"
        default: error.sentence
        }
    }
}
