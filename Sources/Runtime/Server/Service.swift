// The interface between the connections below and the application above.
//
// A request arrives in two steps, its head and its body; the answer leaves through its exchange.
// The Lambda handle has other exchanges for the same receivers, so nothing here refers to a socket.

package import HTTP

/// A whole answer.
package struct Response: Sendable {
    /// Status and fields.
    package var head: ResponseHead
    /// All of it, or the first piece of a streamed answer.
    package var body: [UInt8]
    /// The error, if this is an error response; the body says the same in its own form.
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

/// A service's decision about a request from its head alone.
package enum HeadDecision {
    /// Answer now; a body that follows is not wanted.
    case answer(Response)
    /// Collect the body, at most this many bytes, for the receiver.
    case receive(any RequestReceiver, bodyLimit: Int)
}

/// Why a connection gets an answer without a complete request.
package enum ConnectionFailure: Sendable, Equatable {
    /// The bytes are not HTTP, or not HTTP that the server supports.
    case malformed(ProtocolError)
    /// The head took too long.
    case headTimedOut
    /// The body paused for too long.
    case bodyTimedOut
    /// The body exceeds this many bytes.
    case bodyTooLarge(limit: Int)
    /// All arriving bodies together exceed the limit.
    case outOfBufferSpace
}

/// The application, from the server's side. Loop thread.
package protocol Service: AnyObject {
    /// A head has arrived; its ranges index `bytes` and hold during this call only.
    func begin(_ head: borrowing RequestHead, in bytes: Span<UInt8>) -> HeadDecision
    /// The answer to a connection failure.
    func response(to failure: ConnectionFailure) -> Response
}

/// One request that is being received or processed. Loop thread.
///
/// It is never called from inside one of its own calls on the exchange.
package protocol RequestReceiver: AnyObject {
    /// The request is complete. The receiver must send exactly one answer through `exchange`, now
    /// or later, unless `abandon` is called first.
    func receive(_ body: [UInt8], exchange: any Exchange)
    /// The client no longer waits for the answer: it has left, or its body never came.
    func abandon()
    /// A congested streamed answer has room again.
    func resume()
}

/// Sends the answer to one request. Loop thread.
///
/// Calls after the answer's end, or after the client has left, do nothing. Queued bytes are sent at
/// the end of the turn.
package protocol Exchange: AnyObject {
    /// Sends a whole answer.
    func respond(_ response: Response)
    /// Begins a streamed answer; the body of `response` is its first piece.
    func beginStream(_ response: Response)
    /// Sends a piece of a streamed answer.
    func send(_ bytes: [UInt8])
    /// Ends a streamed answer; `failure` says why it is incomplete or partly failed. Its pieces
    /// already say so in place; handles that can report it once more do so.
    func endStream(_ failure: ErrorReport?)
    /// Whether the client reads its streamed answer more slowly than it is made; `resume` follows.
    var isCongested: Bool { get }
}
