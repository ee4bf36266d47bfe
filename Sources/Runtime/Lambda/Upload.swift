// Until TransferPool streams uploads: gathers the pieces, and sends them whole at the end.

/// To be replaced by the pool's own.
final class Upload {
    private let request: TransferRequest
    private let pool: TransferPool
    private let completion: TransferPool.Completion
    private var body: [UInt8] = []
    init(
        _ request: TransferRequest, _ pool: TransferPool,
        _ completion: @escaping TransferPool.Completion
    ) {
        self.request = request
        self.pool = pool
        self.completion = completion
    }
    var isCongested: Bool { false }
    func send(_ bytes: [UInt8]) { body += bytes }
    func end(trailers: [(name: String, value: String)]) {
        var request = request
        request.body = body
        pool.start(request, completion: completion)
    }
}
extension TransferPool {
    func startUpload(
        _ request: TransferRequest, drained: @escaping () -> Void,
        completion: @escaping Completion
    ) -> Upload { Upload(request, self, completion) }
}
