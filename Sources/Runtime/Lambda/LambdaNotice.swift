// What an operator should know of the talk with the Runtime API, each with a sentence and a level.
//
// None of these is a failure of an invocation by itself: those the application reports and logs.

internal import EventLoop

/// Something worth a line in the log.
package enum LambdaNotice: Sendable, Equatable {
    /// How important it is.
    package enum Level: Sendable, Equatable {
        case debug, warn, error
    }

    /// The answer came after the invocation's time-out.
    case answerTooLate(requestID: String)
    /// The answer is larger than the platform takes; it has failed the invocation by itself.
    case answerTooLarge(requestID: String)
    /// The answer was not taken; the platform has settled the invocation by itself.
    case answerRefused(requestID: String, status: Int, detail: String)
    /// Nobody knows whether the answer arrived.
    case answerUndelivered(requestID: String, reason: String)
    /// `next` brought an event without an id, which can't be answered.
    case eventWithoutID(retry: Duration)
    /// `next` brought nothing; it is asked again.
    case nextFailed(reason: String, retry: Duration)
    /// One of several invocation loops has ended for good.
    case loopFailed(reason: String, remaining: Int)
    /// There will be no SIGTERM before the end.
    case extensionNotRegistered(reason: String)
    /// The extension's wait, which never ends while all is well, has ended.
    case extensionEnded(reason: String)
    /// The failure of `init` or `restore` could not be reported.
    case failureNotReported(reason: String)

    /// How important it is.
    package var level: Level {
        switch self {
        case .answerTooLate, .answerTooLarge, .nextFailed, .eventWithoutID,
            .extensionNotRegistered, .failureNotReported:
            return .warn
        case .answerRefused, .answerUndelivered, .loopFailed: return .error
        case .extensionEnded: return .debug
        }
    }

    /// The invocation that it is about.
    package var requestID: String? {
        switch self {
        case .answerTooLate(let id), .answerTooLarge(let id), .answerRefused(let id, _, _),
            .answerUndelivered(let id, _):
            return id
        default: return nil
        }
    }

    /// One readable sentence, without a full stop.
    package var sentence: String {
        switch self {
        case .answerTooLate:
            return "the answer came too late: the invocation had timed out"
        case .answerTooLarge:
            return "the answer is larger than Lambda takes, so the invocation has failed; "
                + "the limit is \(LambdaLimits.bufferedAnswerBytes) bytes"
        case .answerRefused(_, let status, let detail):
            return "the Runtime API refused the answer with status \(status)"
                + (detail.isEmpty ? "" : ": \(detail)")
        case .answerUndelivered(_, let reason):
            return "the answer may not have arrived: \(reason)"
        case .eventWithoutID(let pause):
            return "the Runtime API sent an event without a usable request id, which can't be "
                + "answered; the next is asked for in \(pause.milliseconds) ms"
        case .nextFailed(let reason, let pause):
            return "asking for the next event failed: \(reason); "
                + "it is tried again in \(pause.milliseconds) ms"
        case .loopFailed(let reason, let remaining):
            return "an invocation loop ended: \(reason); \(remaining) go on"
        case .extensionNotRegistered(let reason):
            return "without the extension there is no SIGTERM before the end: \(reason)"
        case .extensionEnded(let reason):
            return "the extension waits no longer for events: \(reason)"
        case .failureNotReported(let reason):
            return "the failure could not be reported to the Runtime API: \(reason)"
        }
    }
}
