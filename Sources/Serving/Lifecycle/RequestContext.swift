// What a request is beside its bytes: who asked, until when, and how it ended.

internal import EventLoop

/// What a handle knows of a request.
struct RequestContext: Sendable {
    /// Names the request in logs.
    let id: String
    /// The tenant it is worked on for, where the platform keeps them apart.
    var tenant: String?
    /// Its trace (AWS X-Ray).
    var trace: String?
    /// When nobody will take the answer any more; `nil`: the configured time after its arrival.
    var deadline: Instant?
}

/// How a request ended, for its line in the log.
struct RequestEnd {
    /// What was asked: "POST /invocations", without the query, which may hold secrets.
    let request: String
    /// `nil` where the request was refused by its head.
    let context: RequestContext?
    /// `nil` where nobody waited for the answer.
    let status: Int?
    /// The failure's code; `nil` where all went well.
    let outcome: String?
    /// The size of the body.
    var bytes = 0
    let arrived: Instant
}
