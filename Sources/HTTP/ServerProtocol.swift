// The server's side of one HTTP/1.1 connection, as a state machine over bytes.
//
// Bytes in, events out; responses in, bytes out. It owns no socket, no buffer and no clock: the
// caller reads, keeps what was not consumed, writes, and measures time by `phase`. One request at a
// time: after a complete request it pauses until the response is finished, so pipelined requests
// wait in the caller's buffer and are answered in order.
//
//     betweenRequests ─► inHead ─► inBody ─► awaitingResponse ─► betweenRequests, or closed
//
// An error leads to awaitingResponse too: the caller answers with its status, and the connection
// closes because it cannot know where the next request starts.
// It does not recover: after an error it reads no further byte.

/// The state machine of one connection.
package struct ServerProtocol: ~Copyable {
    /// The interim response to a client that waits before it sends its body (RFC 9110 §10.1.1).
    package static let continueResponse: [UInt8] = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// How the end of the current body is found.
    private enum Body: Sendable {
        case length(Int)
        case chunked(ChunkedDecoder)
    }

    /// What the connection waits for.
    package private(set) var phase = Phase.betweenRequests

    private let limits: SyntaxLimits
    private var parser = HeadParser()
    private var emptyLines: UInt8 = 0
    private var body = Body.length(0)
    private var isHead = false
    private var minorVersion: UInt8 = 1
    private var persists = true
    private var drains = false
    private var encoder = ResponseEncoder()

    /// The state machine of a new connection.
    package init(limits: Limits) {
        self.limits = SyntaxLimits(limits)
    }
}

// MARK: - Requests

extension ServerProtocol {
    /// Whether no byte of the next request has arrived.
    package var isIdle: Bool { phase == .betweenRequests }

    /// The remaining bytes of a body of known length, nil for any other. The caller may bypass
    /// `receive`, read them straight into their place, and report them with `receivedBody`.
    package var bodyRemaining: Int? {
        guard phase == .inBody, case .length(let remaining) = body, remaining > 0 else {
            return nil
        }
        return remaining
    }

    /// Reads as many as it can of the bytes that follow those consumed before.
    ///
    /// Call it again with the rest, even an empty rest, until the event is `needMore`, `paused` or
    /// `failed`: `end` needs a call of its own.
    package mutating func receive(_ bytes: Span<UInt8>, head: inout RequestHead) -> Step {
        do throws(ProtocolError) {
            switch phase {
            case .betweenRequests, .inHead: return try receiveHead(bytes, &head)
            case .inBody: return try receiveBody(bytes)
            case .awaitingResponse, .closed: return Step(consumed: 0, event: .paused)
            }
        } catch {
            refuse()
            return Step(consumed: 0, event: .failed(error))
        }
    }

    /// Reports that the caller has read `count` bytes of a body of known length without `receive`.
    ///
    /// Returns true if the request is complete, in place of the event `end`.
    package mutating func receivedBody(_ count: Int) -> Bool {
        guard phase == .inBody, case .length(let remaining) = body else {
            preconditionFailure("no body of known length is expected")
        }
        precondition(count <= remaining, "bytes after the body belong to receive")
        body = .length(remaining - count)
        guard count == remaining else { return false }
        phase = .awaitingResponse
        return true
    }

    /// Call it when the client will send nothing more; returns what that means.
    package mutating func endOfStream() -> EndOfStream {
        switch phase {
        case .betweenRequests, .closed:
            phase = .closed
            return .clean
        case .awaitingResponse: return .halfClosed
        case .inBody where requestIsComplete: return .halfClosed
        case .inHead, .inBody:
            phase = .closed
            return .truncated
        }
    }

    /// Makes the next response say `Connection: close`, and the connection close after it.
    package mutating func closeAfterResponse() { drains = true }

