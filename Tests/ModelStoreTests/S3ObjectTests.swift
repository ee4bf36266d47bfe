// The object that an s3 URI names, and the URL of the request for it.

import Testing

@testable import ModelStore

@Suite struct S3ObjectTests {
    private static func failure(_ uri: String) -> StoreError? {
        do throws(StoreError) {
            _ = try S3Object(uri: uri)
            return nil
        } catch {
            return error
        }
    }

    private static func object(_ uri: String) throws -> S3Object {
        try S3Object(uri: uri)
    }

    // MARK: Keys

    @Test(arguments: [
        "cat.png", "a/b/c.png", "a b", "a+b", "100%", "a%20b", "%2F", "é/日本語", "😀", "a//b", "/a",
        "../etc/passwd", "a/./b/..", ".", "..", "a?b", "a?b=c&d", "a#b", "a?versionId=",
        "a?versionID=x", "a?versionId=x y", "a?versionId=x&y=z", "a?versionId=x#y", "?", "#",
        "a\\b", "a\"b", "a\tb", "a\nb", "a\u{0}b", "trailing/", "//", "s3://b/c", "e\u{301}",
        "\u{301}combines with the slash", "a?versionId=\u{301}", " ",
    ])
    func `everything after the bucket is the literal key`(_ key: String) throws {
        let object = try Self.object("s3://photos/" + key)
        #expect(object.bucket == "photos")
        #expect(Array(object.key.utf8) == Array(key.utf8))
        #expect(object.version == nil)
    }

    @Test(arguments: [
        ("a?versionId=null", "a", "null"),
        (
            "a b?versionId=3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY", "a b",
            "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY"
        ),
        ("a?versionId=1?versionId=2._-~=", "a?versionId=1", "2._-~="),
        ("?x?versionId=1", "?x", "1"),
    ])
    func `a version at the very end is not part of the key`(
        _ rest: String, _ key: String, _ version: String
    ) throws {
        let object = try Self.object("s3://photos/" + rest)
        #expect(object.key == key)
        #expect(object.version == version)
    }

    @Test func `the scheme's case does not count`() throws {
        #expect(try Self.object("S3://photos/A") == Self.object("s3://photos/A"))
    }

