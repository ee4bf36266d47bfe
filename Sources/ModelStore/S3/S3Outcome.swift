// Interprets S3's answer to a request: the bytes, another attempt, or a sentence that says what
// would be right. Pure. One table of S3's codes (Amazon S3 API Reference, "List of error codes").

/// What to do after an answer.
enum S3Outcome: Equatable {
    case bytes
    /// The bucket is in that region.
    case elsewhere(region: String)
    /// S3 is busy, or failed; another attempt in a moment may succeed.
    case busy(StoreError)
    /// The credentials have expired; new ones may work.
    case expired(StoreError)
    case failed(StoreError)
}

/// The parts of a request to S3 that its answer depends on.
struct S3Attempt {
    let object: S3Object
    /// The region that it was signed for and sent to.
    let region: String
    /// The access key that signed it; `nil`: it was not signed.
    let accessKeyID: String?

    /// Interprets an answer; `bucketRegion` is its header field `x-amz-bucket-region`.
    func outcome(status: Int, bucketRegion: String?, body: [UInt8]) -> S3Outcome {
        if status == 200 { return .bytes }
        let error = S3ErrorBody(body)
        if [301, 302, 307, 308, 400, 403].contains(status),
            let other = bucketRegion ?? error.region,
            other != region, S3Endpoint.isRegion(other)
        {
            return .elsewhere(region: other)
        }
        let failure = StoreError.failed(sentence(status, error))
        switch error.code {
        case "SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable":
            return .busy(failure)
        case "ExpiredToken", "TokenRefreshRequired", "InvalidToken":
            return .expired(failure)
        default:
            return [429, 500, 502, 503, 504].contains(status) ? .busy(failure) : .failed(failure)
        }
    }

    private func sentence(_ status: Int, _ error: S3ErrorBody) -> String {
        var sentence = "S3 answered \(status)"
        if let code = error.code { sentence += " \(code)" }
        if var message = error.message {
            if let accessKeyID { message = message.replacing(accessKeyID, with: "…") }
            sentence += " (\(message))"
        }
        return sentence + ": " + advice(status, error.code)
    }

    private func advice(_ status: Int, _ code: String?) -> String {
        switch code {
        case "NoSuchBucket": return "there is no bucket “\(object.bucket)”"
        case "NoSuchVersion": return "the object has no such version"
        case "AccessDenied", "AllAccessDisabled": return denial
        case "ExpiredToken", "TokenRefreshRequired":
            return "the server's credentials have expired and must be replaced"
        case "InvalidToken", "InvalidAccessKeyId":
            return "the server's credentials are not valid; AWS does not know them"
        case "SignatureDoesNotMatch":
            return "the server's secret access key does not belong to its access key"
        case "RequestTimeTooSkewed": return "the server's clock is wrong"
        case "InvalidObjectState": return "the object is archived and must be restored first"
        case "MethodNotAllowed" where object.version != nil:
            return "this version is a delete marker and holds nothing"
        case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed":
            return "the bucket is not in \(region); AWS_REGION must name its region"
        default: break
        }
        switch status {
        case 404:
            return "there is no such object; the key is used as written, not decoded"
        case 403: return denial
        case 429, 500...: return "it was asked twice; try again later"
        default: return "the object can't be fetched"
        }
    }

    private var denial: String {
        guard accessKeyID != nil else {
            return "the request was not signed, since the server has no credentials in "
                + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or from its container's role "
                + "(EC2 instance metadata is not used)"
        }
        let permission = object.version == nil ? "s3:GetObject" : "s3:GetObjectVersion"
        return "the server's role needs \(permission) on the object; without s3:ListBucket on the "
            + "bucket, S3 says the same of an object that does not exist"
    }
}
