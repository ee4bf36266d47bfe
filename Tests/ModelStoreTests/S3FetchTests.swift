// Fetches from S3 and of credentials, against a host on the same loop that the test scripts; both
// clocks are the test's.

import Basics
import EventLoop
import HTTP
import Runtime
import TestSupport
import Testing

@testable import ModelStore

@Suite struct S3FetchTests {
    @Test func `an object is asked for, signed, with the path as it is`() throws {
        let rig = try S3Rig(["AWS_SESSION_TOKEN": "token"].merging(S3Rig.keys) { $1 })
        #expect(try rig.fetch("s3://photos/../a//b c?versionId=1").get() == Array("picture".utf8))
        let request = try #require(rig.host.requests.first)
        #expect(request.target == "/photos/../a//b%20c?versionId=1")
        #expect(request.token == "token")
        let scope =
            "/eu-west-1/s3/aws4_request, SignedHeaders="
            + "host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature="
        #expect(request.authorization?.contains(scope) == true)
        #expect(request.authorization?.hasPrefix("AWS4-HMAC-SHA256 Credential=AKID/") == true)
        #expect(rig.isAtRest)
    }

    @Test func `without credentials nothing is signed`() throws {
        let rig = try S3Rig([:])
        #expect(try rig.fetch("s3://photos/k").get() == Array("picture".utf8))
        #expect(rig.host.requests.map(\.authorization) == [nil])
    }

