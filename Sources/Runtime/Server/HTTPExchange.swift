// The answer to one HTTP request on its way to the connection that the request came on.
//
// Kept apart from the connection because it outlives it: a worker's result may come when the
// connection is gone, or is serving its next request, and must then go nowhere.

/// One request's answer over HTTP.
final class HTTPExchange: Exchange {
    /// `nil` once the answer is complete or the client has left.
    private var cycle: RequestCycle?

    init(_ cycle: RequestCycle) { self.cycle = cycle }

    /// Separates the answer from the connection; what is sent from now on is dropped.
    func detach() { cycle = nil }

    var isCongested: Bool { cycle?.isCongested ?? false }

    func respond(_ response: Response) { cycle?.respond(response) }

    func beginStream(_ response: Response) { cycle?.beginStream(response) }

    func send(_ bytes: [UInt8]) { cycle?.sendPiece(bytes) }

    func endStream(_ failure: ErrorReport?) { cycle?.endStream() }
}
