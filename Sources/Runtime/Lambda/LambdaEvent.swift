// An event as Lambda's Runtime API delivers it, and the protocol of its receiver.
//
// The headers are docs/platforms.md B2; an empty one counts as absent, because the emulator sends
// empty ones. Nothing here reads the body: it is JSON of any shape and size.

/// One event.
package struct LambdaEvent: Sendable {
    /// Identifies the invocation in logs. Customers may choose it, so two events may share one.
    package let requestID: String
    /// As it came.
    package let body: [UInt8]
    /// Searched on demand, because few of them are read.
    private let headers: TransferHeaders

    /// The longest request id that is accepted, in bytes: far more than the platform's 36.
    private static let longestID = 1024

    /// The event in an answer to `next`; `nil` if it has no id and so can't be answered.
    init?(_ response: TransferResponse) {
        guard let requestID = response.headers["lambda-runtime-aws-request-id"],
            requestID.utf8.count <= Self.longestID
        else { return nil }
        self.requestID = requestID
        body = response.body
        headers = response.headers
    }

    /// The invocation's deadline, in milliseconds since 1970.
    package var deadline: Int64? { headers["lambda-runtime-deadline-ms"].flatMap { Int64($0) } }

    /// The function's name in AWS.
    package var functionARN: String? { headers["lambda-runtime-invoked-function-arn"] }

    /// The trace of AWS X-Ray.
    package var traceID: String? { headers["lambda-runtime-trace-id"] }

    /// The event's tenant, if the function isolates tenants.
    package var tenantID: String? { headers["lambda-runtime-aws-tenant-id"] }

    /// JSON, as the caller gave it.
    package var clientContext: String? { headers["lambda-runtime-client-context"] }

    /// JSON.
    package var cognitoIdentity: String? { headers["lambda-runtime-cognito-identity"] }

    /// Distinguishes invocations of the same request; sent back with the answer.
    package var invocationID: String? { headers["lambda-runtime-invocation-id"] }
}

/// Receives events. Loop thread.
///
/// Except for `hasRoom`, it is never called from inside one of its own calls on the runtime or on a
/// reply.
package protocol LambdaEventReceiver: AnyObject {
    /// An event has come. The receiver must send exactly one answer through `reply`, now or later.
    func receive(_ event: LambdaEvent, reply: LambdaReply)
    /// Whether the runtime may ask for one more event now, besides the `LambdaRuntime.askingCount`
    /// that it has asked for. When it becomes true again, call `LambdaRuntime.resume`.
    var hasRoom: Bool { get }
    /// Something the operator should know.
    func notice(_ notice: LambdaNotice)
    /// No further event will come: the process must end with a failure. The reason is a clause.
    /// Called at most once, and not after `LambdaRuntime.stop`.
    func lost(_ reason: String)
}
