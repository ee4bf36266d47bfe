// Every maximum and every duration that applies to all transfers, in one place.
//
// Limits that differ per request (the largest body, the timeouts, the redirects) are fields of
// `TransferRequest`; the owner of a pool chooses how many transfers it runs at once. None is a
// setting.

/// The limits of transfers.
enum TransferLimits {
    // MARK: Requests

    /// Bytes of a URL. Presigned ones have about 2 KB.
    static let urlBytes = 16 * 1024

    /// Bytes of a request body that libcurl copies, so that it leaves with the head in one packet;
    /// libcurl reads a larger one as an `Upload`.
    static let copiedBodyBytes = 64 * 1024

    // MARK: Uploads

    /// Bytes of an upload that wait for the socket; above it, the maker of the body should pause.
    static let uploadHighBytes = 256 * 1024

    /// Bytes of an upload that wait for the socket; below it, a paused maker should resume.
    static let uploadLowBytes = 64 * 1024

    /// Bytes of an upload that are kept after libcurl has taken them, so that the request can be
    /// retried on a new connection.
    static let replayedBytes = 64 * 1024

    /// Bytes of the trailer section of an upload. libcurl's own limit is a little higher.
    static let trailerBytes = 48 * 1024

    // MARK: Responses

    /// Bytes that libcurl reads from a socket at once, CURLOPT_BUFFERSIZE(3).
    static let receiveBytes = 64 * 1024

    /// Bytes of a response head; far more than any server sends.
    static let headBytes = 256 * 1024

    /// The most bytes that are reserved for a body by its Content-Length; beyond that the array
    /// grows by doubling.
    static let reservedBytes = 1 << 20

    /// Bytes of an unwanted body (of an error response) that are still read and dropped, so that
    /// the connection can be reused.
    static let discardableBodyBytes = 64 * 1024

    /// Bytes of such a body that come with the error.
    static let refusalBytes = 16 * 1024

    /// Bytes of libcurl's own text that an error's sentence shows.
    static let shownBytes = 200

    /// Bytes of an unsupported scheme that an error's sentence shows.
    static let shownSchemeBytes = 16

    // MARK: What is kept

    /// Easies that a pool keeps for its next transfers.
    static let spareEasies = 64

    /// The longest idle time after which a connection to a remote host is reused: a process that
    /// was frozen between two invocations wakes with connections that are dead but look alive.
    static let remoteIdle = Duration.seconds(4)

    /// The same for a local peer, which is frozen and thawed together with us: unlimited.
    static let localIdle = Duration.seconds(10 * 365 * 86_400)

    // MARK: Times

    /// How much longer libcurl's own connect timeout is than ours, so that ours fires first.
    static let connectMargin = Duration.milliseconds(250)

    /// libcurl's connect timeout for requests without one.
    static let connectDefault = Duration.seconds(300)

    /// How long the name look-up of an abandoned transfer may still take.
    static let abandonedLookup = Duration.seconds(120)
}
