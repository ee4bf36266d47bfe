// The one table of request errors, with their codes and statuses (docs/rulings.md#errors).
//
// The code is also the error type that Lambda reports. The sentence is for the person who sent the
// request: it says what is wrong and what would be right.

package import Basics
internal import EventLoop
package import HTTP
internal import Inference
internal import ModelStore
package import Runtime

/// Why a request, or one item of it, has no result.
package struct Failure: Error, Sendable, Equatable {
    /// The kinds of failure.
    package enum Code: String, Sendable, CaseIterable {
        case badRequest = "Function.BadRequest"
        case uriForbidden = "Function.UriForbidden"
        case notFound = "Function.NotFound"
        case methodNotAllowed = "Function.MethodNotAllowed"
        case notAcceptable = "Function.NotAcceptable"
        case requestTimeout = "Function.RequestTimeout"
        case payloadTooLarge = "Function.PayloadTooLarge"
        case pictureTooLarge = "Function.ImageTooLarge"
        case uriTooLong = "Function.UriTooLong"
        case unsupportedMediaType = "Function.UnsupportedMediaType"
        case expectationFailed = "Function.ExpectationFailed"
        case pictureUndecodable = "Function.ImageUndecodable"
        /// An answer holds NaN or infinity, and its format has no text for them.
        case nonFinite = "Function.NonFinite"
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
        package var status: Status {
            switch self {
            case .badRequest: .badRequest
            case .uriForbidden: .forbidden
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .notAcceptable: .notAcceptable
            case .requestTimeout: .requestTimeout
            case .payloadTooLarge, .pictureTooLarge, .responseTooLarge: .contentTooLarge
            case .uriTooLong: .uriTooLong
            case .unsupportedMediaType: .unsupportedMediaType
            case .expectationFailed: .expectationFailed
            case .pictureUndecodable, .nonFinite: .unprocessableContent
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

    /// Its kind; decides the status.
    package let code: Code
    /// For the person who sent the request: what is wrong, and what would be right.
    package let sentence: String
    /// The methods that the route allows, for `methodNotAllowed`.
    var allow: String?

    /// Creates a failure.
    package init(_ code: Code, _ sentence: String, allow: String? = nil) {
        self.code = code
        self.sentence = sentence
        self.allow = allow
    }

    /// `{"error": sentence, "code": code}`.
    func write(to json: inout JSONWriter) {
        json.field("error", sentence)
        json.field("code", code.rawValue)
    }

    /// The answer over HTTP.
    package var response: Response {
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

// MARK: - From the errors of other modules

extension Failure {
    /// A request that the connection itself refuses.
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
    init(_ error: PictureError) {
        switch error {
        case .undecodable: self.init(.pictureUndecodable, error.sentence)
        case .tooLarge: self.init(.pictureTooLarge, error.sentence)
        }
    }

    /// A failed fetch.
    init(_ error: TransferError) {
        let code: Code =
            switch error {
            case .badURL, .unsupportedScheme(_, isRedirect: false): .badRequest
            case .forbidden, .unsupportedScheme("file", isRedirect: true): .uriForbidden
            case .timedOut: .fetchTimedOut
            case .poolClosed: .unavailable
            case .internal, .badHeader: .internal
            case .unsupportedScheme, .unreachable, .insecure, .status, .malformedResponse,
                .truncated, .tooLarge, .undecodable, .headTooLarge, .tooManyRedirects, .unwanted:
                .fetchFailed
            }
        self.init(code, StorageRefusal.sentence(about: error) ?? error.sentence)
    }

    /// A failed read of an S3 object.
    init(_ error: StoreError) {
        switch error {
        case .badAddress(let sentence): self.init(.badRequest, sentence)
        case .failed(let sentence): self.init(.fetchFailed, sentence)
        case .timedOut(let sentence): self.init(.fetchTimedOut, sentence)
        case .closed(let sentence): self.init(.unavailable, sentence)
        case .transfer(let error): self.init(error)
        }
    }

    /// A client's input that can't be read.
    package init(_ error: InputError) { self.init(.badRequest, "\(error)") }

    /// Reads a client's input; an input error becomes `badRequest`.
    package static func reading<Value>(
        _ read: () throws(InputError) -> Value
    ) throws(Failure) -> Value {
        do throws(InputError) {
            return try read()
        } catch {
            throw Failure(error)
        }
    }

    /// Calls the store; its error becomes a failure.
    static func storing<Value>(
        _ work: () throws(StoreError) -> Value
    ) throws(Failure) -> Value {
        do throws(StoreError) {
            return try work()
        } catch {
            throw Failure(error)
        }
    }
}
