// A request's metadata: its ID, tenant, trace and deadline, and how it ended.

internal import EventLoop

/// What a handle knows about a request.
struct RequestContext: Sendable {
    /// The request's ID in logs.
    let id: String
    /// Its tenant, if the platform isolates tenants.
    var tenant: String?
    /// Its trace (AWS X-Ray).
    var trace: String?
    /// The deadline of its answer; `nil`: the configured timeout after its arrival.
    var deadline: Instant?
}

/// How a request ended, for its line in the log.
struct RequestEnd {
    /// Its name: "POST /invocations", without the query, which may hold secrets.
    let request: String
    /// `nil` if the request was refused by its head.
    let context: RequestContext?
    /// `nil` if the client had gone before the answer.
    let status: Int?
    /// The failure's code; `nil` on success.
    let outcome: String?
    /// The size of the body.
    var bytes = 0
    let arrived: Instant
}
