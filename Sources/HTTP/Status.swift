// Status codes and their reason phrases (RFC 9110 §15).
//
// Only the codes that this project sends have a name. The reason phrase is a constant, so writing a
// status line allocates nothing.

/// A status code with its reason phrase.
package struct Status: Sendable, Equatable {
    /// The three digits.
    package let code: Int

    /// The reason phrase.
    package let reason: StaticString

    /// A status of any code from 100 to 599.
    package init(code: Int, reason: StaticString) {
        precondition(100...599 ~= code, "a status code has three digits")
        self.code = code
        self.reason = reason
    }

    /// Two statuses are equal if their codes are; the phrase adds nothing.
    package static func == (left: Status, right: Status) -> Bool { left.code == right.code }

    /// Whether no response of this status has content (RFC 9110 §6.4.1).
    var forbidsContent: Bool { code < 200 || code == 204 || code == 304 }
}

extension Status {
    package static let `continue` = Status(code: 100, reason: "Continue")
    /// 200 OK.
    package static let ok = Status(code: 200, reason: "OK")
    /// 201 Created.
    package static let created = Status(code: 201, reason: "Created")
    /// 202 Accepted.
    package static let accepted = Status(code: 202, reason: "Accepted")
    /// 204 No Content.
    package static let noContent = Status(code: 204, reason: "No Content")
    /// 304 Not Modified.
    package static let notModified = Status(code: 304, reason: "Not Modified")
    /// 400 Bad Request.
    package static let badRequest = Status(code: 400, reason: "Bad Request")
    /// 403 Forbidden.
    package static let forbidden = Status(code: 403, reason: "Forbidden")
    /// 404 Not Found.
    package static let notFound = Status(code: 404, reason: "Not Found")
    /// 405 Method Not Allowed.
    package static let methodNotAllowed = Status(code: 405, reason: "Method Not Allowed")
    /// 406 Not Acceptable.
    package static let notAcceptable = Status(code: 406, reason: "Not Acceptable")
    /// 408 Request Timeout.
    package static let requestTimeout = Status(code: 408, reason: "Request Timeout")
    /// 409 Conflict.
    package static let conflict = Status(code: 409, reason: "Conflict")
    /// 413 Content Too Large.
    package static let contentTooLarge = Status(code: 413, reason: "Content Too Large")
    /// 414 URI Too Long.
    package static let uriTooLong = Status(code: 414, reason: "URI Too Long")
    /// 415 Unsupported Media Type.
    package static let unsupportedMediaType = Status(code: 415, reason: "Unsupported Media Type")
    /// 417 Expectation Failed.
    package static let expectationFailed = Status(code: 417, reason: "Expectation Failed")
    /// 422 Unprocessable Content.
    package static let unprocessableContent = Status(code: 422, reason: "Unprocessable Content")
    /// 424 Failed Dependency.
    package static let failedDependency = Status(code: 424, reason: "Failed Dependency")
    package static let headersTooLarge = Status(
        code: 431, reason: "Request Header Fields Too Large")
    /// 500 Internal Server Error.
    package static let internalServerError = Status(code: 500, reason: "Internal Server Error")
    /// 501 Not Implemented.
    package static let notImplemented = Status(code: 501, reason: "Not Implemented")
    /// 502 Bad Gateway.
    package static let badGateway = Status(code: 502, reason: "Bad Gateway")
    /// 503 Service Unavailable.
    package static let serviceUnavailable = Status(code: 503, reason: "Service Unavailable")
    /// 504 Gateway Timeout.
    package static let gatewayTimeout = Status(code: 504, reason: "Gateway Timeout")
    package static let versionNotSupported = Status(
        code: 505, reason: "HTTP Version Not Supported")
    /// 507 Insufficient Storage.
    package static let insufficientStorage = Status(code: 507, reason: "Insufficient Storage")
}
