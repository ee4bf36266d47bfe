// A request body that is made while it is sent: bytes in, chunks out (RFC 9112 §7.1), trailers last.
//
// It is the buffer between the maker of the body and libcurl, which asks for bytes when the socket
// takes more, and pauses if there are none. The waiting bytes are contiguous, so that a thousand
// small pieces leave as one chunk. A large body that is complete is sent the same way, with a
// length instead of chunks, because libcurl would copy it. The first bytes are kept for a while
// after libcurl has taken them: if a kept connection turns out to be dead, the request is retried
// on a new one (RFC 9112 §9.3.1), from its first byte. It does not transform bytes, and uses no
// pointers.

internal import HTTP

/// The body of a request that is sent while it is made. Loop thread.
package final class Upload {
    /// The state on the maker's side.
    ///
    ///     making ⇄ congested
    ///        └─────────┴──► ended, or failed
    private enum Maker {
        case making
        /// Too many bytes wait; the maker is called when there is room again.
        case congested
        case ended
        /// The body can't be sent.
        case failed(TransferError)
    }

    /// The state on libcurl's side.
    ///
    ///     reading ⇄ paused
    ///        ├──► finished ──► reading    where it is begun again
    ///        └──► closed                  and from any other
    private enum Reader {
        case reading
        /// There was nothing to read; libcurl waits until it is resumed.
        case paused
        /// libcurl has seen the end of the body; only a new easy can read it again.
        case finished
        /// The transfer is over; further bytes are dropped.
        case closed
    }

    /// Identifies the transfer for `TransferPool.cancel`, which breaks the connection, so that the
    /// server sees a truncated body.
    package let id: TransferID

    /// The length of a body that was complete from the start.
    let length: Int?

    private let wake: (Upload) -> Void
    private let drained: (Upload) -> Void
    private var maker = Maker.making
    private var reader = Reader.reading
    /// Bytes from `front` on wait to be sent; those before it are kept for a retry.
    private var bytes: [UInt8] = []
    private var front = 0
    /// The number of earlier bytes of the body that are no longer kept.
    private var goneCount = 0
    /// The field lines of the trailer section.
    private(set) var trailers: [String] = []

    /// `wake` makes libcurl ask again; `drained` may be called from inside libcurl.
    init(
        id: TransferID, wake: @escaping (Upload) -> Void, drained: @escaping (Upload) -> Void
    ) {
        self.id = id
        self.wake = wake
        self.drained = drained
        length = nil
    }

    /// A body that is already complete.
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

    /// Why the body can't be sent.
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

    /// Whether the maker of the body should wait for `drained`.
    package var isCongested: Bool { waitingCount > TransferLimits.uploadHighBytes }

    /// Adds bytes to the body. An empty piece does nothing; after the end of the body or of the
    /// transfer, pieces are dropped.
    package func send(_ piece: [UInt8]) {
        guard takesMore, !piece.isEmpty else { return }
        bytes.append(contentsOf: piece)
        if isCongested { maker = .congested }
        goOn()
    }

    /// Ends the body. A `Trailer` field of the request must announce the trailers; an invalid one
    /// (RFC 9110 §5) fails the transfer with `badHeader`, and the body stays truncated.
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

    /// The memory that it uses, in bytes.
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

    /// The answer to libcurl's request for more bytes.
    enum Portion: Equatable { case bytes(Int), pause, end, failure }

    /// Gives at most `room` bytes to `take`, once, if there are any. Called from inside libcurl.
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
            // This moves at most as many bytes as were sent since the last time.
            goneCount += front
            bytes.removeFirst(front)
            front = 0
        }
    }

    /// A connection takes the request, the first or another that libcurl tries; false if the body
    /// can't restart. Called from inside libcurl.
    func begin() -> Bool {
        reader == .finished ? false : rewind()
    }

    /// Goes back to the first byte, for another easy; false if that is no longer kept.
    func rewind() -> Bool {
        guard isOpen, goneCount == 0 else { return false }
        front = 0
        reader = .reading
        return true
    }

    /// Its connection is readable or writable; resumes libcurl, which reads an answer only if it is
    /// not paused.
    func socketIsReady() { goOn() }

    /// The transfer is over.
    func close() {
        reader = .closed
        bytes = []
        front = 0
    }
}