    @Test func `no region fails the request, not the start`() throws {
        let rig = try S3Rig(["AWS_REGION": ""])
        #expect(
            rig.failure(try rig.fetch("s3://photos/k"))
                == StoreError.failed(
                    "s3 URIs can't be fetched without a region: the server's AWS_REGION is not set")
        )
        #expect(rig.isAtRest)
    }

    @Test func `an endpoint that is no URL is not the client's fault`() throws {
        let rig = try S3Rig(["AWS_ENDPOINT_URL_S3": "http://127.0.0.1:99999"])
        let failure = rig.failure(try rig.fetch("s3://photos/k"))
        #expect(failure?.kind == .failed)
        #expect(failure?.sentence.contains("AWS_ENDPOINT_URL_S3") == true)
    }

    // MARK: Other tries

    @Test func `the right region is asked at once, and remembered for the bucket`() throws {
        let rig = try S3Rig(S3Rig.keys)
        rig.host.answer = { request in
            request.authorization?.contains("/us-east-2/s3/") == true
                ? S3Host.picture : S3Host.error(301, "PermanentRedirect", region: "us-east-2")
        }
        #expect(try rig.fetch("s3://photos/k").get() == Array("picture".utf8))
        #expect(try rig.fetch("s3://photos/k").get() == Array("picture".utf8))
        #expect(rig.host.requests.count == 3)
        rig.store.forget()
        #expect(try rig.fetch("s3://photos/k").get() == Array("picture".utf8))
        #expect(rig.host.requests.count == 5)
    }

    @Test func `a bucket's second redirect to another region is an error`() throws {
        let rig = try S3Rig(S3Rig.keys)
        rig.host.answer = { request in
            S3Host.error(301, "PermanentRedirect", region: "r\(request.number)")
        }
        #expect(rig.failure(try rig.fetch("s3://photos/k"))?.kind == .failed)
        #expect(rig.host.requests.count == 2)
    }

    @Test func `a busy S3 is asked a second time, a moment later, and no third time`() throws {
        let rig = try S3Rig(S3Rig.keys)
        rig.host.answer = { request in
            request.number == 1 ? S3Host.error(503, "SlowDown") : S3Host.picture
        }
        #expect(try rig.fetch("s3://photos/k", advancing: true).get() == Array("picture".utf8))
        rig.host.answer = { _ in S3Host.error(503, "SlowDown") }
        let failure = rig.failure(try rig.fetch("s3://photos/k", advancing: true))
        #expect(
            failure?.sentence
                == "S3 answered 503 SlowDown (Sorry): it was asked twice; try again later")
        #expect(rig.host.requests.count == 4)
        #expect(rig.isAtRest)
    }

    @Test func `the time of a fetch counts from its beginning`() throws {
        let rig = try S3Rig(S3Rig.keys)
        let clock = rig.clock
        rig.host.answer = { _ in
            clock.advance(by: .seconds(11))
            return S3Host.error(301, "PermanentRedirect", region: "us-east-2")
        }
        #expect(rig.failure(try rig.fetch("s3://photos/k"))?.kind == .timedOut)
        #expect(rig.host.requests.count == 1)
    }

    @Test func `a refusal is reported`() throws {
        let rig = try S3Rig(S3Rig.keys)
        rig.host.answer = { _ in S3Host.error(404, "NoSuchKey") }
        #expect(
            rig.failure(try rig.fetch("s3://photos/k"))?.sentence.hasPrefix(
                "S3 answered 404 NoSuchKey (Sorry): there is no such object") == true)
    }

    @Test func `an object over the limit is refused`() throws {
        let rig = try S3Rig(S3Rig.keys, ["fetch-max-bytes": "6"])
        #expect(
            rig.failure(try rig.fetch("s3://photos/k"))
                == .transfer(.tooLarge(host: "127.0.0.1", limit: 6)))
    }

    // MARK: Cancelling

    @Test func `a fetch is given up at every step`() throws {
        let rig = try S3Rig(S3Rig.container)
        for answer in [nil, S3Host.credentials(until: "2000-01-01T01:00:00Z")] {
            rig.host.credentials = answer
            rig.host.answer = { _ in nil }
            let fetch = S3Fetch(try rig.object("s3://photos/k"), from: rig.store) { _ in
                Issue.record("it was told")
            }
            fetch.start()
            let silent = rig.host.silent
            try rig.turn { rig.host.silent > silent }
            fetch.cancel()
            try rig.turn { rig.store.transfers.activeCount == (answer == nil ? 1 : 0) }
            rig.store.forget()
        }
        rig.host.answer = { _ in S3Host.error(503, "SlowDown") }
        let fetch = S3Fetch(try rig.object("s3://photos/k"), from: rig.store) { _ in
            Issue.record("it was told")
        }
        fetch.start()
        let count = rig.host.requests.count
        try rig.turn { rig.host.requests.count > count && rig.store.transfers.activeCount == 0 }
        fetch.cancel()
        rig.clock.advance(by: .seconds(1))
        for _ in 0..<10 { try rig.step() }
        #expect(rig.host.requests.count == count + 1)
        #expect(rig.isAtRest)
    }

    // MARK: Credentials

    @Test func `credentials are fetched once for all who wait, and held`() throws {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T01:00:00Z")
        #expect(try rig.fetch(Array(repeating: "s3://photos/k", count: 20)).count == 20)
        #expect(rig.host.credentialRequests == ["secret-token"])
        #expect(rig.host.requests.count == 20)
        #expect(rig.host.requests.allSatisfy { $0.token == "token-1" })
    }

    @Test func `credentials are renewed in the background, and waited for once they have expired`()
        throws
    {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T01:00:00Z")
        _ = try rig.fetch("s3://photos/k").get()
        rig.wallSeconds += 3600 - 600
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T02:00:00Z")
        _ = try rig.fetch("s3://photos/k").get()
        #expect(rig.host.requests.last?.token == "token-1")
        try rig.turn { rig.host.credentialRequests.count == 2 && rig.isAtRest }
        _ = try rig.fetch("s3://photos/k").get()
        #expect(rig.host.requests.last?.token == "token-2")
        rig.wallSeconds += 3 * 3600
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T09:00:00Z")
        _ = try rig.fetch("s3://photos/k").get()
        #expect(rig.host.requests.last?.token == "token-3")
        // The provider gets its own token, also over easies that have signed requests before.
        #expect(rig.host.credentialRequests == ["secret-token", "secret-token", "secret-token"])
    }

    @Test func `while old credentials last, a provider that fails harms nobody`() throws {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T01:00:00Z")
        _ = try rig.fetch("s3://photos/k").get()
        rig.wallSeconds += 3600 - 600
        rig.host.credentials = S3Host.error(500, "Oops")
        _ = try rig.fetch("s3://photos/k").get()
        try rig.turn { rig.host.credentialRequests.count == 2 && rig.isAtRest }
        _ = try rig.fetch("s3://photos/k").get()
        #expect(rig.host.credentialRequests.count == 2)
        rig.wallSeconds += 600
        #expect(
            rig.failure(try rig.fetch("s3://photos/k"))
                == StoreError.failed(
                    "there are no credentials for S3: 127.0.0.1 answered with status 500 instead of "
                        + "200"))
    }

    @Test func `credentials that have expired already are no use`() throws {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "1999-12-31T23:59:59Z")
        #expect(
            rig.failure(try rig.fetch("s3://photos/k"))
                == StoreError.failed("the credentials for S3 that the platform gives have expired"))
        #expect(rig.host.requests.isEmpty)
    }

    @Test func `credentials that S3 calls expired are replaced once`() throws {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T01:00:00Z")
        rig.host.answer = { request in
            request.token == "token-1" ? S3Host.error(400, "ExpiredToken") : S3Host.picture
        }
        _ = try rig.fetch("s3://photos/k", advancing: true).get()
        #expect(rig.host.requests.map(\.token) == ["token-1", "token-2"])
        let fixed = try S3Rig(S3Rig.keys)
        fixed.host.answer = { _ in S3Host.error(400, "ExpiredToken") }
        #expect(
            fixed.failure(try fixed.fetch("s3://photos/k"))?.sentence
                == "S3 answered 400 ExpiredToken (Sorry): the server's credentials have expired and "
                + "must be replaced")
        #expect(fixed.host.requests.count == 1)
    }

    @Test func `cached credentials are discarded`() throws {
        let rig = try S3Rig(S3Rig.container)
        rig.host.credentials = S3Host.credentials(until: "2000-01-01T01:00:00Z")
        _ = try rig.fetch("s3://photos/k").get()
        rig.store.forget()
        _ = try rig.fetch("s3://photos/k").get()
        #expect(rig.host.credentialRequests.count == 2)
        #expect(rig.host.requests.map(\.token) == ["token-1", "token-2"])
    }
}
