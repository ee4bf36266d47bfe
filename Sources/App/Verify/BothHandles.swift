// Both handles at once, in this process and on one loop: an HTTP server on a free port of loopback,
// and a Lambda function that asks a Runtime API there. Each is the real handle, with its own
// settings, and gets its requests over TCP.
//
// The model is loaded once if both handles give its engine the same number of threads, else once
// for each. Admission has no limit here, since a refused request proves nothing; the caller bounds
// the load.

internal import EventLoop
internal import Runtime
internal import Serving

/// The two handles to compare. Loop thread; the caller must call `close`.
final class BothHandles {
    /// The settings of each handle.
    struct Settings {
        let http: Configuration
        let lambda: Configuration
    }

    private static let connections = 64
    /// The largest answer that is accepted, in bytes.
    private static let answerCap = 1 << 30

    let settings: Settings
    let loop: EventLoop
    private let http: Application
    private let lambda: Application
    private let httpHandle: HTTPHandle
    private let lambdaHandle: LambdaHandle
    private let runtimeAPI: RuntimeAPIHost
    private let client: TransferPool

    /// Prepares both, without opening them.
    init(_ settings: Settings, on loop: EventLoop) throws(SystemError) {
        self.settings = settings
        self.loop = loop
        runtimeAPI = try RuntimeAPIHost(on: loop)
        client = try TransferPool(
            loop: loop, policy: nil, peers: .local, maxConcurrent: Self.connections)
        http = Application(settings.http, admission: .boundedElsewhere, loop: loop)
        lambda = Application(settings.lambda, admission: .boundedElsewhere, loop: loop)
        httpHandle = HTTPHandle(http)
        lambdaHandle = LambdaHandle(lambda, address: runtimeAPI.address, restores: false)
    }

    /// Opens both; `ready` is called once both take requests, with the backend that answers in
    /// process. A handle that fails later logs it and stops the loop.
    func open(
        _ model: LoadedClassifier, forLambda other: LoadedClassifier,
        ready: @escaping (Backend) -> Void
    ) throws(HandleFailure) {
        var waiting = 2
        let opened = { [unowned self] in
            waiting -= 1
            if waiting == 0, let backend = http.backend { ready(backend) }
        }
        try http.open(httpHandle, with: model.served, ready: opened)
        try lambda.open(lambdaHandle, with: other.served, ready: opened)
    }

    /// Releases everything, after the loop has ended.
    func close() {
        client.close()
        http.close()
        lambda.close()
        runtimeAPI.close()
    }

    /// Sends a request in one way; `completed` gets the reply, or a clause that says why there is
    /// none.
    func ask(
        _ question: Question, by way: Way, completed: @escaping (Result<Reply, NoReply>) -> Void
    ) {
        switch way {
        case .httpBytes, .httpJSON:
            client.start(request(question.body(by: way))) { result in
                completed(
                    result.map { Reply(status: $0.status, body: $0.body) }
                        .mapError { NoReply(reason: $0.sentence) })
            }
        case .functionURL, .directEvent:
            runtimeAPI.invoke(question.event(by: way)) { outcome in
                guard let reply = LambdaReading.reply(outcome, by: way) else {
                    return completed(
                        .failure(NoReply(reason: "the function's reply can't be read")))
                }
                completed(.success(reply))
            }
        }
    }

    private func request(_ body: Question.Body) -> TransferRequest {
        let query = body.query.isEmpty ? "" : "?\(body.query)"
        var request = TransferRequest(
            .post, url: "http://127.0.0.1:\(httpHandle.port)/invocations\(query)",
            headers: [("Content-Type", body.type)], body: body.bytes)
        request.byteCap = Self.answerCap
        // The server's own timeout applies.
        request.totalTimeout = nil
        return request
    }
}

/// Why a request got no reply, as a clause.
struct NoReply: Error {
    let reason: String
}
