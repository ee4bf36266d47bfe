// A request body that is made while it is sent: bytes in, chunks out (RFC 9112 §7.1), trailers last.
//
// It is the store between whoever makes the body and libcurl, which asks when the socket takes more
// and is told to pause where there is nothing. What waits is one run of bytes, so that a thousand
// small pieces leave as one chunk. A large body that is there already goes the same way, with a
// length instead of chunks, because libcurl would copy it. The first bytes are kept a while after
// libcurl has had them: when an old connection turns out to be dead, the request is made again on a
// new one (RFC 9112 §9.3.1) and must begin at its beginning. It splits, pads and transforms nothing,
// and knows no pointers.

internal import HTTP

/// The body of a request that is sent while it is made. Loop thread.
package final class Upload {
    /// What its maker has done.
    ///
    ///     making ⇄ congested
    ///        └─────────┴──► ended, or failed
    private enum Maker {
        case making
        /// More waits than should; the maker is told when there is room again.
        case congested
        case ended
        /// It can't be sent as it was given.
        case failed(TransferError)
    }

    /// What libcurl does with it.
    ///
    ///     reading ⇄ paused
    ///        ├──► finished ──► reading    where it is begun again
    ///        └──► closed                  and from any other
    private enum Reader {
        case reading
        /// There was nothing to read; libcurl waits to be told to go on.
        case paused
        /// libcurl knows that the body has ended; it forgets that only with its easy.
        case finished
        /// The transfer is over; nothing is taken any more.
        case closed
    }

    /// Names the transfer, for `TransferPool.cancel`, which breaks the connection, so that the server
    /// sees a body cut short.
    package let id: TransferID

    /// The length of a body that was there from the start.
    let length: Int?

    private let wake: (Upload) -> Void
    private let drained: (Upload) -> Void
    private var maker = Maker.making
    private var reader = Reader.reading
    /// From `front` on these bytes wait; before it are those that could be asked for once more.
    private var bytes: [UInt8] = []
    private var front = 0
    /// Bytes of the body that were before these and are gone.
    private var goneCount = 0
    /// The field lines of the trailer section.
    private(set) var trailers: [String] = []

    /// `wake` has libcurl ask again; `drained` may be called from inside of libcurl.
    init(
        id: TransferID, wake: @escaping (Upload) -> Void, drained: @escaping (Upload) -> Void
    ) {
        self.id = id
        self.wake = wake
        self.drained = drained
        length = nil
    }

    /// A body that is there already.
    init(id: TransferID, whole body: [UInt8]) {
        self.id = id
        wake = { _ in }
        drained = { _ in }
        length = body.count
        bytes = body
        maker = .ended
    }

    /// Whether the transfer is not over.
    var isOpen: Bool { reader != .closed }

    /// Why the body can't be sent as it was given.
    var failure: TransferError? {
        if case .failed(let error) = maker { error } else { nil }
    }

    /// Whether more may be added.
    private var takesMore: Bool {
        guard isOpen else { return false }
        switch maker {
        case .making, .congested: return true
        case .ended, .failed: return false
        }
    }

    // MARK: From the maker

    /// Whether whoever makes the body should wait for `drained`.
    package var isCongested: Bool { waitingCount > TransferLimits.uploadHighBytes }

    /// Adds bytes to the body. None at all change nothing; after the end, or when the transfer is
    /// over, they are dropped.
    package func send(_ piece: [UInt8]) {
        guard takesMore, !piece.isEmpty else { return }
        bytes.append(contentsOf: piece)
        if isCongested { maker = .congested }
        goOn()
    }

    /// Ends the body. Trailers are to be announced by a `Trailer` field of the request; one that is
    /// no field (RFC 9110 §5) fails the transfer with `badHeader`, and the body stays cut short.
    package func end(trailers: [(name: String, value: String)] = []) {
        guard takesMore else { return }
        maker = .ended
        for (name, value) in trailers where !Self.isField(name, value) {
            maker = .failed(
                .badHeader(
                    name: String(decoding: name.utf8.filter(\.isToken), as: UTF8.self)))
        }
        self.trailers = trailers.map { "\($0.name): \($0.value)" }
        if self.trailers.reduce(0, { $0 + $1.utf8.count + 2 }) > TransferLimits.trailerBytes {
            maker = .failed(
                .internal(
                    reason: "the trailers are longer than \(TransferLimits.trailerBytes) bytes"))
        }
        goOn()
    }

    private var waitingCount: Int { bytes.count - front }

    /// The memory that it takes, in bytes.
    var storage: Int { bytes.capacity }

    private func goOn() {
        guard reader == .paused else { return }
        reader = .reading
        wake(self)
    }

    private static func isField(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(\.isToken)
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }

    // MARK: From the transfer

    /// What libcurl gets when it asks for more.
    enum Portion: Equatable { case bytes(Int), pause, end, failure }

    /// Gives at most `room` bytes to `take`, once, where there are any. From inside of libcurl.
    func read(upTo room: Int, _ take: (Span<UInt8>) -> Void) -> Portion {
        guard isOpen, failure == nil else { return .failure }
        let count = min(room, waitingCount)
        guard count > 0 else {
            reader = takesMore ? .paused : .finished
            return takesMore ? .pause : .end
        }
        reader = .reading
        take(bytes.span.extracting(front..<front + count))
        front += count
        dropSent()
        if case .congested = maker, waitingCount < TransferLimits.uploadLowBytes {
            maker = .making
            drained(self)
        }
        return .bytes(count)
    }

    private func dropSent() {
        guard length == nil, front > TransferLimits.replayedBytes else { return }
        if waitingCount == 0 {
            goneCount += front
            bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * TransferLimits.uploadHighBytes)
            front = 0
        } else if front > bytes.count / 2 {
            // At most as many bytes move as have left since the last time.
            goneCount += front
            bytes.removeFirst(front)
            front = 0
        }
    }

    /// A connection takes the request, the first or another that libcurl tries; false where it can't
    /// begin again. From inside of libcurl.
    func begin() -> Bool {
        reader == .finished ? false : rewind()
    }

    /// Goes back to the first byte, for another easy; false where that is gone already.
    func rewind() -> Bool {
        guard isOpen, goneCount == 0 else { return false }
        front = 0
        reader = .reading
        return true
    }

    /// Its connection is readable or writable: libcurl looks at what came only when it is not paused.
    func socketIsReady() { goOn() }

    /// The transfer is over.
    func close() {
        reader = .closed
        bytes = []
        front = 0
    }
}
