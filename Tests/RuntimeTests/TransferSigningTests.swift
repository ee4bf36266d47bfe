// Signed transfers: the fields that libcurl sends, and that later transfers inherit none of them.
// The end-to-end tests compare the signatures with botocore's.

import Basics
import Testing

@testable import Runtime

@Suite struct TransferSigningTests {
    private static let signing = TransferSigning(
        accessKeyID: "AKID", secretAccessKey: "secret", region: "eu-west-1", service: "s3")

    @Test func `a signed request bears its scope and signs its headers`() throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness()
        _ = try harness.get(server.url("/a//../b%20c?versionId=1")) { request in
            request.signing = Self.signing
            request.keepsPath = true
            request.headers = [
                ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("x-amz-security-token", "token"),
            ]
        }.get()
        let request = try #require(server.requests.first)
        #expect(request.target == "/a//../b%20c?versionId=1")
        let date = try #require(request.field("x-amz-date"))
        let authorization = try #require(request.field("authorization"))
        let expected =
            "AWS4-HMAC-SHA256 Credential=AKID/\(date.prefix(8))/eu-west-1/s3/aws4_request, "
            + "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature="
        #expect(authorization.hasPrefix(expected))
        harness.pool.close()
    }

    @Test func `the easy's next request is not signed`() throws {
        let server = TransferServer { _ in .response() }
        let harness = try TransferHarness(maxConcurrent: 1)
        _ = try harness.get(server.url("/1")) { $0.signing = Self.signing }.get()
        _ = try harness.get(server.url("/a/../2")).get()
        #expect(server.connections == 1)
        #expect(server.requests.map { $0.field("authorization") != nil } == [true, false])
        #expect(server.requests.map { $0.field("x-amz-date") != nil } == [true, false])
        #expect(server.requests[1].target == "/2")
        harness.pool.close()
    }

    @Test func `a request that is signed here follows no redirect`() throws {
        let server = TransferServer { _ in .redirect(to: "/elsewhere", 307) }
        let harness = try TransferHarness()
        let error = try harness.get(server.url("/")) { $0.signing = Self.signing }.failure
        #expect(error == .status(host: "127.0.0.1", 307))
        #expect(server.requests.map(\.target) == ["/"])
        harness.pool.close()
    }
}