    private mutating func receiveHead(
        _ bytes: Span<UInt8>, _ head: inout RequestHead
    ) throws(ProtocolError) -> Step {
        var start = 0
        if phase == .betweenRequests {
            start = skipEmptyLines(bytes)
            let rest = bytes.count - start
            let holdsHead =
                rest > 1
                || rest == 1
                    && (bytes[start] != Byte.carriageReturn
                        || emptyLines == Limits.ignoredEmptyLines)
            guard holdsHead else { return Step(consumed: start, event: .needMore) }
            phase = .inHead
            parser = HeadParser(start: start)
        }
        guard let end = try parser.parse(bytes, into: &head, limits: limits) else {
            // The caller drops the empty lines, so the head moves to the front; it is parsed once
            // more.
            if start > 0 { parser = HeadParser() }
            return Step(consumed: start, event: .needMore)
        }
        try head.setFraming(in: bytes)
        beginRequest(head)
        return Step(consumed: end, event: .head)
    }

    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) -> Int {
        var start = 0
        while emptyLines < Limits.ignoredEmptyLines, bytes.count - start >= 2,
            bytes[start] == Byte.carriageReturn, bytes[start + 1] == Byte.lineFeed
        {
            emptyLines += 1
            start += 2
        }
        return start
    }

    private mutating func beginRequest(_ head: borrowing RequestHead) {
        isHead = head.method == .head
        minorVersion = UInt8(truncatingIfNeeded: head.minorVersion)
        persists = head.persists
        body =
            switch head.framing {
            case .none: .length(0)
            case .length(let count): .length(count)
            case .chunked: .chunked(ChunkedDecoder())
            }
        phase = .inBody
    }

    private mutating func receiveBody(_ bytes: Span<UInt8>) throws(ProtocolError) -> Step {
        switch body {
        case .length(0):
            phase = .awaitingResponse
            return Step(consumed: 0, event: .end)
        case .length(let remaining):
            let count = min(remaining, bytes.count)
            guard count > 0 else { return Step(consumed: 0, event: .needMore) }
            body = .length(remaining - count)
            return Step(consumed: count, event: .body(0..<count))
        case .chunked(var decoder):
            var position = 0
            let event = try decoder.decode(bytes, position: &position, limits: limits)
            body = .chunked(decoder)
            switch event {
            case .needMore: return Step(consumed: position, event: .needMore)
            case .content(let range): return Step(consumed: position, event: .body(range))
            case .end:
                phase = .awaitingResponse
                return Step(consumed: position, event: .end)
            }
        }
    }

    /// Stops reading, and clears the refused head so that it cannot affect the answer.
    private mutating func refuse() {
        if phase == .inHead { forgetRequest() }
        persists = false
        phase = .awaitingResponse
    }

    /// Resets the request, so that an answer without a valid head (400, 408) has a body and is in
    /// HTTP/1.1.
    private mutating func forgetRequest() {
        isHead = false
        minorVersion = 1
    }

    private var requestIsComplete: Bool {
        switch phase {
        case .awaitingResponse: true
        case .inBody: if case .length(0) = body { true } else { false }
        default: false
        }
    }
}

// MARK: - Responses

extension ServerProtocol {
    /// Whether the response that was begun has no content, even if its fields announce some: it
    /// answers HEAD, or its status is 1xx, 204 or 304.
    package var omitsBody: Bool { encoder.omitsBody }

    /// Appends the head of the response, with Date, Content-Length or Transfer-Encoding, and
    /// Connection if needed.
    ///
    /// If the response begins before the request is complete, it says `Connection: close`. A
    /// streamed response to HTTP/1.0 ends with the connection.
    package mutating func beginResponse(
        _ response: ResponseHead, body: ResponseBody, date: HTTPDate, into out: inout [UInt8]
    ) {
        persists = persists && !drains && requestIsComplete
        let context = ResponseEncoder.Context(
            isHead: isHead, minorVersion: Int(minorVersion), persists: persists)
        encoder.begin(response, body: body, date: date, context: context, into: &out)
        if encoder.endsWithConnection { persists = false }
    }

    /// Appends the framing before `count` bytes, at least one, of a streamed body's content.
    ///
    /// Appends nothing for HTTP/1.0, and nothing if `omitsBody`: then the content must not be
    /// written either.
    package func beginChunk(_ count: Int, into out: inout [UInt8]) {
        encoder.beginChunk(count, into: &out)
    }

    /// Appends the framing after the content announced by `beginChunk`.
    package func endChunk(into out: inout [UInt8]) { encoder.endChunk(into: &out) }

    /// Appends the end of the response, and returns what to do next.
    package mutating func finishResponse(into out: inout [UInt8]) -> AfterResponse {
        encoder.finish(into: &out)
        guard persists, !drains, requestIsComplete else {
            phase = .closed
            return .close
        }
        phase = .betweenRequests
        parser = HeadParser()
        emptyLines = 0
        forgetRequest()
        return .nextRequest
    }
}
