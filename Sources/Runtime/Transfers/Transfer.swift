// One transfer from `start` to its result: the bytes received so far, its phase, its limits.
//
// It gets libcurl's events through `CurlEasy`, uses no pointers, and decides what libcurl can't:
// whether an address may be reached, whether a size limit is exceeded, and when it has taken too
// long. The timeouts are ours rather than libcurl's, because a name look-up can't be stopped: it is
// a thread in getaddrinfo(3). libcurl would detach that thread and stop counting it; the pool keeps
// the abandoned transfer until the look-up ends, so that the threads are counted.

internal import Basics
internal import EventLoop

/// One transfer. Loop thread.
final class Transfer: EventHandler {
    /// Its place in the pool, which sets it.
    ///
    ///     outside ──► inLine ──► running ──► outside
    ///        └────────────────────▲ └──► abandoned ──► outside
    enum Place {
        /// New, or over.
        case outside
        /// It is queued until others end.
        case inLine
        /// libcurl runs it with this easy.
        case running(CurlEasy)
        /// It is no longer wanted, and lasts only until its look-up ends.
        case abandoned(CurlEasy)
    }

    /// Its progress.
    ///
    ///     waiting ──► launched ──► lookup ──► connecting ──► answer ──► body ⇄ laterHead
    ///
    /// A cached name skips `lookup`; a kept connection skips `connecting` as well. A redirect leads
    /// from `body` back to one of the three.
    private enum Stage {
        case waiting
        /// libcurl has it: there may be a kept connection for it, or a new one is needed.
        case launched
        /// The host's name is being looked up.
        case lookup(since: Instant)
        /// A connection is being made; `since` is when it was first needed, before the look-up.
        case connecting(since: Instant)
        /// A connection has taken the request; the head of the answer is not complete.
        case answer
        /// The head is complete.
        case body
        /// After an interim head (1xx), the next one is arriving.
        case laterHead
    }

    let id: TransferID
    let request: TransferRequest
    /// The body of the request, if it is made while it is sent.
    let upload: Upload?
    /// Takes the body of the answer as it arrives.
    let sink: (any TransferSink)?
    /// The host of the requested URL, for sentences.
    let host: String
    let completion: (Result<TransferResponse, TransferError>) -> Void
    var place = Place.outside
    private var stage = Stage.waiting
    private(set) var head: [UInt8] = []
    private(set) var body: [UInt8] = []
    /// The beginning of the body of an unwanted status, if the request asks for it.
    private(set) var refusalBody: [UInt8] = []
    /// Why we stopped libcurl.
    private(set) var refusal: Refusal?
    /// The address that the policy refused on the current hop.
    private(set) var refusedAddress: NetworkAddress?

    private let policy: AddressPolicy?
    private let loop: EventLoop
    private let timedOut: (Transfer, TransferError.Phase, Duration) -> Void
    private let started: Instant
    private var dropped = 0
    /// Bytes that the sink was given.
    private var sunk = 0
    /// When the host last sent anything; kept only if there is a stall timeout.
    private var lastHeard: Instant?
    private var token: Token?

    /// Why we cut a response short.
    enum Refusal { case bodyTooLarge, headTooLarge, status, unwanted }

    init(
        _ id: TransferID, _ request: TransferRequest, upload: Upload?,
        sink: (any TransferSink)?, host: String, policy: AddressPolicy?,
        loop: EventLoop, timedOut: @escaping (Transfer, TransferError.Phase, Duration) -> Void,
        completion: @escaping (Result<TransferResponse, TransferError>) -> Void
    ) {
        self.id = id
        self.request = request
        self.upload = upload
        self.sink = sink
        self.host = host
        self.policy = policy
        self.loop = loop
        self.timedOut = timedOut
        self.completion = completion
        // Not `loop.now`: outside a turn, that is the instant of the last turn.
        started = loop.readClock()
        if request.totalTimeout != nil || request.connectTimeout != nil
            || request.stallTimeout != nil
        {
            token = loop.register(handler: self)
        }
        setDeadline()
    }

    /// Ends its deadlines and its body. Call it when its result is known or no longer wanted.
    func end() {
        upload?.close()
        if let token { loop.deregister(token) }
        token = nil
    }

    /// Its easy, while libcurl runs it.
    var easy: CurlEasy? {
        switch place {
        case .running(let easy), .abandoned(let easy): easy
        case .outside, .inLine: nil
        }
    }

    /// Its progress, as timeout errors report it.
    var phase: TransferError.Phase {
        switch stage {
        case .waiting: .waiting
        case .lookup: .lookup
        case .launched, .connecting: .connecting
        case .answer: .answer
        case .body, .laterHead: .body
        }
    }

    /// Whether the empty line after the head has come.
    var isHeadComplete: Bool {
        if case .body = stage { true } else { false }
    }

    /// When a connection was first needed.
    private var connectStarted: Instant? {
        switch stage {
        case .lookup(let since), .connecting(let since): since
        case .waiting, .launched, .answer, .body, .laterHead: nil
        }
    }

    // MARK: Events from libcurl

