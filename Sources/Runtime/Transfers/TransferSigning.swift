// How libcurl signs a request: AWS Signature Version 4, for S3 and S3-compatible services.
//
// libcurl signs the path and the query as the URL has them, with `Host` and every `x-amz-…` header
// of the request. So the URL must already be in S3's canonical form: every byte except A–Z a–z 0–9
// - . _ ~ (and / in paths) as %XX, and `keepsPath` set. The tests compare the sent signatures with
// those of botocore's signer.

internal import CCurl

/// The key, region and service of a signature (CURLOPT_AWS_SIGV4(3)).
package struct TransferSigning: Sendable {
    private let accessKeyID: String
    private let secretAccessKey: String
    private let scope: String

    /// Signs with a key for a region and a service, as "eu-west-1" and "s3".
    ///
    /// None of the texts may hold control characters, the region and the service no colons. The
    /// token of temporary credentials is a header, `x-amz-security-token`.
    package init(accessKeyID: String, secretAccessKey: String, region: String, service: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        scope = "aws:amz:\(region):\(service)"
    }

    /// Makes an easy sign its request.
    func apply(to options: inout CurlOptions) {
        options.set(CURLOPT_AWS_SIGV4, scope)
        options.set(CURLOPT_USERNAME, accessKeyID)
        options.set(CURLOPT_PASSWORD, secretAccessKey)
    }
}
