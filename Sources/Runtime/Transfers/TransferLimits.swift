// Every maximum and every time of the transfers that is no request's own, in one place.
//
// What differs from request to request (the largest body, the time-outs, the redirects) is a field of
// `TransferRequest`; how many transfers a pool runs at once is its owner's choice. None is a setting.

/// The limits of transfers.
enum TransferLimits {
    // MARK: Requests

    /// Bytes of a URL. Presigned ones have about 2 KB.
    static let urlBytes = 16 * 1024

    /// Bytes of a request body that libcurl copies, so that it leaves with the head in one packet;
    /// a larger one is read by libcurl as an `Upload`.
    static let copiedBodyBytes = 64 * 1024

    // MARK: Uploads

    /// Bytes of an upload that wait for the socket; above it whoever makes the body should pause.
    static let uploadHighBytes = 256 * 1024

    /// Bytes of an upload that wait for the socket; below it whoever has paused should go on.
    static let uploadLowBytes = 64 * 1024

    /// Bytes of an upload that are kept when libcurl has taken them, so that the request can be made
    /// once more on a new connection.
    static let replayedBytes = 64 * 1024

    /// Bytes of the trailer section of an upload. libcurl's own limit is a little higher.
    static let trailerBytes = 48 * 1024

    // MARK: Responses

    /// Bytes that libcurl reads from a socket at once, CURLOPT_BUFFERSIZE(3).
    static let receiveBytes = 64 * 1024

    /// Bytes of a response head; far more than any server sends.
    static let headBytes = 256 * 1024

    /// Bytes that are reserved for a body because its Content-Length says so; what is really longer
    /// grows by doubling.
    static let reservedBytes = 1 << 20

    /// Bytes of a body that nobody wants (that of an error) which are still read and dropped, so that
    /// the connection can be used again.
    static let discardableBodyBytes = 64 * 1024

    /// Bytes of libcurl's own text that an error's sentence shows.
    static let shownBytes = 200

    /// Bytes of an unsupported scheme that an error's sentence shows.
    static let shownSchemeBytes = 16

    // MARK: What is kept

    /// Easies that a pool keeps for its next transfers.
    static let spareEasies = 64

    /// How long a connection to a stranger may have been idle to be used again: a process that was
    /// frozen between two invocations wakes with connections that are dead but look alive.
    static let remoteIdle = Duration.seconds(4)

    /// The same for the neighbour, which is frozen and thawed when we are: for ever.
    static let localIdle = Duration.seconds(10 * 365 * 86_400)

    // MARK: Times

    /// How much longer than ours libcurl's own time-out of connecting is, so that ours strikes first.
    static let connectMargin = Duration.milliseconds(250)

    /// libcurl's time-out of connecting where a request has none.
    static let connectDefault = Duration.seconds(300)

    /// How long the name look-up of an abandoned transfer may still take.
    static let abandonedLookup = Duration.seconds(120)
}