    @Test(arguments: ["s3://photos", "s3://photos/", "s3://photos/?versionId=1"])
    func `a URI without a key is refused`(_ uri: String) {
        #expect(
            Self.failure(uri)
                == StoreError.badAddress(
                    "the URI names no object in the bucket “photos”: s3://photos/key"))
    }

    @Test func `a key has a maximum length in bytes`() throws {
        let longest = String(repeating: "é", count: 512)
        #expect(try Self.object("s3://photos/\(longest)").key == longest)
        #expect(
            Self.failure("s3://photos/a\(longest)")
                == StoreError.badAddress("the key has 1025 bytes; keys of S3 have at most 1024"))
    }

    // MARK: Buckets

    @Test(arguments: [
        "abc", "my.photos", "my-photos-2026", "1.2.3.4.5", "access-point-abcdefghijkl-s3alias",
        String(repeating: "a", count: 63),
    ])
    func `names of buckets`(_ name: String) throws {
        #expect(try Self.object("s3://\(name)/k").bucket == name)
    }

    @Test(arguments: [
        "", "ab", "Photos", "my_photos", "-ab", "ab-", ".ab", "ab.", "a..b", "192.168.1.1", "a b",
        "é12", "bücket", "a@b", "a:80", "user:pass@host", "evil.example?", "evil#", "[::1]",
        "%61bc",
        "a\\b", "a\r\nb", String(repeating: "a", count: 64),
    ])
    func `an invalid bucket name is refused, since it becomes part of a host name`(_ name: String) {
        let failure = Self.failure("s3://\(name)/k")
        #expect(failure?.kind == .badAddress)
        #expect(failure?.sentence.hasPrefix("“") == true)
        #expect(failure?.sentence.contains { $0.isNewline } == false)
    }

    @Test(arguments: [
        (
            "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/mine/k",
            "ARNs are not accepted in s3 URIs; write the bucket's name or the access point's alias"
        ),
        (
            "s3://photos--usw2-az1--x-s3/k",
            "directory buckets (S3 Express One Zone) are not supported"
        ),
        ("s3:photos/k", "an s3 URI must read s3://bucket/key"),
        ("s3:/photos/k", "an s3 URI must read s3://bucket/key"),
    ])
    func `what is not supported is refused with a sentence`(_ uri: String, _ sentence: String) {
        #expect(Self.failure(uri) == StoreError.badAddress(sentence))
    }

    // MARK: URLs

    private static func url(
        _ uri: String, _ environment: [String: String] = [:], region: String = "eu-west-1"
    ) throws -> String {
        let endpoint = try S3Endpoint(["AWS_REGION": region].merging(environment) { $1 })
        return endpoint.url(of: try object(uri), in: endpoint.region)
    }

    @Test(arguments: [
        ("cat.png", "cat.png"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("100%", "100%25"),
        ("a%20b", "a%2520b"), ("é", "%C3%A9"), ("e\u{301}", "e%CC%81"), ("😀", "%F0%9F%98%80"),
        ("a//b", "a//b"), ("/a", "/a"), ("../b/.", "../b/."), ("a?b#c&d=e", "a%3Fb%23c%26d%3De"),
        ("-._~", "-._~"), ("!*'(),;:@$[]{}", "%21%2A%27%28%29%2C%3B%3A%40%24%5B%5D%7B%7D"),
        ("\\\"<>^`|\u{0}\n\u{7F}", "%5C%22%3C%3E%5E%60%7C%00%0A%7F"),
        ("az09AZ@[`{/:", "az09AZ%40%5B%60%7B/%3A"),
        ("k?versionId=3/L+a=", "k?versionId=3%2FL%2Ba%3D"),
    ])
    func `keys are encoded as S3 signs them`(_ key: String, _ path: String) throws {
        #expect(
            try Self.url("s3://photos/" + key)
                == "https://photos.s3.eu-west-1.amazonaws.com/" + path)
    }

    /// The hosts that botocore 1.44 uses.
    @Test(arguments: [
        ("eu-west-1", "photos.s3.eu-west-1.amazonaws.com"),
        ("us-east-1", "photos.s3.us-east-1.amazonaws.com"),
        ("us-gov-west-1", "photos.s3.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "photos.s3.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", "photos.s3.eusc-de-east-1.amazonaws.eu"),
        ("us-iso-east-1", "photos.s3.us-iso-east-1.c2s.ic.gov"),
        ("us-isob-east-1", "photos.s3.us-isob-east-1.sc2s.sgov.gov"),
    ])
    func `the host by the region`(_ region: String, _ host: String) throws {
        #expect(try Self.url("s3://photos/k", region: region) == "https://\(host)/k")
    }

    @Test func `a bucket with dots stands in the path`() throws {
        #expect(
            try Self.url("s3://my.photos/k") == "https://s3.eu-west-1.amazonaws.com/my.photos/k")
    }

    @Test(arguments: [
        (["AWS_ENDPOINT_URL_S3": "http://minio:9000"], "http://minio:9000/photos/k"),
        (["AWS_ENDPOINT_URL_S3": "HTTPS://[::1]:9000/s3//"], "HTTPS://[::1]:9000/s3/photos/k"),
        (["AWS_ENDPOINT_URL": "http://all:1"], "http://all:1/photos/k"),
        (
            ["AWS_ENDPOINT_URL_S3": "http://s3:2", "AWS_ENDPOINT_URL": "http://all:1"],
            "http://s3:2/photos/k"
        ),
        (
            ["AWS_ENDPOINT_URL_S3": "", "AWS_ENDPOINT_URL": "http://all:1"],
            "http://all:1/photos/k"
        ),
        (
            ["AWS_ENDPOINT_URL_S3": "http://s3:2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"],
            "https://photos.s3.eu-west-1.amazonaws.com/k"
        ),
    ])
    func `the operator's endpoint`(_ environment: [String: String], _ url: String) throws {
        #expect(try Self.url("s3://photos/k", environment) == url)
    }

    @Test func `the region of the environment`() throws {
        let regions = ["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"]
        #expect(try S3Endpoint(regions).region == "eu-west-1")
        #expect(try S3Endpoint(["AWS_REGION": "", "AWS_DEFAULT_REGION": "x"]).region == "x")
    }

    @Test(arguments: [
        ([:], "s3 URIs can't be fetched without a region: the server's AWS_REGION is not set"),
        (
            ["AWS_REGION": "Europe (Ireland)"],
            "s3 URIs can't be fetched: AWS_REGION takes a region like eu-west-1"
        ),
        (
            ["AWS_DEFAULT_REGION": "eu:west"],
            "s3 URIs can't be fetched: AWS_DEFAULT_REGION takes a region like eu-west-1"
        ),
        (
            ["AWS_REGION": "x", "AWS_ENDPOINT_URL_S3": "minio:9000"],
            "s3 URIs can't be fetched: AWS_ENDPOINT_URL_S3 takes a URL like https://minio:9000"
        ),
    ])
    func `an environment without a usable endpoint`(
        _ environment: [String: String], _ sentence: String
    ) {
        #expect(throws: StoreError.failed(sentence)) { try S3Endpoint(environment) }
    }

    @Test(arguments: [
        "http://", "https:///x", "http://u:p@h", "http://h?q", "http://h#f", "ftp://h",
        "http://h h",
        "http:h", "http://é",
    ])
    func `malformed endpoints`(_ url: String) {
        #expect(throws: StoreError.self) {
            try S3Endpoint(["AWS_REGION": "x", "AWS_ENDPOINT_URL": url])
        }
    }
}
