// How S3's answers are interpreted, and the error that the client gets.

import Basics
import Testing

@testable import ModelStore

@Suite struct S3OutcomeTests {
    private func attempt(
        _ uri: String = "s3://photos/k", signed: Bool = true
    ) throws -> S3Attempt {
        S3Attempt(
            object: try S3Object(uri: uri), region: "eu-west-1",
            accessKeyID: signed ? "AKIDEXAMPLE" : nil)
    }

    private static func body(_ code: String, _ message: String = "Sorry.") -> [UInt8] {
        Array(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>\(code)</Code><Message>\(message)</Message><RequestId>4442587FB7D0A2F9</RequestId>\
            <StringToSign>AWS4-HMAC-SHA256</StringToSign><SignatureProvided>feed</SignatureProvided></Error>
            """.utf8)
    }

    private func sentence(_ outcome: S3Outcome) -> String? {
        switch outcome {
        case .failed(let failure), .busy(let failure), .expired(let failure):
            #expect(failure.kind == .failed)
            return failure.sentence
        default: return nil
        }
    }

    // MARK: Bodies

    @Test func `code and message are read`() {
        let error = S3ErrorBody(Self.body("NoSuchKey", "The specified key does not exist."))
        #expect(error.code == "NoSuchKey")
        #expect(error.message == "The specified key does not exist")
        #expect(error.region == nil)
    }

    @Test(arguments: [
        "", "not XML", "<Error>", "<Code>", "</Code><Code>", "<Code></Code><Message></Message>",
        "<Code>never ends", "\u{0}\u{1}",
    ])
    func `any other body gives no code`(_ body: String) {
        let error = S3ErrorBody(Array(body.utf8))
        #expect(error.code == nil)
        #expect(error.message == nil)
    }

    @Test func `a message is one bounded line of text`() {
        let message =
            "a &lt;b&gt; &amp;lt; &quot;&apos;\n\u{1B}[31m" + String(repeating: "x", count: 999)
        let read = S3ErrorBody(Self.body("C", message)).message
        #expect(read?.hasPrefix(#"a <b> &lt; "'\u{a}\u{1b}[31mxxx"#) == true)
        #expect((read?.count ?? 0) < 330)
        let late = Array(repeating: UInt8(ascii: " "), count: 20_000) + Self.body("Late")
        #expect(S3ErrorBody(late).code == nil)
        #expect(
            S3ErrorBody(Array("<Code>".utf8) + [0xFF] + Array("</Code>".utf8)).code == "\u{FFFD}")
    }

    // MARK: The table

    @Test(arguments: [
        (
            404, "NoSuchKey",
            "S3 answered 404 NoSuchKey (Sorry): there is no such object; the key is used as "
                + "written, not decoded"
        ),
        (
            404, "NoSuchBucket",
            "S3 answered 404 NoSuchBucket (Sorry): there is no bucket “photos”"
        ),
        (
            403, "AccessDenied",
            "S3 answered 403 AccessDenied (Sorry): the server's role needs s3:GetObject on the "
                + "object; without s3:ListBucket on the bucket, S3 says the same of an object that "
                + "does not exist"
        ),
        (
            403, "SignatureDoesNotMatch",
            "S3 answered 403 SignatureDoesNotMatch (Sorry): the server's secret access key does "
                + "not belong to its access key"
        ),
        (
            403, "InvalidAccessKeyId",
            "S3 answered 403 InvalidAccessKeyId (Sorry): the server's credentials are not valid; "
                + "AWS does not know them"
        ),
        (
            403, "RequestTimeTooSkewed",
            "S3 answered 403 RequestTimeTooSkewed (Sorry): the server's clock is wrong"
        ),
        (
            403, "InvalidObjectState",
            "S3 answered 403 InvalidObjectState (Sorry): the object is archived and must be "
                + "restored first"
        ),
        (
            400, "AuthorizationHeaderMalformed",
            "S3 answered 400 AuthorizationHeaderMalformed (Sorry): the bucket is not in "
                + "eu-west-1; AWS_REGION must name its region"
        ),
        (418, "Teapot", "S3 answered 418 Teapot (Sorry): the object can't be fetched"),
    ])
    func `a refusal is quoted, with what would be right`(
        _ status: Int, _ code: String, _ sentence: String
    ) throws {
        let outcome = try attempt().outcome(
            status: status, bucketRegion: nil, body: Self.body(code))
        #expect(outcome == .failed(StoreError.failed(sentence)))
    }

    @Test func `the permission named is the one for a version`() throws {
        let outcome = try attempt("s3://photos/k?versionId=1").outcome(
            status: 403, bucketRegion: nil, body: Self.body("AccessDenied"))
        #expect(sentence(outcome)?.contains("needs s3:GetObjectVersion on") == true)
    }

    @Test func `an unsigned request is told that there are no credentials`() throws {
        let outcome = try attempt(signed: false).outcome(
            status: 403, bucketRegion: nil, body: Self.body("AccessDenied"))
        #expect(
            sentence(outcome)
                == "S3 answered 403 AccessDenied (Sorry): the request was not signed, since the "
                + "server has no credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or from "
                + "its container's role (EC2 instance metadata is not used)")
    }

    @Test func `a missing body is accepted`() throws {
        let outcome = try attempt().outcome(status: 404, bucketRegion: nil, body: [])
        #expect(
            sentence(outcome)
                == "S3 answered 404: there is no such object; the key is used as written, "
                + "not decoded")
    }

    @Test func `an access key is not repeated, nor anything of the signature`() throws {
        let message = "The key AKIDEXAMPLE is unknown, AKIDEXAMPLE"
        let outcome = try attempt().outcome(
            status: 403, bucketRegion: nil, body: Self.body("InvalidAccessKeyId", message))
        let told = try #require(sentence(outcome))
        #expect(told.contains("The key … is unknown, …"))
        #expect(!told.contains("feed"))
    }

    // MARK: Other tries

    @Test(arguments: [
        (503, "SlowDown"), (500, "InternalError"), (503, ""), (429, ""), (502, ""), (504, ""),
        (400, "RequestTimeout"),
    ])
    func `a busy S3 is asked again`(_ status: Int, _ code: String) throws {
        let outcome = try attempt().outcome(
            status: status, bucketRegion: nil, body: Self.body(code))
        guard case .busy = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test(arguments: ["ExpiredToken", "TokenRefreshRequired", "InvalidToken"])
    func `expired credentials are known as such`(_ code: String) throws {
        let outcome = try attempt().outcome(status: 400, bucketRegion: nil, body: Self.body(code))
        guard case .expired = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test(arguments: [301, 307, 400, 403])
    func `a bucket of another region is asked there`(_ status: Int) throws {
        let attempt = try attempt()
        #expect(
            attempt.outcome(status: status, bucketRegion: "us-east-2", body: [])
                == .elsewhere(region: "us-east-2"))
        let body = Self.body("AuthorizationHeaderMalformed</Code><Region>us-west-1</Region><Code>")
        #expect(
            attempt.outcome(status: status, bucketRegion: nil, body: body)
                == .elsewhere(region: "us-west-1"))
    }

    @Test(arguments: ["eu-west-1", "evil.example/", "", "A", "x:y"])
    func `the same region, or what is none, leads nowhere`(_ region: String) throws {
        let outcome = try attempt().outcome(
            status: 301, bucketRegion: region, body: Self.body("PermanentRedirect"))
        guard case .failed = outcome else { return #expect(Bool(false), "\(outcome)") }
    }

    @Test func `a missing object is missing, whatever the region`() throws {
        let outcome = try attempt().outcome(
            status: 404, bucketRegion: "us-east-2", body: Self.body("NoSuchKey"))
        guard case .failed = outcome else { return #expect(Bool(false), "\(outcome)") }
    }
}
