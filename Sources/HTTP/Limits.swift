// Every maximum and every timeout of the HTTP server, in one place.
//
// Nothing else in this module or in the server that drives it defines a limit. The state machines
// here enforce the sizes of a request; they have no socket and no clock, so the server enforces
// buffers and timeouts. Limits don't depend on the route: the application applies body limits per
// route.

/// Every maximum and timeout of the HTTP server.
package struct Limits: Sendable, Equatable {
    // MARK: One request

    /// Bytes of a request line and its field lines, with the empty line; above it 431.
    /// At most `RequestHead.maximumBytes` takes effect.
    package var headBytes = 32 * 1024

    /// Field lines in a head; above it 431. At most `RequestHead.maximumFieldCount` takes effect.
    package var fieldCount = 128

    /// Bytes of a request target; above it 414.
    package var targetBytes = 8192

    /// Bytes of a request body after decoding; the server answers 413 above it.
    package var bodyBytes = 32 * 1024 * 1024

    /// Bytes of the trailer section of a chunked body, with the empty line; above it 431.
    package var trailerBytes = 8192

    /// Bytes of one chunk's size line with its extensions; above it 400.
    package var chunkHeaderBytes = 256

    /// Bytes of chunk extensions in one whole body; above it 400.
    package var chunkExtensionBytes = 16 * 1024

    /// Bytes of an unwanted body that are still read and dropped, so that the connection persists.
    package var discardableBodyBytes = 64 * 1024

    /// Bytes of a method; above it 501, before the head has ended. Fixed.
    static let methodBytes = 32

    /// Empty lines before a request line that are ignored (RFC 9112 §2.2). Fixed.
    static let ignoredEmptyLines: UInt8 = 2

    // MARK: All connections together

    /// Bytes of incomplete request bodies over all connections; above it 503.
    package var arrivingBodyBytes = 512 * 1024 * 1024

    /// The most bytes that one read from a socket takes. It also bounds how much is read of the
    /// requests that a client pipelines after one in flight.
    package var receiveBytes = 64 * 1024

    /// Unsent bytes of one connection above which a streamed answer pauses.
    package var congestedBytes = 256 * 1024

    /// Requests of one connection that are answered before other connections get their turn.
    package var requestsPerTurn = 64

    /// Buffers that are kept for reuse.
    package var spareBuffers = 64

    /// The largest buffer that is kept, in bytes; larger ones come from exceptional requests.
    package var spareBufferBytes = 256 * 1024

    // MARK: Time

    /// From the first byte of a head to its end.
    package var headTimeout: Duration = .seconds(10)

    /// Without a byte while a body is expected.
    package var bodyTimeout: Duration = .seconds(30)

    /// Without a request on a persistent connection; longer than the 60 s of AWS load balancers.
    package var idleTimeout: Duration = .seconds(75)

    /// Without a byte taken by the client while a response is written.
    package var writeTimeout: Duration = .seconds(30)

    /// From our end of stream to closing, so that the client can read the last response.
    package var lingerTimeout: Duration = .seconds(2)

    /// The defaults.
    package init() {}
}

/// The sizes that one connection's state machine needs, in 12 bytes.
struct SyntaxLimits: Sendable {
    let headBytes: UInt16
    let fieldCount: UInt16
    let targetBytes: UInt16
    let trailerBytes: UInt16
    let chunkHeaderBytes: UInt16
    let chunkExtensionBytes: UInt16

    init(_ limits: Limits) {
        headBytes = UInt16(clamping: min(limits.headBytes, RequestHead.maximumBytes))
        fieldCount = UInt16(clamping: min(limits.fieldCount, RequestHead.maximumFieldCount))
        targetBytes = UInt16(clamping: limits.targetBytes)
        trailerBytes = UInt16(clamping: limits.trailerBytes)
        chunkHeaderBytes = UInt16(clamping: limits.chunkHeaderBytes)
        chunkExtensionBytes = UInt16(clamping: limits.chunkExtensionBytes)
    }
}
