// Why a transfer gave no response, each with a sentence for the user who requested it.
//
// The sentences name the host, never more of the URL: the query of a presigned URL is a secret, and
// so are user information and fragments. They also don't reveal which address a name resolved to.

internal import Basics

/// A transfer failed.
package enum TransferError: Error, Sendable, Equatable {
    /// The phase of a transfer in which it timed out.
    package enum Phase: Sendable, Equatable {
        case waiting, lookup, connecting, answer, body
        /// Between one byte of the body and the next.
        case stalled
    }

    /// The URL can't be used; the reason is a clause without the URL.
    case badURL(reason: String)
    /// A request header field holds bytes that would end its line.
    case badHeader(name: String)
    /// Neither http nor https; `isRedirect` if a redirect led there.
    case unsupportedScheme(String, isRedirect: Bool)
    /// The address policy refuses the host's address.
    case forbidden(host: String, address: String)
    /// There was no connection, or it broke before an answer came.
    case unreachable(host: String, reason: String)
    /// No secure connection: the certificate is not valid for the host, or TLS failed.
    case insecure(host: String, reason: String)
    /// The status is not 200; with the beginning of the body, if the request asked for it.
    case status(host: String, Int, body: [UInt8] = [])
    /// The response is not valid HTTP.
    case malformedResponse(host: String, reason: String)
    /// The connection ended in the middle of the response.
    case truncated(host: String)
    /// The body is larger than `limit` bytes.
    case tooLarge(host: String, limit: Int)
    /// The body can't be decoded.
    case undecodable(host: String, CodingError)
    /// The head is larger than `limit` bytes.
    case headTooLarge(host: String, limit: Int)
    /// More than `limit` redirects.
    case tooManyRedirects(host: String, limit: Int)
    /// The sink refused the body.
    case unwanted(host: String)
    /// A timeout has passed.
    case timedOut(host: String, phase: Phase, after: Duration)
    /// The pool is closed.
    case poolClosed
    /// An internal error, ours or libcurl's.
    case `internal`(reason: String)

    /// One readable sentence, without a full stop.
    package var sentence: String {
        switch self {
        case .badURL(let reason):
            return "the URL can't be fetched: \(reason)"
        case .badHeader(let name):
            return "the request header \(name) holds a control character"
        case .unsupportedScheme(let scheme, false):
            return "the scheme \(scheme) is not supported; use http or https"
        case .unsupportedScheme(let scheme, true):
            return "a redirect leads to the scheme \(scheme), which is not followed"
        case .forbidden(let host, _):
            return "\(host) is not at a public address, so nothing is fetched from there"
        case .unreachable(let host, let reason):
            return "\(host) can't be reached: \(reason)"
        case .insecure(let host, let reason):
            return "no secure connection to \(host): \(reason)"
        case .status(let host, let status, _):
            return "\(host) answered with status \(status) instead of 200"
        case .malformedResponse(let host, let reason):
            return "\(host) sent no valid HTTP response: \(reason)"
        case .truncated(let host):
            return "\(host) closed the connection in the middle of its response"
        case .tooLarge(let host, let limit):
            return "the response of \(host) is larger than the limit of \(limit) bytes"
        case .undecodable(let host, let error):
            return "the response of \(host) \(error.clause)"
        case .headTooLarge(let host, let limit):
            return "the response head of \(host) is larger than the limit of \(limit) bytes"
        case .tooManyRedirects(let host, let limit):
            return "more than \(limit) redirects, the last by \(host)"
        case .unwanted(let host):
            return "the response of \(host) was refused"
        case .timedOut(let host, let phase, let duration):
            return "\(Self.clause(phase, host)) within \(duration.text)"
        case .poolClosed:
            return "fetching has ended because the service is stopping"
        case .internal(let reason):
            return "fetching failed: \(reason)"
        }
    }

    private static func clause(_ phase: Phase, _ host: String) -> String {
        switch phase {
        case .waiting: return "the fetch from \(host) did not leave the queue"
        case .lookup: return "the name \(host) could not be resolved"
        case .connecting: return "no connection to \(host) was made"
        case .answer: return "\(host) did not answer"
        case .body: return "\(host) did not send its whole response"
        case .stalled: return "\(host) stopped in the middle of its response and sent nothing more"
        }
    }
}
