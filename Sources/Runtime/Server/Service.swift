// What a server serves: the seam between connections below and the application above.
//
// A request arrives in two steps, its head and its body, and leaves by its exchange. The Lambda
// handle brings other exchanges for the same receivers, so nothing here names a socket.

package import HTTP

/// A whole answer.
package struct Response: Sendable {
    package var head: ResponseHead
    package var body: [UInt8]
    /// What went wrong, where it is no good answer; the body says the same in its own form.
    package var report: ErrorReport?

    /// Creates an answer.
    package init(
        _ status: Status, contentType: StaticString? = nil, fields: [ResponseField] = [],
        body: [UInt8] = [], report: ErrorReport? = nil
    ) {
        head = ResponseHead(status: status, contentType: contentType, fields: fields)
        self.body = body
        self.report = report
    }
}

/// What a service decides about a request by its head alone.
package enum HeadDecision {
    /// Answer now; a body that follows is not wanted.
    case answer(Response)
    /// Gather the body, of at most this many bytes, for the receiver.
    case receive(any RequestReceiver, bodyLimit: Int)
}

/// Why a connection answers by itself: the request never became one.
package enum ConnectionFailure: Sendable, Equatable {
    /// The bytes are not HTTP, or not HTTP that is served.
    case malformed(ProtocolError)
    /// The head took too long.
    case headTimedOut
    /// The body paused for too long.
    case bodyTimedOut
    /// The body exceeds this many bytes.
    case bodyTooLarge(limit: Int)
    /// All bodies that are arriving exceed what may be held at once.
    case outOfBufferSpace
}

/// The application, as a server sees it. Loop thread.
package protocol Service: AnyObject {
    /// A head has arrived; its ranges index `bytes` and hold during this call only.
    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision
    /// The answer to what never became a request.
    func response(to failure: ConnectionFailure) -> Response
}

/// One request that is being received or worked on. Loop thread.
///
/// It is never called from inside one of its calls on the exchange.
package protocol RequestReceiver: AnyObject {
    /// The request is complete. Exactly one answer must leave by `exchange`, now or later, unless
    /// `abandon` is called before.
    func receive(_ body: [UInt8], exchange: any Exchange)
    /// Nobody waits for the answer any more: the client has left, or its body never came.
    func abandon()
    /// A streamed answer that was congested has room again.
    func resume()
}

/// Where the answer to one request leaves. Loop thread.
///
/// Calls after the answer's end, or after the client has left, do nothing. What is queued leaves at
/// the end of the turn.
package protocol Exchange: AnyObject {
    /// Answers whole.
    func respond(_ response: Response)
    /// Begins a streamed answer; the body of `response` is its first piece.
    func beginStream(_ response: Response)
    /// Sends a piece of a streamed answer.
    func send(_ bytes: [UInt8])
    /// Ends a streamed answer; `failure` says why not all of it is what was asked for. Its pieces
    /// have said so already, in place; only handles that can, report it once more.
    func endStream(_ failure: ErrorReport?)
    /// Whether the client takes its streamed answer slower than it is made; `resume` follows.
    var isCongested: Bool { get }
}
