// One client's connection: the socket shell around `ServerProtocol`.
//
// Reads into the server's scratch and parses in place; only an incomplete rest moves to a buffer of
// its own, so an idle connection holds none. A body of known length is read straight into the array
// that the worker will get. While a request is in flight nothing more is read than one buffer, and
// while an answer is stuck nothing is read at all. It measures no time but deadlines, and knows no
// routes.

internal import EventLoop
internal import HTTP

/// A client's connection. Loop thread.
final class ServerConnection: EventHandler {
    /// Output beyond this makes a streamed answer pause.
    private static let congestedBytes = 256 * 1024
    /// Bytes read and dropped at most after our last answer, for the client's sake.
    private static let lingerBytes = 16 * 1024 * 1024
    /// A first reservation for a chunked body; it grows from there.
    private static let chunkedReserve = 16 * 1024

    /// What becomes of the body that is arriving.
    private enum Arrival {
        case none
        case collecting(any RequestReceiver, limit: Int)
        case dropping(Response, budget: Int)
    }

    /// What the connection waits for, and so which deadline runs.
    private enum Wait { case request, head, body, service, client, linger }

    let descriptor: FileDescriptor
    /// Strong, and so a cycle until `close`: an unowned reference costs two atomic operations a use.
    let server: Server
    /// Its place in the server's list.
    var index: Int

    private var token: Token?
    private var http: ServerProtocol
    private var wait = Wait.request
    /// Bytes that were read and not parsed.
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var outputStart = 0
    private var arrival = Arrival.none
    private var body: [UInt8] = []
    private var bodyCount = 0
    private var receiver: (any RequestReceiver)?
    private var exchange: HTTPExchange?
    private var isProcessing = false
    private var isStreaming = false
    private var hasEnded = false
    private var closesWhenFlushed = false
    private var lingersAfterwards = false
    private var lingered = 0

    init(_ descriptor: consuming FileDescriptor, index: Int, server: Server) {
        self.descriptor = descriptor
        self.index = index
        self.server = server
        http = ServerProtocol(limits: server.limits)
    }

    func register() throws(SystemError) {
        token = try server.loop.register(descriptor.number, interest: .read, handler: self)
        setWait(.request)
    }

    /// Whether a request is in flight, or an answer on its way.
    var isBusy: Bool {
        token != nil && wait != .linger && (!http.isIdle || outputStart < output.count)
    }

    /// Whether a streamed answer should pause.
    var isCongested: Bool { output.count - outputStart > Self.congestedBytes }

    // MARK: Events

    func ready(_ readiness: Readiness, token: Token) {
        if readiness.contains(.hangup) { return close() }
        if readiness.contains(.write) { flush() }
        if readiness.contains(.read), self.token != nil { receive() }
        settle()
    }

    func deadlinePassed(token: Token) {
        switch wait {
        case .request, .client, .linger: close()
        case .head: fail(.headTimedOut)
        case .body: fail(.bodyTimedOut)
        case .service: break
        }
        settle()
    }

    /// The server is ending: an idle connection closes, a busy one after its answer.
    func drain() {
        http.closeAfterResponse()
        if http.isIdle && input.isEmpty && outputStart == output.count && wait == .request
            && hasServed
        {
            close()
        }
    }

    /// Newcomers during a drain have asked nothing yet and get one answer.
    private var hasServed = false

    /// Closes at once; a request in flight is abandoned.
    func close() {
        guard let token else { return }
        self.token = nil
        server.loop.deregister(token)
        abandonRequest()
        releaseBody()
        giveBack(&output)
        giveBack(&input)
        // Closed now, not when the last reference goes: the peer should know.
        Socket.endSending(descriptor.number)
        server.remove(self)
    }

    // MARK: Reading

    private func receive() {
        if wait == .linger { return drop() }
        if case .collecting = arrival, http.bodyRemaining != nil { return receiveBody() }
        switch Socket.receive(descriptor.number, into: &server.scratch, from: 0) {
        case .wouldBlock: return
        case .failed: return close()
        case .endOfStream: return endOfStream()
        case .bytes(let count):
            // A second reference, not a copy; gone before the scratch is written again.
            let scratch = server.scratch
            let bytes = scratch.span.extracting(first: count)
            if exchange != nil || !input.isEmpty {
                appendInput(bytes)
                if exchange == nil { processInput() }
            } else {
                let consumed = process(bytes)
                guard token != nil, consumed < count else { return }
                appendInput(bytes.extracting(consumed..<count))
            }
        }
    }

    private func appendInput(_ bytes: Span<UInt8>) {
        if input.isEmpty { input = server.buffers.take() }
        input.append(bytes)
    }

    /// Parses what was kept, as far as it goes.
    private func processInput() {
        guard !input.isEmpty else { return }
        var bytes: [UInt8] = []
        swap(&bytes, &input)
        let consumed = process(bytes.span)
        guard token != nil, consumed < bytes.count else { return server.buffers.giveBack(bytes) }
        if consumed > 0 { bytes.removeSubrange(0..<consumed) }
        input = bytes
    }

