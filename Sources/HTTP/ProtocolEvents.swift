// The events that the state machine of a connection reports to its caller.
//
// They form the interface between `ServerProtocol` and the owner of the socket, and are kept apart
// from the machine so that each side can be read alone.

extension ServerProtocol {
    /// What the connection waits for; it decides which timeout applies.
    package enum Phase: UInt8, Sendable {
        /// No byte of a request has arrived.
        case betweenRequests
        /// Some bytes of a head have arrived.
        case inHead
        /// A head has been reported, but not the end of its body.
        case inBody
        /// A request is complete or refused, but its response is not finished.
        case awaitingResponse
        /// Nothing more is read or written.
        case closed
    }

    /// The result of `receive`.
    package struct Step: Sendable, Equatable {
        /// The number of bytes, from the start of the span, that need not be given again.
        package let consumed: Int
        /// What they mean.
        package let event: Event
    }

    /// What the bytes given to `receive` mean.
    package enum Event: Sendable, Equatable {
        /// More bytes are needed: give the unconsumed ones again, followed by more.
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

    /// What to do after a response.
    package enum AfterResponse: Sendable {
        /// Go on with `receive`; unconsumed bytes may hold the next request.
        case nextRequest
        /// Close once everything is written.
        case close
    }
}
