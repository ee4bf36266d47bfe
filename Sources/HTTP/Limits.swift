// Every maximum and every timeout of the HTTP server, in one place.
//
// A limit that cannot be found cannot be reasoned about, so nothing in this module or in the server
// that drives it carries a number of its own. The state machines here enforce the sizes; they know
// no clock, so the timeouts are for whoever holds the sockets.
// It refuses to know routes: a body limit that differs by route is applied above.

/// Every maximum and timeout of the HTTP server.
package struct Limits: Sendable, Equatable {
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

    /// Bytes of a body nobody wants that are still read and dropped, so that the connection persists.
    package var discardableBodyBytes = 64 * 1024

    /// From the first byte of a head to its end.
    package var headTimeout: Duration = .seconds(10)

    /// Without a byte while a body is awaited.
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

/// The sizes that one connection's state machine needs, in 12 bytes instead of `Limits`' 144.
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
