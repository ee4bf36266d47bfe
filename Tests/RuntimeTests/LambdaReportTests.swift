import Basics
import Testing

@testable import Runtime

/// Failures as the Runtime API reports them.
@Suite struct LambdaReportTests {
    @Test(arguments: [
        "Function.BadRequest", "Runtime.InitError", "Function.HTTPVersionNotSupported",
        "Function.Ab", "Runtime.AZ",
    ])
    func `a type that the platform takes stays`(type: String) {
        #expect(ErrorReport(type: type, message: "").runtimeType == type)
    }

    @Test(arguments: [
        "", "Function", "Function.", "Function.a", "Function.A", "Function.bad", "Function.Bad1",
        "Function.Bad Request", "function.Bad", "Extension.Bad", "Function.Bad.Request", ".Bad",
        "Function..Bad", "Function.Bäd", "Function.Bad\r\nX: y", "Runtime.[]", "Function.@A",
    ])
    func `any other becomes unknown`(type: String) {
        let report = ErrorReport(type: type, message: "")
        #expect(report.runtimeType == "Runtime.Unknown")
        #expect(
            String(decoding: report.runtimeBody, as: UTF8.self)
                == #"{"errorMessage":"","errorType":"Runtime.Unknown","stackTrace":[]}"#)
    }

    @Test func `a message is escaped`() {
        let report = ErrorReport(
            type: "Function.BadRequest", message: "\"ä\\\u{1F600}\n\u{7F}\u{0}/")
        #expect(
            String(decoding: report.runtimeBody, as: UTF8.self)
                == #"{"errorMessage":"\"ä\\😀\n\u007f\u0000/","#
                + #""errorType":"Function.BadRequest","stackTrace":[]}"#)
    }

    @Test func `a long message is cut between characters`() {
        let report = ErrorReport(
            type: "Runtime.InitError", message: String(repeating: "€", count: 100_000))
        #expect((32_000...33_000).contains(report.runtimeBody.count))
        let text = String(validating: report.runtimeBody, as: UTF8.self)
        #expect(text?.hasSuffix(#"€","errorType":"Runtime.InitError","stackTrace":[]}"#) == true)
    }

    /// The examples of RFC 4648 §10, and all digits.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("\u{0}\u{10}?", "ABA/"), (">>>", "Pj4+"),
    ])
    func `bytes in base64`(text: String, encoded: String) {
        #expect(Base64.text(of: Array(text.utf8).span) == Array(encoded.utf8))
    }

    @Test(arguments: [
        ("8476a536-e9f4-11e8-9739-2dfe598c3fcd", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"), ("100 %", "100%20%25"), ("ä~_.", "%C3%A4~_."),
    ])
    func `a request id is one segment of a path`(id: String, segment: String) {
        #expect(InvocationID(requestID: id, nonce: nil).pathSegment == segment)
    }

    @Test func `each notice has a sentence`() {
        let notices: [LambdaNotice] = [
            .answerTooLate(requestID: "a"), .answerTooLarge(requestID: "a"),
            .answerRefused(requestID: "a", status: 400, detail: "why"),
            .answerUndelivered(requestID: "a", reason: "why"),
            .eventWithoutID(retry: .milliseconds(100)),
            .nextFailed(reason: "why", retry: .milliseconds(100)),
            .loopFailed(reason: "why", remaining: 2), .extensionNotRegistered(reason: "why"),
            .extensionEnded(reason: "why"), .failureNotReported(reason: "why"),
        ]
        for (index, notice) in notices.enumerated() {
            #expect((notice.requestID == "a") == (index < 4))
            #expect(notice.sentence.utf8.count > 30 && !notice.sentence.hasSuffix("."))
        }
        #expect(Set(notices.map(\.sentence)).count == notices.count)
    }
}