    /// Feeds the protocol; returns how many bytes are done with.
    private func process(_ bytes: Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var start = 0
        while token != nil {
            let rest = bytes.extracting(start..<bytes.count)
            let step = http.receive(rest, head: &server.head)
            start += step.consumed
            switch step.event {
            case .needMore, .paused: return start
            case .head: begin(rest)
            case .body(let range): take(rest.extracting(range))
            case .end: endOfRequest()
            case .failed(let error):
                fail(.malformed(error))
                return bytes.count
            }
        }
        return bytes.count
    }

    private func begin(_ bytes: Span<UInt8>) {
        hasServed = true
        switch server.service.begin(server.head, in: bytes) {
        case .answer(let response): begin(dropping: response)
        case .receive(let receiver, let limit):
            self.receiver = receiver
            if case .length(let count) = server.head.framing {
                guard count <= limit else { return fail(.bodyTooLarge(limit: limit)) }
                // Uninitialised: pages that the client never fills are never touched.
                body = unsafe [UInt8](unsafeUninitializedCapacity: count) { $1 = count }
            } else if server.head.framing == .chunked {
                body.reserveCapacity(min(limit, Self.chunkedReserve))
            }
            arrival = .collecting(receiver, limit: limit)
            if server.head.expectsContinue { write(ServerProtocol.continueResponse) }
        }
    }

    /// An answer is known before the body: a small body is read and dropped, so that the connection
    /// persists; a large one, or one that waits for `100 Continue`, ends it.
    private func begin(dropping response: Response) {
        // Without a body the request is complete: no state to keep, no further step.
        if server.head.framing == .none { return respond(response) }
        let budget = server.limits.discardableBodyBytes
        let isSmall =
            switch server.head.framing {
            case .none, .chunked: true
            case .length(let count): count <= budget
            }
        guard isSmall, !server.head.expectsContinue else { return refuse(with: response) }
        arrival = .dropping(response, budget: budget)
    }

    private func take(_ bytes: Span<UInt8>) {
        switch arrival {
        case .none: break
        case .dropping(let response, let budget):
            guard bytes.count <= budget else { return refuse(with: response) }
            arrival = .dropping(response, budget: budget - bytes.count)
        case .collecting(_, let limit):
            guard bodyCount + bytes.count <= limit else {
                return fail(.bodyTooLarge(limit: limit))
            }
            if bodyCount + bytes.count <= body.count {
                body.replace(from: bodyCount, with: bytes)
            } else {
                body.append(bytes)
            }
            bodyArrived(bytes.count)
        }
    }

    /// Reads straight into the body's own memory.
    private func receiveBody() {
        switch Socket.receive(descriptor.number, into: &body, from: bodyCount) {
        case .wouldBlock: return
        case .failed: close()
        case .endOfStream: endOfStream()
        case .bytes(let count):
            bodyArrived(count)
            guard token != nil, exchange == nil, case .collecting = arrival else { return }
            if http.receivedBody(count) { endOfRequest() }
        }
    }

    private func bodyArrived(_ count: Int) {
        bodyCount += count
        server.arrivingBytes += count
        if server.arrivingBytes > Server.arrivingBodyBytes { fail(.outOfBufferSpace) }
    }

    private func releaseBody() {
        server.arrivingBytes -= bodyCount
        body = []
        bodyCount = 0
    }

    private func endOfRequest() {
        let arrival = self.arrival
        self.arrival = .none
        switch arrival {
        case .none: break
        case .dropping(let response, _): respond(response)
        case .collecting(let receiver, _):
            let exchange = HTTPExchange(self)
            self.exchange = exchange
            var body: [UInt8] = []
            swap(&body, &self.body)
            releaseBody()
            receiver.receive(body, exchange: exchange)
        }
    }

    private func endOfStream() {
        hasEnded = true
        switch http.endOfStream() {
        // The client may have shut down its sending side only: it still gets its answer.
        case .halfClosed: break
        case .clean, .truncated:
            if outputStart < output.count { closesWhenFlushed = true } else { close() }
        }
    }

    // MARK: Answering

    /// Answers the request in flight whole.
    func respond(_ response: Response) {
        guard token != nil else { return }
        beginOutput()
        http.beginResponse(
            response.head, body: .length(response.body.count), date: server.date, into: &output)
        if !http.omitsBody { output += response.body }
        finishResponse()
    }

    /// Begins a streamed answer to the request in flight.
    func beginStream(_ response: Response) {
        guard token != nil, !isStreaming else { return }
        isStreaming = true
        beginOutput()
        http.beginResponse(response.head, body: .streamed, date: server.date, into: &output)
        appendPiece(response.body)
        if !isProcessing { flush(); settle() }
    }

    /// Sends a piece of a streamed answer.
    func sendPiece(_ bytes: [UInt8]) {
        guard token != nil, isStreaming else { return }
        beginOutput()
        appendPiece(bytes)
        if !isProcessing { flush(); settle() }
    }

    /// Ends a streamed answer.
    func endStream() {
        guard token != nil, isStreaming else { return }
        isStreaming = false
        beginOutput()
        finishResponse()
    }

