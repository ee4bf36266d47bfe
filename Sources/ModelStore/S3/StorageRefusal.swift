// Why a store of objects refused a URL, from the XML that it answered with. Pure.
//
// S3 answers an expired presigned URL, a missing object and a bucket elsewhere with statuses that
// say little (403, 301, 400), and with a body that says it all. The URL is the sender's, so the
// advice is for the sender; `S3Outcome` has that for the server's own requests. Only codes and
// places that are checked are repeated, no text of the host.

package import Runtime

/// Reads refusals of URLs by S3, and by stores that answer in its form. Any thread.
package enum StorageRefusal {
    /// A sentence about a status whose body has S3's form; `nil` for anything else.
    package static func sentence(about error: TransferError) -> String? {
        guard case .status(let host, let status, let body) = error else { return nil }
        let refusal = S3ErrorBody(body)
        guard let code = refusal.code, isCode(code),
            body.firstRange(of: Array("<Error>".utf8)) != nil
        else { return nil }
        return "\(host) answered with status \(status) (\(code)): "
            + (advice(code, refusal) ?? "the object can't be fetched")
    }

    /// A code of S3 is a word, like `KMS.DisabledException`.
    private static func isCode(_ text: String) -> Bool {
        text.utf8.count <= 60
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: ".")
            }
    }

    private static func advice(_ code: String, _ refusal: S3ErrorBody) -> String? {
        switch code {
        case "AccessDenied" where isExpired(refusal), "ExpiredRequest", "ExpiredPresignRequest":
            return "the presigned URL has expired" + time(refusal) + "; make a new one"
        case "AccessDenied" where refusal.message?.contains("not yet valid") == true:
            return "the presigned URL is not valid yet; the clock of whoever signed it is wrong"
        case "AccessDenied", "AllAccessDisabled", "AuthenticationFailed":
            return
                "access is denied: send a presigned URL of an object that its signer may read, or "
                + "an s3:// URI of one that this server's role may read"
        case "ExpiredToken", "TokenRefreshRequired", "InvalidToken":
            return "the presigned URL has expired together with the temporary credentials that "
                + "signed it; make a new one"
        case "InvalidAccessKeyId":
            return "the presigned URL was signed with an access key that is not known there"
        case "SignatureDoesNotMatch":
            return
                "the presigned URL was changed after it was signed, for instance encoded twice or "
                + "cut short"
        case "RequestTimeTooSkewed":
            return "the presigned URL's time is too far from the clock of S3; the clock of whoever "
                + "signed it is wrong"
        case "NoSuchKey", "BlobNotFound": return "there is no such object"
        case "NoSuchVersion": return "the object has no such version"
        case "NoSuchBucket", "ContainerNotFound": return "there is no such bucket"
        case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
            "AuthorizationQueryParametersError", "IllegalLocationConstraintException":
            return elsewhere(code, refusal)
        case "InvalidObjectState": return "the object is archived and must be restored first"
        case "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout":
            return "try again later"
        default: return nil
        }
    }

    private static func isExpired(_ refusal: S3ErrorBody) -> Bool {
        refusal.expires != nil || refusal.message?.lowercased().contains("expired") == true
    }

    /// " at 2026-11-30T20:00:00Z", if S3 says so.
    private static func time(_ refusal: S3ErrorBody) -> String {
        guard let expires = refusal.expires, expires.utf8.count <= 30,
            expires.utf8.allSatisfy({ (0x30...0x3A).contains($0) || "TZ-.".utf8.contains($0) })
        else { return "" }
        return " at \(expires)"
    }

    private static func elsewhere(_ code: String, _ refusal: S3ErrorBody) -> String? {
        if let region = refusal.region, S3Endpoint.isRegion(region) {
            return "the bucket is in the region \(region); the URL must be made for that one"
        }
        if let endpoint = refusal.endpoint, endpoint.utf8.count <= 128,
            endpoint.utf8.allSatisfy({
                ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z")
                    || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            })
        {
            return "the bucket is in another region; its address is \(endpoint)"
        }
        // S3 words its other complaints about a query in the same way.
        return code == "AuthorizationQueryParametersError"
            ? "the query of the presigned URL is not valid" : "the bucket is in another region"
    }
}
