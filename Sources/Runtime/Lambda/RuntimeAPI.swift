// The calls of Lambda's Runtime API and its Extensions API as requests (docs/platforms.md B1, B4–B8).
// Pure.
//
// The parts that are the same for all invocations are built once. Only requests made while the
// process starts or ends have a timeout: during any other, the environment may be frozen for
// minutes.

internal import Basics

/// Builds requests to the Runtime API at one address.
struct RuntimeAPI {
    private static let json = (name: "Content-Type", value: "application/json")

    /// `GET /runtime/invocation/next`.
    let next: TransferRequest
    /// `GET /runtime/restore/next`.
    let restoreNext: TransferRequest
    private let root: String

    /// `address` is "host:port".
    init(address: String) {
        root = "http://\(address)"
        next = Self.get(root + RuntimeAPIPath.next, cap: LambdaLimits.eventBytes)
        restoreNext = Self.get(root + RuntimeAPIPath.restoreNext, cap: LambdaLimits.replyBytes)
    }

    // MARK: Invocations

    /// `POST /runtime/invocation/{id}/response`.
    func response(
        to invocation: InvocationID, _ body: [UInt8], contentType: String
    ) -> TransferRequest {
        post(invocation, RuntimeAPIPath.response, [("Content-Type", contentType)], body)
    }

    /// The same, streamed: its body follows.
    func streamedResponse(to invocation: InvocationID, contentType: String) -> TransferRequest {
        post(
            invocation, RuntimeAPIPath.response,
            [
                ("Content-Type", contentType),
                ("Lambda-Runtime-Function-Response-Mode", "streaming"),
                ("Trailer", "\(Self.errorType), \(Self.errorBody)"),
            ], nil)
    }

    /// The trailer section of a streamed response that failed after it had begun.
    static func trailers(_ report: ErrorReport) -> [(name: String, value: String)] {
        [(errorType, report.runtimeType), (errorBody, report.runtimeBodyText)]
    }

    /// `POST /runtime/invocation/{id}/error`.
    func error(of invocation: InvocationID, _ report: ErrorReport) -> TransferRequest {
        post(
            invocation, RuntimeAPIPath.error, [Self.json, (Self.errorType, report.runtimeType)],
            report.runtimeBody)
    }

    private static let errorType = "Lambda-Runtime-Function-Error-Type"
    private static let errorBody = "Lambda-Runtime-Function-Error-Body"

    private func post(
        _ id: InvocationID, _ path: (String) -> String,
        _ headers: [(name: String, value: String)], _ body: [UInt8]?
    ) -> TransferRequest {
        var headers = headers
        if let nonce = id.nonce { headers.append(("Lambda-Runtime-Invocation-Id", nonce)) }
        return Self.post(root + path(id.pathSegment), headers, body)
    }

    // MARK: Start and restore

    /// `POST /runtime/init/error`.
    func initError(_ report: ErrorReport) -> TransferRequest {
        var request = Self.post(
            root + RuntimeAPIPath.initError,
            [Self.json, (Self.errorType, report.runtimeType)], report.runtimeBody)
        request.totalTimeout = LambdaLimits.reportTimeout
        return request
    }

    // MARK: The extension

    /// `POST /extension/register` for no events.
    var register: TransferRequest {
        var request = Self.post(
            root + RuntimeAPIPath.register,
            [Self.json, ("Lambda-Extension-Name", "amphora")], Array(#"{"events":[]}"#.utf8))
        request.totalTimeout = LambdaLimits.registrationTimeout
        request.acceptOnly200 = true
        return request
    }

    /// `GET /extension/event/next`.
    func extensionNext(_ identifier: String) -> TransferRequest {
        var request = Self.get(root + RuntimeAPIPath.extensionNext, cap: LambdaLimits.replyBytes)
        request.headers = [(Self.extensionIdentifier, identifier)]
        return request
    }

    /// The header that identifies a registered extension.
    static let extensionIdentifier = "Lambda-Extension-Identifier"

    // MARK: Requests

    private static func get(_ url: String, cap: Int) -> TransferRequest {
        var request = TransferRequest(url: url)
        request.byteCap = cap
        return unlimited(request)
    }

    private static func post(
        _ url: String, _ headers: [(name: String, value: String)], _ body: [UInt8]?
    ) -> TransferRequest {
        var request = TransferRequest(.post, url: url, headers: headers, body: body)
        request.byteCap = LambdaLimits.replyBytes
        return unlimited(request)
    }

    private static func unlimited(_ request: TransferRequest) -> TransferRequest {
        var request = request
        request.totalTimeout = nil
        request.connectTimeout = nil
        request.maxRedirects = 0
        // A customer may choose ".." as a request id.
        request.keepsPath = true
        return request
    }
}

/// Identifies an invocation in its answer.
struct InvocationID {
    /// The request id; also for people.
    let requestID: String
    /// The platform's invocation id, if it sent one; echoed.
    let nonce: String?

    /// The request id, encoded for a path: customers may choose any text.
    var pathSegment: String {
        String(decoding: PercentEncoding.component(requestID), as: UTF8.self)
    }
}
