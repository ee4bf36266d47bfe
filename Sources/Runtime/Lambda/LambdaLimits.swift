// Every maximum and every time in the talk with Lambda's Runtime API, in one place.
//
// Some are the platform's, which we only know of; the others are ours. None is a setting.

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

    /// Bytes, as JSON, of the message of an error that is reported. The platform takes 1 MiB.
    static let messageBytes = 32 * 1024

    /// Invocation loops: each has a connection, and descriptors are 1024 (docs/platforms.md B11).
    static let loops = 512

    /// Failures in a row before an invocation loop gives up.
    static let tries = 5

    /// The pause after the first of these failures; each next one is twice as long.
    static let firstPause = Duration.milliseconds(100)

    /// The wait for the platform to take the report of a failed start.
    static let reportTimeout = Duration.seconds(2)

    /// The wait for the extension to be registered, which the first `next` waits for.
    static let registrationTimeout = Duration.seconds(1)
}
