// The one table of errors: what can go wrong with a request, its code, its status
// (docs/rulings.md#errors).
//
// The code is also the error type that Lambda reports. A failure's sentence is for the person who
// sent the request: it names what is wrong and what would be right.

internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime

/// Why a request, or one item of it, has no result.
struct Failure: Error, Sendable, Equatable {
    /// The kinds of failure.
    enum Code: String, Sendable, CaseIterable {
        case badRequest = "Function.BadRequest"
        case uriForbidden = "Function.UriForbidden"
        case notFound = "Function.NotFound"
        case methodNotAllowed = "Function.MethodNotAllowed"
        case notAcceptable = "Function.NotAcceptable"
        case requestTimeout = "Function.RequestTimeout"
        case payloadTooLarge = "Function.PayloadTooLarge"
        case imageTooLarge = "Function.ImageTooLarge"
        case uriTooLong = "Function.UriTooLong"
        case unsupportedMediaType = "Function.UnsupportedMediaType"
        case expectationFailed = "Function.ExpectationFailed"
        case imageUndecodable = "Function.ImageUndecodable"
        case fetchFailed = "Function.FetchFailed"
        case fetchTimedOut = "Function.FetchTimedOut"
        case headersTooLarge = "Function.HeadersTooLarge"
        case notImplemented = "Function.NotImplemented"
        case versionNotSupported = "Function.HTTPVersionNotSupported"
        case overloaded = "Function.Overloaded"
        case unavailable = "Function.Unavailable"
        case timeout = "Function.Timeout"
        /// Lambda's own name for it.
        case responseTooLarge = "Function.ResponseSizeTooLarge"
        case `internal` = "Runtime.Internal"

        /// The HTTP status that goes with the code.
        var status: Status {
            switch self {
            case .badRequest: .badRequest
            case .uriForbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .notAcceptable: .notAcceptable
            case .requestTimeout: .requestTimeout
            case .payloadTooLarge, .imageTooLarge, .responseTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .unsupportedMediaType: .unsupportedMediaType
            case .expectationFailed: .expectationFailed
            case .imageUndecodable: .unprocessableContent
            case .fetchFailed, .fetchTimedOut: .failedDependency
            case .headersTooLarge: .headersTooLarge
            case .notImplemented: .notImplemented
            case .versionNotSupported: .versionNotSupported
            case .overloaded, .unavailable: .serviceUnavailable
            case .timeout: .gatewayTimeout
            case .internal: .internalServerError
            }
        }
    }

    let code: Code
    let sentence: String
    /// The methods a route takes, where another was used.
    var allow: String?

    init(_ code: Code, _ sentence: String, allow: String? = nil) {
        self.code = code
        self.sentence = sentence
        self.allow = allow
    }

    /// The failure with the image's name in its sentence, for who does not see them side by side.
    func about(_ item: Item?) -> Failure {
        guard let uri = item?.echo else { return self }
        return Failure(code, "\(ImageURI.withoutSecrets(uri)): \(sentence)", allow: allow)
    }

    /// `{"error": sentence, "code": code}`.
    func write(to json: inout JSONWriter) {
        json.field("error", sentence)
        json.field("code", code.rawValue)
    }

    /// The answer over HTTP.
    var response: Response {
        var json = JSONWriter()
        json.object { write(to: &$0) }
        var fields: [ResponseField] = []
        if let allow { fields.append(ResponseField("Allow", allow)) }
        if code.status == .serviceUnavailable { fields.append(ResponseField("Retry-After", "1")) }
        return Response(
            code.status, contentType: "application/json", fields: fields, body: json.bytes,
            report: report)
    }

    /// The failure as Lambda reports it.
    var report: ErrorReport { ErrorReport(type: code.rawValue, message: sentence) }
}

// MARK: - From below

extension Failure {
    /// A connection that answers by itself.
    init(_ failure: ConnectionFailure, limits: Limits) {
        switch failure {
        case .malformed(let error):
            self.init(Self.code(of: error), error.sentence)
        case .headTimedOut:
            self.init(
                .requestTimeout,
                "the head of the request did not arrive within \(limits.headTimeout.text)")
        case .bodyTimedOut:
            self.init(
                .requestTimeout, "no byte of the body arrived for \(limits.bodyTimeout.text)")
        case .bodyTooLarge(let limit):
            self.init(
                .payloadTooLarge, "the body is larger than the \(limit) bytes that are allowed")
        case .outOfBufferSpace:
            self.init(.overloaded, "too many bytes are arriving at once; try again in a moment")
        }
    }

    private static func code(of error: ProtocolError) -> Code {
        switch error.status {
        case .uriTooLong: .uriTooLong
        case .headersTooLarge: .headersTooLarge
        case .notImplemented: .notImplemented
        case .versionNotSupported: .versionNotSupported
        case .expectationFailed: .expectationFailed
        case .contentTooLarge: .payloadTooLarge
        default: .badRequest
        }
    }

    /// A picture that could not be decoded.
    init(_ error: ImageError) {
        switch error {
        case .undecodable: self.init(.imageUndecodable, error.sentence)
        case .tooLarge: self.init(.imageTooLarge, error.sentence)
        }
    }

    /// A fetch that brought nothing.
    init(_ error: TransferError) {
        let code: Code =
            switch error {
            case .badURL, .unsupportedScheme(_, isRedirect: false): .badRequest
            case .forbidden, .unsupportedScheme("file", isRedirect: true): .uriForbidden
            case .timedOut: .fetchTimedOut
            case .poolClosed: .unavailable
            case .internal, .badHeader: .internal
            case .unsupportedScheme, .unreachable, .insecure, .status, .malformedResponse,
                .truncated, .tooLarge, .headTooLarge, .tooManyRedirects, .unwanted:
                .fetchFailed
            }
        self.init(code, error.sentence)
    }
}

extension Duration {
    /// "10 s", "1.5 s", "50 ms".
    var text: String {
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        guard milliseconds % 1000 != 0 else { return "\(milliseconds / 1000) s" }
        return "\(Double(milliseconds) / 1000) s"
    }
}