    /// libcurl has it.
    func launched() { stage = .launched }

    private func connectionWanted(_ stage: Stage) {
        self.stage = stage
        refusedAddress = nil
        setDeadline()
    }

    /// A name look-up starts.
    func lookupStarted() { connectionWanted(.lookup(since: loop.readClock())) }

    /// A connection is about to be made; false if it must not be. `nil` is an address that is not
    /// IP.
    func mayConnect(to address: NetworkAddress?) -> Bool {
        if case .abandoned = place { return false }
        if let connectStarted {
            stage = .connecting(since: connectStarted)
        } else {
            // If libcurl has cached the name, there was no look-up.
            connectionWanted(.connecting(since: loop.readClock()))
        }
        guard let policy else { return true }
        guard let address else { return false }
        if policy.permits(address) { return true }
        refusedAddress = address
        return false
    }

    /// A connection (old or new) takes the request; false if its body can't be restarted.
    func connected() -> Bool {
        let wasConnecting = connectStarted != nil
        stage = .answer
        heard()
        if wasConnecting || lastHeard != nil { setDeadline() }
        return upload?.begin() ?? true
    }

    /// A line of a head, line end included; false to stop.
    func received(headLine line: Span<UInt8>) -> Bool {
        if line.count >= 5, line[0] == 0x48, line[1] == 0x54, line[2] == 0x54, line[3] == 0x50,
            line[4] == 0x2F, body.isEmpty, sunk == 0
        {
            // "HTTP/": the head of a redirect's target, or the final one after a 1xx.
            head.removeAll(keepingCapacity: true)
            if isHeadComplete { stage = .laterHead }
            return true
        }
        // Lines after the body are a trailer section, which is ignored.
        if isHeadComplete { return true }
        guard head.count + line.count <= TransferLimits.headBytes else {
            return refuse(.headTooLarge)
        }
        unsafe line.withUnsafeBufferPointer { unsafe head.append(contentsOf: $0) }
        if line.count <= 2 { stage = .body }
        return true
    }

    /// Bytes of the body of the final response; false to stop. `length` is its Content-Length, if
    /// any.
    func received(body bytes: Span<UInt8>, status: Int, length: @autoclosure () -> Int?) -> Bool {
        if request.acceptOnly200 && status != 200 {
            keep(refusal: bytes)
            dropped += bytes.count
            return dropped <= TransferLimits.discardableBodyBytes || refuse(.status)
        }
        heard()
        if let sink, status == 200 {
            guard bytes.count <= request.byteCap - sunk else { return refuse(.bodyTooLarge) }
            if sunk == 0 { sink.begin(TransferHeaders(head)) }
            sunk += bytes.count
            return sink.receive(bytes, length: length()) || refuse(.unwanted)
        }
        // If there is a sink, a collected body is a server's error message.
        let cap =
            sink == nil
            ? request.byteCap : min(request.byteCap, TransferLimits.discardableBodyBytes)
        guard bytes.count <= cap - body.count else { return refuse(.bodyTooLarge) }
        if body.isEmpty, let length = length() {
            let trust = policy == nil ? Int.max : TransferLimits.reservedBytes
            body.reserveCapacity(min(length, request.byteCap, trust))
        }
        unsafe bytes.withUnsafeBufferPointer { unsafe body.append(contentsOf: $0) }
        return true
    }

    /// Keeps the beginning of the body of an unwanted status. A redirect's body comes before.
    private func keep(refusal bytes: Span<UInt8>) {
        guard request.keepsRefusal else { return }
        if dropped == 0 { refusalBody.removeAll(keepingCapacity: true) }
        let count = min(bytes.count, TransferLimits.refusalBytes - refusalBody.count)
        refusalBody.append(bytes.extracting(0..<count))
    }

    private func heard() {
        if request.stallTimeout != nil { lastHeard = loop.readClock() }
    }

    private func refuse(_ refusal: Refusal) -> Bool {
        self.refusal = refusal
        return false
    }

    /// Moves the body out.
    func takeBody() -> [UInt8] {
        let taken = body
        body = []
        return taken
    }

    // MARK: Deadlines

    func deadlinePassed(token: Token) {
        if let limit = request.totalTimeout, started + limit <= loop.now {
            timedOut(self, phase, limit)
        } else if let limit = request.connectTimeout, let connectStarted,
            connectStarted + limit <= loop.now
        {
            timedOut(self, phase, limit)
        } else if let limit = request.stallTimeout, let lastHeard, lastHeard + limit <= loop.now {
            timedOut(self, phase == .body ? .stalled : phase, limit)
        } else {
            setDeadline()
        }
    }

    private func setDeadline() {
        guard let token else { return }
        let total = request.totalTimeout.map { started + $0 } ?? .distantFuture
        var connect = Instant.distantFuture
        if let connectStarted, let limit = request.connectTimeout {
            connect = connectStarted + limit
        }
        var stall = Instant.distantFuture
        if let lastHeard, let limit = request.stallTimeout { stall = lastHeard + limit }
        loop.setDeadline(min(total, connect, stall), of: token)
    }
}
