// Sends the answer to one event: whole, as an error, or streamed.
//
// Kept apart from its invocation loop because it outlives the invocation: calls after the end, or
// after the platform has settled the invocation, must have no effect.

/// One event's answer. Loop thread.
///
/// Exactly one of `respond`, `fail` and `beginStream` … `endStream` counts; later calls do nothing.
package final class LambdaReply {
    /// Called when a congested streamed answer has room again.
    package var resumed: (() -> Void)?
    /// Called instead of `resumed` when the platform no longer takes the rest of a streamed answer.
    /// If it is unset, `resumed` is called: the answer is no longer congested, and further bytes
    /// are dropped.
    package var abandoned: (() -> Void)?

    private let id: InvocationID
    /// `nil` once it is answered.
    private var invocation: InvocationLoop?
    private var upload: Upload?

    init(to event: LambdaEvent, by invocation: InvocationLoop) {
        id = InvocationID(requestID: event.requestID, nonce: event.invocationID)
        self.invocation = invocation
    }

    // MARK: Whole answers

    /// Answers with a body.
    package func respond(_ body: [UInt8], contentType: String) {
        take()?.answer(id) { $0.response(to: id, body, contentType: contentType) }
    }

    /// Reports that the invocation failed.
    package func fail(_ report: ErrorReport) {
        take()?.answer(id) { $0.error(of: id, report) }
    }

    private func take() -> InvocationLoop? {
        let taken = invocation
        invocation = nil
        return taken
    }

    // MARK: Streamed answers

    /// Begins a streamed answer with its first bytes.
    package func beginStream(contentType: String, _ first: [UInt8]) {
        guard let invocation = take() else { return }
        upload = invocation.stream(
            id, contentType: contentType, drained: { [weak self] in self?.resumed?() },
            ended: { [weak self] in self?.streamEnded() })
        if !first.isEmpty { upload?.send(first) }
    }

    /// Sends more bytes of a streamed answer.
    package func send(_ bytes: [UInt8]) { upload?.send(bytes) }

    /// Ends a streamed answer; `failure` says why it is incomplete.
    package func endStream(_ failure: ErrorReport?) {
        upload?.end(trailers: failure.map(RuntimeAPI.trailers) ?? [])
        upload = nil
    }

    /// Whether a streamed answer is made faster than the platform takes it; `resumed` follows.
    package var isCongested: Bool { upload?.isCongested ?? false }

    /// The platform has answered; if the stream had not ended, it is broken.
    private func streamEnded() {
        guard upload != nil else { return }
        upload = nil
        if let abandoned { abandoned() } else { resumed?() }
    }
}
