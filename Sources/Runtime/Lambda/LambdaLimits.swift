// Every maximum and every duration in the communication with Lambda's Runtime API, in one place.
//
// The platform enforces some of them; the others are our own. None is a setting.

/// The limits of the Lambda handle.
package enum LambdaLimits {
    // MARK: The platform's

    /// Bytes of an answer that is sent whole (docs/platforms.md B5).
    package static let bufferedAnswerBytes = 6_291_456

    /// Bytes of a streamed answer (docs/platforms.md B6).
    package static let streamedAnswerBytes = 200 << 20

    // MARK: Ours

    /// Bytes of an event. Lambda's own limit is 6 MB; emulators have none.
    static let eventBytes = 128 << 20

    /// Bytes of the Runtime API's answer to a POST.
    static let replyBytes = 64 << 10

    /// Bytes of such an answer that a log line shows.
    static let shownBytes = 200

    /// Bytes, as JSON, of a reported error's message. The platform accepts 1 MiB.
    static let messageBytes = 32 * 1024

    /// Invocation loops: each has a connection, and the process has 1024 descriptors
    /// (docs/platforms.md B11).
    static let loops = 512

    /// Failures in a row before an invocation loop gives up.
    static let tries = 5

    /// The pause after the first of these failures; each further one is twice as long.
    static let firstPause = Duration.milliseconds(100)

    /// The longest wait for the platform to accept the report of a failed start.
    static let reportTimeout = Duration.seconds(2)

    /// The longest wait for the extension's registration, which delays the first `next`.
    static let registrationTimeout = Duration.seconds(1)
}