    private func appendPiece(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, !http.omitsBody else { return }
        http.beginChunk(bytes.count, into: &output)
        output += bytes
        http.endChunk(into: &output)
    }

    private func finishResponse() {
        exchange?.detach()
        exchange = nil
        receiver = nil
        if case .close = http.finishResponse(into: &output) { closesWhenFlushed = true }
        guard !isProcessing else { return }
        flush()
        settle()
    }

    /// Answers what never became a request, and closes.
    private func fail(_ failure: ConnectionFailure) {
        guard token != nil else { return }
        refuse(with: server.service.response(to: failure))
    }

    /// Answers although the request is not complete; what the client still sends is dropped for a
    /// while, because closing on unread bytes would reset the connection and lose the answer.
    private func refuse(with response: Response) {
        arrival = .none
        abandonRequest()
        releaseBody()
        http.closeAfterResponse()
        lingersAfterwards = !hasEnded
        closesWhenFlushed = true
        respond(response)
    }

    private func abandonRequest() {
        exchange?.detach()
        exchange = nil
        let abandoned = receiver
        receiver = nil
        arrival = .none
        isStreaming = false
        abandoned?.abandon()
    }

    // MARK: Writing

    private func beginOutput() {
        if output.isEmpty && output.capacity == 0 { output = server.buffers.take() }
    }

    private func write(_ bytes: [UInt8]) {
        beginOutput()
        output += bytes
    }

    /// Swapped out first: a buffer with a second reference would be copied to be emptied.
    private func giveBack(_ buffer: inout [UInt8]) {
        var spare: [UInt8] = []
        swap(&spare, &buffer)
        server.buffers.giveBack(spare)
    }

    private func flush() {
        while token != nil, outputStart < output.count {
            switch Socket.send(descriptor.number, output, from: outputStart) {
            case .bytes(let count): outputStart += count
            case .wouldBlock: return progress()
            case .endOfStream, .failed: return close()
            }
        }
        guard token != nil else { return }
        outputStart = 0
        giveBack(&output)
        if closesWhenFlushed { return finish() }
        if isStreaming { receiver?.resume() }
    }

    /// Part of the output has left: the client's time starts again, and sent bytes are let go.
    private func progress() {
        if outputStart > Self.congestedBytes {
            output.removeSubrange(0..<outputStart)
            outputStart = 0
        }
        if isStreaming && !isCongested { receiver?.resume() }
    }

    private func finish() {
        guard lingersAfterwards else { return close() }
        Socket.endSending(descriptor.number)
        giveBack(&input)
        setWait(.linger)
    }

    private func drop() {
        while true {
            switch Socket.receive(descriptor.number, into: &server.scratch, from: 0) {
            case .wouldBlock: return
            case .failed, .endOfStream: return close()
            case .bytes(let count):
                lingered += count
                if lingered > Self.lingerBytes { return close() }
            }
        }
    }

    // MARK: Waiting

    /// After every event: goes on with what is unread, then waits for the right thing.
    private func settle() {
        if !isProcessing { advance() }
        guard token != nil else { return }
        updateWait()
        updateInterest()
    }

    private func advance() {
        flushUnlessWaiting()
        while token != nil, exchange == nil, outputStart == output.count, !closesWhenFlushed,
            !input.isEmpty
        {
            let before = input.count
            processInput()
            flushUnlessWaiting()
            // An incomplete request: the rest must come first.
            if input.count == before { break }
        }
        // Nothing unread, nothing in flight, nothing more to come.
        if token != nil, hasEnded, exchange == nil, outputStart == output.count { close() }
    }

    private func flushUnlessWaiting() {
        if outputStart < output.count { flush() }
    }

    private func updateWait() {
        guard wait != .linger else { return }
        if outputStart < output.count { return setWait(.client) }
        switch http.phase {
        case .betweenRequests: setWait(.request)
        case .inHead: if wait != .head { setWait(.head) }
        case .inBody: setWait(.body)
        case .awaitingResponse, .closed: setWait(.service)
        }
    }

    private func setWait(_ wait: Wait) {
        self.wait = wait
        guard let token else { return }
        let timeouts = server.timeouts
        let timeout: Duration? =
            switch wait {
            case .request: timeouts.idle
            case .head: timeouts.head
            case .body: timeouts.body
            case .client: timeouts.write
            case .linger: timeouts.linger
            case .service: nil
            }
        let deadline = timeout.map { server.loop.now + $0 } ?? .distantFuture
        server.loop.setDeadline(deadline, of: token)
    }

    private func updateInterest() {
        guard let token else { return }
        let isWriting = outputStart < output.count
        let hasRoom = exchange == nil ? !isWriting : input.isEmpty
        let isReading = !hasEnded && (hasRoom || wait == .linger)
        let interest = Interest(reading: isReading, writing: isWriting)
        do {
            try server.loop.setInterest(interest, of: token)
        } catch {
            // No memory in the kernel to go on watching: there is no way to serve this client.
            close()
        }
    }
}
