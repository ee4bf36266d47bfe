// Notices for the operator about the communication with the Runtime API, each with a sentence and a
// level.
//
// None of them is a failed invocation: the application reports and logs those.

internal import EventLoop

/// An occurrence that deserves a line in the log.
package enum LambdaNotice: Sendable, Equatable {
    /// How important it is.
    package enum Level: Sendable, Equatable {
        case debug, warn, error
    }

    /// The answer came after the invocation's timeout.
    case answerTooLate(requestID: String)
    /// The answer is larger than the platform accepts; the platform has failed the invocation.
    case answerTooLarge(requestID: String)
    /// The platform refused the answer; it has already settled the invocation.
    case answerRefused(requestID: String, status: Int, detail: String)
    /// It is unknown whether the answer arrived.
    case answerUndelivered(requestID: String, reason: String)
    /// `next` brought an event without an id, which can't be answered.
    case eventWithoutID(retry: Duration)
    /// `next` failed; it is retried.
    case nextFailed(reason: String, retry: Duration)
    /// One of several invocation loops has ended for good.
    case loopFailed(reason: String, remaining: Int)
    /// The process will get no SIGTERM before it is killed.
    case extensionNotRegistered(reason: String)
    /// The extension's wait for events has ended, which should not happen.
    case extensionEnded(reason: String)
    /// A failure of `init` or `restore` could not be reported.
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

    /// The request id of the invocation that it is about.
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
            return "an invocation loop ended: \(reason); \(remaining) continue"
        case .extensionNotRegistered(let reason):
            return "no extension is registered, so no SIGTERM comes before SIGKILL: \(reason)"
        case .extensionEnded(let reason):
            return "the extension no longer waits for events: \(reason)"
        case .failureNotReported(let reason):
            return "the failure could not be reported to the Runtime API: \(reason)"
        }
    }
}
