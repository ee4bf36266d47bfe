// What the state machine of a connection tells its caller.
//
// The vocabulary between `ServerProtocol` and whoever holds the socket, apart from the machine so
// that either side can be read alone.

extension ServerProtocol {
    /// What the connection waits for; decides which timeout runs.
    package enum Phase: UInt8, Sendable {
        /// No byte of a request has arrived.
        case betweenRequests
        /// Some bytes of a head have arrived.
        case inHead
        /// A head has been reported, and the end of its body has not.
        case inBody
        /// A request is complete, or refused, and its response is not finished.
        case awaitingResponse
        /// Nothing more is read or written.
        case closed
    }

    /// What `receive` found.
    package struct Step: Sendable, Equatable {
        /// Bytes, from the first of the span, that need not be given again.
        package let consumed: Int
        /// What they mean.
        package let event: Event
    }

    /// What the bytes given to `receive` mean.
    package enum Event: Sendable, Equatable {
        /// More bytes are needed: give the unconsumed ones again with more behind them.
        case needMore
        /// The head is filled; its ranges index the span given to this call.
        case head
        /// These bytes of the span are content of the body.
        case body(Range<Int>)
        /// The request is complete.
        case end
        /// The response must be finished before the next request is read.
        case paused
        /// The request is refused: answer with the error's status; the connection then closes.
        case failed(ProtocolError)
    }

    /// What the end of the client's bytes means.
    package enum EndOfStream: Sendable {
        /// Between requests: nothing is lost.
        case clean
        /// Inside a head or body: the request can never be answered.
        case truncated
        /// A request awaits its answer, which the client may still read.
        case halfClosed
    }

    /// What to do behind a response.
    package enum AfterResponse: Sendable {
        /// Go on with `receive`; unconsumed bytes may hold the next request.
        case nextRequest
        /// Close once everything is written.
        case close
    }
}
