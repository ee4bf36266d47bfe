// Many HTTP transfers at once on the loop, through libcurl's multi-socket interface.
//
// A slow host costs an easy and a socket here, no thread and no worker. At most `maxConcurrent` are
// in flight; more wait in a queue. The pool reports each result to a completion on the loop's
// thread, never from inside `start`, `cancel` or libcurl. A name look-up can't be stopped: if its
// transfer is cancelled or times out, it still counts towards `maxConcurrent` until the look-up
// ends, so that there are never more look-up threads than that. Connections are reused within one
// pool only, so hosts without the address policy have a pool of their own.

internal import CCurl
package import EventLoop

/// HTTP transfers. Loop thread; must be closed.
package final class TransferPool {
    /// Called with the result of a transfer.
    package typealias Completion = (Result<TransferResponse, TransferError>) -> Void

    /// What a pool may assume about its hosts.
    package enum Peers: Sendable {
        /// Hosts of the Internet: connections that were idle for seconds are not trusted.
        case remote
        /// A host on the same machine, like AWS Lambda's Runtime API: it is frozen and thawed
        /// together with us, so connections stay valid forever, and it speaks HTTP/1.1.
        /// Requests to it are not signed.
        case local
    }

    private let loop: EventLoop
    private let policy: AddressPolicy?
    private let maxConcurrent: Int
    private let peers: Peers

    /// `nil` once closed.
    private var session: CurlSession?
    /// Transfers that are queued, in flight, or finished but not reported yet.
    private var transfers: [TransferID: Transfer] = [:]
    private var line = WaitingLine()
    private var outcomes: [(id: TransferID, result: Result<TransferResponse, TransferError>)] = []
    private var isTelling = false
    private var lastID: UInt64 = 0

    /// Creates a pool; a `nil` policy allows every address.
    ///
    /// `certificateFile` names a PEM file of certificate authorities to trust instead of the
    /// system's. Throws if memory is short.
    package init(
        loop: EventLoop, policy: AddressPolicy?, peers: Peers = .remote,
        maxConcurrent: Int, userAgent: String = "amphora/0.1", certificateFile: String? = nil
    ) throws(SystemError) {
        precondition(maxConcurrent > 0)
        self.loop = loop
        self.policy = policy
        self.maxConcurrent = maxConcurrent
        self.peers = peers
        session = CurlSession(
            loop: loop, maxConnections: maxConcurrent,
            settings: CurlEasy.Settings(
                peers: peers, userAgent: userAgent, certificateFile: certificateFile),
            owner: self)
        guard session != nil else { throw SystemError(call: "curl_multi_init", number: 12) }
    }

    /// The number of transfers in flight.
    package var activeCount: Int { session?.activeCount ?? 0 }

    /// The number of queued transfers.
    package var waitingCount: Int { line.count }

    // MARK: Verbs

    /// Starts a transfer, or queues it.
    ///
    /// The completion is called exactly once, in a later step of the loop, unless the transfer is
    /// cancelled or the pool closed before. If there is a sink, it gets the body of a 200.
    @discardableResult
    package func start(
        _ request: TransferRequest, into sink: (any TransferSink)? = nil,
        completion: @escaping Completion
    ) -> TransferID {
        let id = nextID()
        var upload: Upload?
        if peers == .local, let body = request.body,
            body.count > TransferLimits.copiedBodyBytes
        {
            // Not for signed requests: libcurl needs the whole body to sign it.
            upload = Upload(id: id, whole: body)
        }
        begin(id, request, upload, sink, completion)
        return id
    }

    /// Starts a transfer as `start` does, but makes its body while it is sent: a POST or PUT in
    /// chunks. `drained` is called when a congested upload has room again.
    ///
    /// An answer that comes before the end of the body ends the transfer if its status is not 2xx.
    /// Redirects are not followed.
    package func startUpload(
        _ request: TransferRequest, drained: @escaping () -> Void = {},
        completion: @escaping Completion
    ) -> Upload {
        precondition(request.method == .post || request.method == .put)
        var request = request
        request.maxRedirects = 0
        let upload = Upload(
            id: nextID(),
            wake: { [weak self] upload in self?.transfers[upload.id]?.easy?.resume() },
            drained: { [loop] upload in loop.afterTurn { if upload.isOpen { drained() } } })
        begin(upload.id, request, upload, nil, completion)
        return upload
    }

    private func nextID() -> TransferID {
        lastID += 1
        return TransferID(number: lastID)
    }

    private func begin(
        _ id: TransferID, _ request: TransferRequest, _ upload: Upload?,
        _ sink: (any TransferSink)?, _ completion: @escaping Completion
    ) {
        var refusal: TransferError?
        var host = ""
        do {
            host = try check(request)
        } catch {
            refusal = error
        }
        let transfer = Transfer(
            id, request, upload: upload, sink: sink, host: host, policy: policy, loop: loop,
            timedOut: { [self] in timedOut($0, $1, $2) }, completion: completion)
        transfers[id] = transfer
        if let refusal {
            conclude(id, .failure(refusal))
            loop.afterTurn { [self] in tell() }
        } else if hasRoom {
            launch(transfer, on: .any)
        } else {
            transfer.place = .inLine
            line.append(id)
        }
    }

    /// Ends a transfer; its completion will not be called. Unknown and finished ones are ignored.
    package func cancel(_ id: TransferID) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        stop(transfer)
        launchWaiting()
    }

    /// Closes unused connections, now or, if transfers are in flight, when none is left.
    package func closeIdleConnections() { session?.closeIdleConnections() }

    /// Cancels all transfers and closes all connections. A later `start` fails.
    package func close() {
        for transfer in transfers.values { transfer.end() }
        session?.close()
        session = nil
        transfers.removeAll()
        line = WaitingLine()
        outcomes.removeAll()
    }

    // MARK: Steps

    private func check(_ request: TransferRequest) throws(TransferError) -> String {
        guard session != nil else { throw .poolClosed }
        let isControl = { (byte: UInt8) in byte < 0x20 && byte != 0x09 || byte == 0x7F }
        for (name, value) in request.headers
        where name.utf8.contains(where: isControl) || value.utf8.contains(where: isControl) {
            throw .badHeader(
                name: String(decoding: name.utf8.filter { !isControl($0) }, as: UTF8.self))
        }
        switch peers {
        case .remote: return try TransferURL.host(of: request.url)
        case .local: return try TransferURL.hostForSentences(of: request.url)
        }
    }

    private var hasRoom: Bool { (session?.transfers.count ?? 0) < maxConcurrent }

    private func launch(_ transfer: Transfer, on connection: CurlEasy.Connection) {
        guard let session, let obstacle = session.run(transfer, on: connection) else { return }
        conclude(transfer.id, .failure(.internal(reason: obstacle)))
        loop.afterTurn { [self] in tell() }
    }

    private func launchWaiting() {
        while hasRoom, let id = line.popFirst() {
            guard let transfer = transfers[id] else { continue }
            launch(transfer, on: .any)
        }
        session?.renewMultiIfIdle()
    }

    /// Stops a transfer that is no longer wanted, wherever it is.
    private func stop(_ transfer: Transfer) {
        transfer.end()
        switch transfer.place {
        case .inLine:
            transfer.place = .outside
            line.remove(transfer.id)
        case .running: session?.abandon(transfer)
        case .outside, .abandoned: break
        }
    }

    private func timedOut(
        _ transfer: Transfer, _ phase: TransferError.Phase, _ limit: Duration
    ) {
        stop(transfer)
        over(
            transfer,
            .failure(.timedOut(host: transfer.host, phase: phase, after: limit)))
    }

    /// A transfer has ended; there is room for another.
    private func over(
        _ transfer: Transfer, _ result: Result<TransferResponse, TransferError>
    ) {
        conclude(transfer.id, result)
        launchWaiting()
        tell()
    }

    private func conclude(
        _ id: TransferID, _ result: Result<TransferResponse, TransferError>
    ) {
        guard let transfer = transfers[id] else { return }
        transfer.end()
        outcomes.append((id, result))
    }

    /// Calls the completions that are due. They may start and cancel transfers, or close the pool.
    private func tell() {
        guard !isTelling else { return }
        isTelling = true
        defer { isTelling = false }
        while !outcomes.isEmpty {
            let batch = outcomes
            outcomes.removeAll(keepingCapacity: true)
            for (id, result) in batch {
                transfers.removeValue(forKey: id)?.completion(result)
            }
        }
    }
}

