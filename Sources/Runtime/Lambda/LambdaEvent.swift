// An event as Lambda's Runtime API delivers it, and whoever takes events.
//
// The headers are docs/platforms.md B2; an empty one counts as absent, since the emulator sends those.
// What the body means is not known here: it is JSON of whatever shape, of whatever size.

/// One event.
package struct LambdaEvent: Sendable {
    /// Names the invocation in logs. Customers may choose it, so two events may share one.
    package let requestID: String
    package let body: [UInt8]
    /// Searched when asked, for few of them are looked at.
    private let headers: TransferHeaders

    /// The longest request id that is taken, in bytes: far more than the platform's 36.
    private static let longestID = 1024

    /// The event of an answer to `next`; `nil` where it has no id by which it could be answered.
    init?(_ response: TransferResponse) {
        guard let requestID = response.headers["lambda-runtime-aws-request-id"],
            requestID.utf8.count <= Self.longestID
        else { return nil }
        self.requestID = requestID
        body = response.body
        headers = response.headers
    }

    /// When the platform gives up, in milliseconds since 1970.
    package var deadline: Int64? { headers["lambda-runtime-deadline-ms"].flatMap { Int64($0) } }

    package var functionARN: String? { headers["lambda-runtime-invoked-function-arn"] }

    package var traceID: String? { headers["lambda-runtime-trace-id"] }

    /// Whose event it is, where the function isolates its tenants.
    package var tenantID: String? { headers["lambda-runtime-aws-tenant-id"] }

    /// JSON, as the caller gave it.
    package var clientContext: String? { headers["lambda-runtime-client-context"] }

    /// JSON.
    package var cognitoIdentity: String? { headers["lambda-runtime-cognito-identity"] }

    /// Tells invocations of the same request apart; goes back with the answer.
    package var invocationID: String? { headers["lambda-runtime-invocation-id"] }
}

/// What takes events. Loop thread.
///
/// It is never called from inside one of its calls on the runtime or on a reply, but for `hasRoom`.
package protocol LambdaEventReceiver: AnyObject {
    /// An event has come. Exactly one answer must leave by `reply`, now or later.
    func receive(_ event: LambdaEvent, reply: LambdaReply)
    /// Whether one more event may be asked for now; `LambdaRuntime.askingCount` are asked for already.
    /// When it turns true again, call `LambdaRuntime.resume`.
    var hasRoom: Bool { get }
    /// Something the operator should know.
    func notice(_ notice: LambdaNotice)
    /// No event will come any more: the process must end with a failure. The reason is a clause.
    /// Called once at most, and not after `LambdaRuntime.stop`.
    func lost(_ reason: String)
}
