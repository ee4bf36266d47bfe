// The location of S3: the environment's region and endpoint, and the URL of an object. Pure.
//
//     https://BUCKET.s3.REGION.amazonaws.com/KEY     virtual-hosted style, the usual one
//     https://s3.REGION.amazonaws.com/BUCKET/KEY     path style: a certificate covers no dots
//     http://minio:9000/BUCKET/KEY                   path style at an endpoint of the operator's
//
// The URL is in S3's canonical form, because that form is signed (`TransferSigning`).

internal import Basics
internal import Runtime

/// The endpoint for objects.
struct S3Endpoint: Sendable, Equatable {
    /// The region of a bucket, unless S3 has named another.
    let region: String
    /// The operator's endpoint, without a trailing slash; `nil`: S3 itself.
    private let base: String?

    /// The domain suffixes of AWS's partitions, by the prefixes of their regions.
    private static let suffixes = [
        ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"), ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
    ]

    /// Reads `AWS_REGION`, `AWS_ENDPOINT_URL_S3` and their fallbacks. Throws if S3 can't be used.
    init(_ environment: [String: String]) throws(StoreError) {
        region = try Self.region(environment)
        base = try Self.base(environment)
    }

    private static func region(_ environment: [String: String]) throws(StoreError) -> String {
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            guard let region = environment[variable], !region.isEmpty else { continue }
            guard isRegion(region) else {
                throw StoreError.failed(
                    "s3 URIs can't be fetched: \(variable) takes a region like eu-west-1")
            }
            return region
        }
        throw StoreError.failed(
            "s3 URIs can't be fetched without a region: the server's AWS_REGION is not set")
    }

    /// Whether a text can be a region; it becomes part of a host name and of signatures.
    static func isRegion(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }

    private static func base(_ environment: [String: String]) throws(StoreError) -> String? {
        if environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() == "true" { return nil }
        for variable in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            guard let url = environment[variable], !url.isEmpty else { continue }
            guard isEndpoint(url) else {
                throw StoreError.failed(
                    "s3 URIs can't be fetched: \(variable) takes a URL like https://minio:9000")
            }
            return String(url.reversed().drop { $0 == "/" }.reversed())
        }
        return nil
    }

    /// A URL without user information, query and fragment. libcurl checks it further.
    private static func isEndpoint(_ url: String) -> Bool {
        let start = url.prefix(8).lowercased()
        let rest: Substring
        if start.hasPrefix("http://") {
            rest = url.dropFirst(7)
        } else if start == "https://" {
            rest = url.dropFirst(8)
        } else {
            return false
        }
        return rest.first != nil && rest.first != "/"
            && rest.utf8.allSatisfy { byte in
                (0x21...0x7E).contains(byte) && !"?#@\\\"<>`{}|^".utf8.contains(byte)
            }
    }

    /// The URL of an object in a bucket of a region.
    func url(of object: S3Object, in region: String) -> String {
        let key = Self.encode(object.key, sparing: UInt8(ascii: "/"))
        let query = object.version.map { "?versionId=\(Self.encode($0))" } ?? ""
        if let base { return "\(base)/\(object.bucket)/\(key)\(query)" }
        let host = "s3.\(region).\(Self.suffix(of: region))"
        if object.bucket.contains(".") { return "https://\(host)/\(object.bucket)/\(key)\(query)" }
        return "https://\(object.bucket).\(host)/\(key)\(query)"
    }

    private static func suffix(of region: String) -> String {
        suffixes.first { region.hasPrefix($0.0) }?.1 ?? "amazonaws.com"
    }

    /// AWS's `UriEncode` (Signature Version 4): percent-encodes all but RFC 3986's unreserved
    /// characters.
    private static func encode(_ text: String, sparing spared: UInt8? = nil) -> String {
        String(decoding: PercentEncoding.component(text, sparing: spared), as: UTF8.self)
    }
}
