// Credentials: where the environment locates them, their JSON, and how long they are kept.

import EventLoop
import Runtime
import Testing

@testable import ModelStore

@Suite struct CredentialTests {
    // MARK: JSON

    @Test func `a provider's answer is read`() throws {
        let credentials = try AWSCredentials(
            json: Array(
                #"""
                {"RoleArn":"arn:aws:iam::123456789012:role/r","AccessKeyId":"AKID",
                 "SecretAccessKey":"s/e+c=","Token":"t/o+k=","Expiration":"2026-11-22T12:00:00Z"}
                """#.utf8))
        #expect(credentials.accessKeyID == "AKID")
        #expect(credentials.secretAccessKey == "s/e+c=")
        #expect(credentials.sessionToken == "t/o+k=")
        #expect(credentials.expiration == 1_795_348_800)
    }

    @Test func `token and expiration may be missing`() throws {
        let json = #"{"AccessKeyId":"A","SecretAccessKey":"S","Token":null}"#
        let credentials = try AWSCredentials(json: Array(json.utf8))
        #expect(credentials.sessionToken == nil)
        #expect(credentials.expiration == nil)
    }

    @Test(arguments: [
        ("", "can't be read as JSON: it is empty"), ("[]", "is not an object, but a list"),
        ("{}", "has no AccessKeyId"), (#"{"AccessKeyId":""}"#, "has no AccessKeyId"),
        (#"{"AccessKeyId":1}"#, "its AccessKeyId is not a string, but a number"),
        (#"{"AccessKeyId":"A"}"#, "has no SecretAccessKey"),
        (#"{"Expiration":"soon"}"#, "its Expiration is not a date like 2026-11-22T12:00:00Z"),
        (
            #"{"AccessKeyId":"A","SecretAccessKey":"secret\n"}"#,
            "SecretAccessKey holds a space, a line end or another invalid character"
        ),
        (#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"t\r\nX: y"}"#, "Token holds a space"),
    ])
    func `a bad answer is named, and none of it shown`(_ json: String, _ reason: String) throws {
        do throws(StoreError) {
            _ = try AWSCredentials(json: Array(json.utf8))
            Issue.record("it was taken")
        } catch {
            #expect(error.kind == .failed)
            #expect(error.sentence.contains(reason))
            #expect(!error.sentence.contains("secret\n"))
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799),
        ("2026-11-22T12:00:00.123Z", 1_795_348_800), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func `dates of expirations`(_ text: String, _ seconds: Int) {
        #expect(AWSCredentials.seconds(rfc3339: text) == seconds)
    }

    @Test(arguments: [
        "", "Z", "2026-11-22", "2026-11-22T12:00:00", "2026-11-22T12:00:00+01:00",
        "2026-13-22T12:00:00Z", "2026-11-32T12:00:00Z", "2026-11-22T24:00:00Z",
        "2026-11-22T12:60:00Z", "-026-11-22T12:00:00Z", "2026--1-22T12:00:00Z",
        "2026-11-22T12:00:0xZ", "1969-12-31T23:59:59Z", "2026-11-22T12:00:+1Z", "٢٠٢٦-11-22T12:00Z",
    ])
    func `malformed dates`(_ text: String) {
        #expect(AWSCredentials.seconds(rfc3339: text) == nil)
    }

    @Test func `credentials that are printed by accident show nothing`() throws {
        let json = #"{"AccessKeyId":"AKID","SecretAccessKey":"hidden","Token":"hidden"}"#
        let credentials = try AWSCredentials(json: Array(json.utf8))
        #expect(
            "\(credentials) \(String(reflecting: credentials))" == "AWSCredentials AWSCredentials")
    }

    // MARK: The environment

    private static let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"]

    @Test func `the environment's own credentials come first`() throws {
        let environment = Self.keys.merging([
            "AWS_SESSION_TOKEN": "token", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
        ]) { $1 }
        guard case .fixed(let credentials) = try CredentialSource(environment) else {
            return #expect(Bool(false))
        }
        #expect(credentials.accessKeyID == "AKID")
        #expect(credentials.sessionToken == "token")
    }

    @Test func `an empty session token is none`() throws {
        let source = try CredentialSource(Self.keys.merging(["AWS_SESSION_TOKEN": ""]) { $1 })
        guard case .fixed(let credentials) = source else { return #expect(Bool(false)) }
        #expect(credentials.sessionToken == nil)
    }

    @Test func `without any, nothing is signed`() throws {
        guard case .none = try CredentialSource(["AWS_ACCESS_KEY_ID": ""]) else {
            return #expect(Bool(false))
        }
    }

    @Test(arguments: [
        (
            ["AWS_ACCESS_KEY_ID": "AKID"],
            "the server's credentials for S3 can't be used: AWS_ACCESS_KEY_ID is set, "
                + "AWS_SECRET_ACCESS_KEY is not"
        ),
        (
            ["AWS_SECRET_ACCESS_KEY": "secret"],
            "the server's credentials for S3 can't be used: AWS_SECRET_ACCESS_KEY is set, "
                + "AWS_ACCESS_KEY_ID is not"
        ),
        (
            ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret\n"],
            "the server's credentials for S3 can't be used: AWS_SECRET_ACCESS_KEY holds a space, a "
                + "line end or another invalid character"
        ),
        (
            ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "evil.example/x"],
            "there are no credentials for S3: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI takes a path "
                + "like /v2/credentials/…"
        ),
    ])
    func `half of it is an error, not none`(_ environment: [String: String], _ sentence: String) {
        #expect(throws: StoreError.failed(sentence)) { try CredentialSource(environment) }
    }

    private static func provider(_ environment: [String: String]) throws -> ContainerProvider? {
        guard case .container(let provider) = try CredentialSource(environment) else { return nil }
        return provider
    }

    @Test func `the container's provider`() throws {
        let relative = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1?x=y"]
        let full = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9001/c",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer token",
        ]
        #expect(try Self.provider(relative)?.url == "http://169.254.170.2/v2/credentials/1?x=y")
        #expect(try Self.provider(relative)?.request().headers.isEmpty == true)
        let request = try Self.provider(full)?.request()
        #expect(request?.url == "http://127.0.0.1:9001/c")
        #expect(
            request?.headers.map { "\($0.name): \($0.value)" } == ["Authorization: Bearer token"])
        #expect(try Self.provider(full.merging(relative) { $1 })?.url.contains("170.2") == true)
    }

    @Test(arguments: [
        "https://example.com/x", "http://localhost:1/x", "http://127.9.9.9/x", "http://[::1]:8/x",
        "http://169.254.170.23/v1/credentials", "http://[fd00:ec2::23]/v1/credentials",
        "http://169.254.100.1:9001/x", "HTTP://127.0.0.1",
    ])
    func `providers that may receive a token`(_ url: String) throws {
        #expect(try Self.provider(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])?.url == url)
    }

    @Test(arguments: [
        "http://example.com/x", "http://10.0.0.1/x", "http://127.0.0.1@example.com/",
        "ftp://localhost/",
        "http://127.0.0.1.example.com/", "http:localhost", "//localhost", "http://[::2]/",
        "http://localhost@evil/", "http:///x", "x",
    ])
    func `providers that may not receive a token`(_ url: String) {
        #expect(throws: StoreError.self) {
            try Self.provider(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        }
    }

    // MARK: The lease

    private static func credentials(until expiration: Int?) throws -> AWSCredentials {
        try AWSCredentials(
            accessKeyID: ("k", "k"), secretAccessKey: ("s", "\(expiration ?? -1)"),
            sessionToken: nil, expiration: expiration)
    }

    @Test func `credentials are renewed ten minutes before they expire, and used until then`()
        throws
    {
        var lease = CredentialLease()
        #expect(lease.isDue(at: 0))
        #expect(lease.valid(at: 0) == nil)
        let credentials = try Self.credentials(until: 10_000)
        lease.take(credentials, at: 0)
        #expect(!lease.isDue(at: 9_399))
        #expect(lease.isDue(at: 9_400))
        #expect(lease.valid(at: 9_999) == credentials)
        #expect(lease.valid(at: 10_000) == nil)
    }

    @Test func `between two tries there is a minute, while the old ones last`() throws {
        var lease = CredentialLease()
        lease.take(try Self.credentials(until: 300), at: 0)
        #expect(!lease.isDue(at: 59))
        #expect(lease.isDue(at: 60))
        lease.postpone(at: 60)
        #expect(!lease.isDue(at: 119))
        lease.postpone(at: 290)
        #expect(!lease.isDue(at: 299))
        #expect(lease.isDue(at: 300))
    }

    @Test func `without an expiration they last`() throws {
        var lease = CredentialLease()
        lease.take(try Self.credentials(until: nil), at: 0)
        #expect(!lease.isDue(at: .max - 1))
    }

    @Test func `only refused credentials are dropped`() throws {
        var lease = CredentialLease()
        let (old, new) = (try Self.credentials(until: 1000), try Self.credentials(until: 2000))
        lease.take(new, at: 0)
        lease.drop(old)
        #expect(lease.valid(at: 0) == new)
        lease.drop(new)
        #expect(lease.isDue(at: 0))
        lease.take(new, at: 0)
        lease.drop()
        #expect(lease.valid(at: 0) == nil)
    }
}
