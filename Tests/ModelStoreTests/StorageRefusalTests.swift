// What stores of objects say about a URL that they refuse.

import Runtime
import Testing

@testable import ModelStore

@Suite struct StorageRefusalTests {
    private func sentence(_ status: Int, _ body: String) -> String? {
        StorageRefusal.sentence(about: .status(host: "h", status, body: Array(body.utf8)))
    }

    private func error(_ code: String, _ more: String = "") -> String {
        "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code>\(more)</Error>"
    }

    @Test(arguments: [
        (
            403, "AccessDenied",
            "<Message>Request has expired</Message><X-Amz-Expires>60</X-Amz-Expires>"
                + "<Expires>2026-11-30T20:00:00Z</Expires>",
            "the presigned URL has expired at 2026-11-30T20:00:00Z; make a new one"
        ),
        (
            403, "AccessDenied", "<Message>Request has expired</Message>",
            "the presigned URL has expired; make a new one"
        ),
        (
            403, "AccessDenied", "<Message>Access Denied</Message>",
            "access is denied: send a presigned URL of an object that its signer may read, or "
                + "an s3:// URI of one that this server's role may read"
        ),
        (
            400, "ExpiredToken", "",
            "the presigned URL has expired together with the temporary credentials that "
                + "signed it; make a new one"
        ),
        (
            301, "PermanentRedirect",
            "<Endpoint>photos.s3.eu-west-1.amazonaws.com</Endpoint>",
            "the bucket is in another region; its address is photos.s3.eu-west-1.amazonaws.com"
        ),
        (
            400, "AuthorizationQueryParametersError", "<Region>eu-west-1</Region>",
            "the bucket is in the region eu-west-1; the URL must be made for that one"
        ),
        (
            400, "AuthorizationQueryParametersError", "",
            "the query of the presigned URL is not valid"
        ),
        (404, "NoSuchKey", "", "there is no such object"),
        (404, "NoSuchBucket", "", "there is no such bucket"),
        (403, "AccountProblem", "<Message>secret</Message>", "the object can't be fetched"),
    ])
    func `S3's codes are told as what to do`(
        _ status: Int, _ code: String, _ more: String, _ advice: String
    ) {
        #expect(
            sentence(status, error(code, more))
                == "h answered with status \(status) (\(code)): \(advice)")
    }

    @Test(arguments: [
        "", "<html>Not found</html>", "<Code>NoSuchKey</Code>",
        "<Error><Code>a b</Code></Error>", "<Error><Code>\u{7}</Code></Error>",
        "<Error><Code>" + String(repeating: "A", count: 61) + "</Code></Error>",
    ])
    func `other bodies are not read`(_ body: String) {
        #expect(sentence(403, body) == nil)
    }

    @Test func `what a host writes into places is not repeated`() {
        let hostile = error("PermanentRedirect", "<Endpoint>https://evil/&lt;b&gt;</Endpoint>")
        #expect(sentence(301, hostile)?.hasSuffix("the bucket is in another region") == true)
        let time = error(
            "AccessDenied", "<Message>expired</Message><Expires>call me</Expires>")
        #expect(sentence(403, time)?.contains("call me") == false)
    }

    @Test func `other errors are none of a store's`() {
        #expect(StorageRefusal.sentence(about: .truncated(host: "h")) == nil)
    }
}