// MARK: - From the session

extension TransferPool: CurlSessionOwner {
    func finished(_ transfer: Transfer, _ code: CURLcode) {
        guard let easy = transfer.easy else { return }
        if TransferOutcome.isRepeatable(transfer, code) { return repeatOnNewEasy(transfer) }
        let result = TransferOutcome.result(of: transfer, easy, code)
        session?.release(transfer, keepsEasy: true)
        over(transfer, result)
    }

    func unwatchable(_ transfer: Transfer) {
        guard transfers[transfer.id] != nil, transfer.easy != nil else { return }
        session?.release(transfer, keepsEasy: true)
        over(transfer, .failure(.internal(reason: "a socket could not be watched")))
    }

    func hungUp(_ transfer: Transfer) {
        guard let easy = transfer.easy, let upload = transfer.upload else { return }
        // Does what libcurl does when it notices: a kept connection may have died long ago.
        if easy.isReusingConnection && upload.rewind() { return repeatOnNewEasy(transfer) }
        session?.release(transfer, keepsEasy: false)
        let reason = "it closed the connection without an answer"
        over(transfer, .failure(.unreachable(host: transfer.host, reason: reason)))
    }

    private func repeatOnNewEasy(_ transfer: Transfer) {
        session?.release(transfer, keepsEasy: false)
        launch(transfer, on: .new)
    }
}
