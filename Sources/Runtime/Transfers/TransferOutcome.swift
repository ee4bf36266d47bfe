// The outcome of a transfer that libcurl has ended: one table from libcurl's codes to our errors.
//
// libcurl's own texts are shown for TLS and malformed responses only; elsewhere they may hold parts
// of URLs.

internal import CCurl

/// Turns libcurl's result into ours.
enum TransferOutcome {
    /// The outcome of a transfer, while it still has its easy.
    static func result(
        of transfer: Transfer, _ easy: CurlEasy, _ code: CURLcode
    ) -> Result<TransferResponse, TransferError> {
        let request = transfer.request
        let status = easy.status
        guard code == CURLE_OK || isEarlyAnswer(transfer, status, code) else {
            return .failure(error(transfer, easy, code))
        }
        // libcurl treats a connection that ends within the head as an empty answer.
        guard transfer.isHeadComplete else {
            return .failure(.truncated(host: host(transfer, easy)))
        }
        if request.acceptOnly200 && status != 200 {
            return .failure(
                .status(host: host(transfer, easy), status, body: transfer.refusalBody))
        }
        return .success(
            TransferResponse(
                status: status, headers: TransferHeaders(transfer.head), body: transfer.takeBody(),
                effectiveURL: easy.effectiveURL))
    }

    /// Whether a kept connection was dead and libcurl, which would have tried another, could not
    /// restart the body, but we can. If so, rewinds the body.
    static func isRepeatable(_ transfer: Transfer, _ code: CURLcode) -> Bool {
        guard code == CURLE_SEND_FAIL_REWIND || code == CURLE_ABORTED_BY_CALLBACK,
            let upload = transfer.upload, upload.failure == nil
        else { return false }
        return upload.rewind()
    }

    /// Whether a server has refused a body and closed the connection: its status then counts, even
    /// if the rest of the transfer failed.
    private static func isEarlyAnswer(
        _ transfer: Transfer, _ status: Int, _ code: CURLcode
    ) -> Bool {
        let isBroken = code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR
        let hasBody = transfer.upload != nil || transfer.request.body != nil
        return hasBody && transfer.isHeadComplete && status >= 300 && isBroken
    }

    private static func error(
        _ transfer: Transfer, _ easy: CurlEasy, _ code: CURLcode
    ) -> TransferError {
        let request = transfer.request
        let host = host(transfer, easy)
        switch code {
        case CURLE_WRITE_ERROR, CURLE_FILESIZE_EXCEEDED:
            if request.acceptOnly200 && easy.status != 200 {
                return .status(host: host, easy.status, body: transfer.refusalBody)
            }
            if transfer.refusal == .headTooLarge {
                return .headTooLarge(host: host, limit: TransferLimits.headBytes)
            }
            if transfer.refusal == .unwanted { return .unwanted(host: host) }
            return .tooLarge(host: host, limit: request.byteCap)
        case CURLE_COULDNT_CONNECT:
            if let address = transfer.refusedAddress {
                return .forbidden(host: host, address: "\(address)")
            }
            return .unreachable(host: host, reason: "nothing accepts connections there")
        case CURLE_COULDNT_RESOLVE_HOST:
            return .unreachable(host: host, reason: "its name does not resolve")
        case CURLE_UNSUPPORTED_PROTOCOL:
            // libcurl also returns this code for an answer that is not HTTP/1 or 2.
            let scheme = scheme(of: easy.effectiveURL)
            guard scheme == "https" || scheme == "http" && !request.requiresTLS else {
                return .unsupportedScheme(scheme, isRedirect: true)
            }
            return .malformedResponse(host: host, reason: text(easy, code))
        case CURLE_URL_MALFORMAT:
            return .badURL(reason: "it is malformed, or it redirects to one that is")
        case CURLE_TOO_MANY_REDIRECTS:
            return .tooManyRedirects(host: host, limit: request.maxRedirects)
        case CURLE_OPERATION_TIMEDOUT:
            return .timedOut(
                host: host, phase: transfer.phase,
                after: request.connectTimeout ?? TransferLimits.connectDefault)
        case CURLE_PARTIAL_FILE:
            return .truncated(host: host)
        case CURLE_ABORTED_BY_CALLBACK:
            if let failure = transfer.upload?.failure { return failure }
            return .unreachable(host: host, reason: "the connection broke")
        case CURLE_SEND_FAIL_REWIND:
            return .unreachable(host: host, reason: "the connection broke")
        case CURLE_GOT_NOTHING:
            return .unreachable(host: host, reason: "it closed the connection without an answer")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            // The only malformation that shares its code with a broken connection.
            if easy.errorText.contains("chunked-encoding") {
                return .malformedResponse(host: host, reason: text(easy, code))
            }
            if transfer.phase == .body { return .truncated(host: host) }
            return .unreachable(host: host, reason: "the connection broke")
        case CURLE_OUT_OF_MEMORY where transfer.phase == .answer:
            // libcurl's code for a header line that is too long for it.
            return .malformedResponse(
                host: host, reason: "a line of its head is longer than 100 KiB")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING:
            return .malformedResponse(host: host, reason: text(easy, code))
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
            return .insecure(host: host, reason: text(easy, code))
        case CURLE_SSL_CACERT_BADFILE:
            return .insecure(
                host: host,
                reason: "no certificate authorities to trust were found; install the package "
                    + "ca-certificates (\(text(easy, code)))")
        default:
            return .internal(reason: unsafe String(cString: curl_easy_strerror(code)))
        }
    }

    /// The host of the last hop.
    private static func host(_ transfer: Transfer, _ easy: CurlEasy) -> String {
        do {
            return try TransferURL.host(of: easy.effectiveURL)
        } catch {
            return transfer.host
        }
    }

    private static func scheme(of url: String) -> String {
        String(url.prefix { $0 != ":" }.prefix(TransferLimits.shownSchemeBytes))
    }

    /// libcurl's text: one line of printable ASCII, cut to a limit.
    private static func text(_ easy: CurlEasy, _ code: CURLcode) -> String {
        let text = easy.errorText
        guard !text.isEmpty else { return unsafe String(cString: curl_easy_strerror(code)) }
        return String(
            decoding: text.utf8.filter { (0x20..<0x7F).contains($0) }
                .prefix(TransferLimits.shownBytes), as: UTF8.self)
    }
}
