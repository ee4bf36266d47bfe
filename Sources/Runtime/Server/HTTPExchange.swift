// Sends the answer to one HTTP request to the connection that the request came on.
//
// Kept apart from the connection because it outlives it: when a worker's result comes, the
// connection may be gone or serving its next request; the result is then dropped.

/// One request's answer over HTTP.
final class HTTPExchange: Exchange {
    /// `nil` after the answer is complete or the client has left.
    private var cycle: RequestCycle?

    init(_ cycle: RequestCycle) { self.cycle = cycle }

    /// Separates the answer from the connection; anything sent from now on is dropped.
    func detach() { cycle = nil }

    var isCongested: Bool { cycle?.isCongested ?? false }

    func respond(_ response: Response) { cycle?.respond(response) }

    func beginStream(_ response: Response) { cycle?.beginStream(response) }

    func send(_ bytes: [UInt8]) { cycle?.sendPiece(bytes) }

    func endStream(_ failure: ErrorReport?) { cycle?.endStream() }
}
