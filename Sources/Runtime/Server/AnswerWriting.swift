// Writes answers into the send queue: the protocol's framing around the service's content.
//
// `RequestCycle` decides which answer is written and when; this file only writes the bytes. It
// sends nothing.

internal import HTTP

extension SendQueue {
    /// Appends a whole answer.
    mutating func append(
        whole response: Response, framedBy http: inout ServerProtocol, date: HTTPDate,
        from pool: inout BufferPool
    ) {
        prepare(&pool)
        http.beginResponse(
            response.head, body: .length(response.body.count), date: date, into: &bytes)
        if !http.omitsBody { bytes += response.body }
        _ = http.finishResponse(into: &bytes)
    }

    /// Appends the head of a streamed answer.
    mutating func append(
        headOf response: Response, framedBy http: inout ServerProtocol, date: HTTPDate,
        from pool: inout BufferPool
    ) {
        prepare(&pool)
        http.beginResponse(response.head, body: .streamed, date: date, into: &bytes)
    }

    /// Appends a piece of a streamed answer; an empty one writes nothing.
    mutating func append(
        piece: [UInt8], framedBy http: borrowing ServerProtocol, from pool: inout BufferPool
    ) {
        guard !piece.isEmpty, !http.omitsBody else { return }
        prepare(&pool)
        http.beginChunk(piece.count, into: &bytes)
        bytes += piece
        http.endChunk(into: &bytes)
    }

    /// Appends the end of a streamed answer.
    mutating func appendEnd(framedBy http: inout ServerProtocol, from pool: inout BufferPool) {
        prepare(&pool)
        _ = http.finishResponse(into: &bytes)
    }

    /// Appends `100 Continue`.
    mutating func appendContinue(from pool: inout BufferPool) {
        prepare(&pool)
        bytes += ServerProtocol.continueResponse
    }
}
