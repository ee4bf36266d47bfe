// The bytes that are sent: JSON, answers of docs/http.md#classify, errors of docs/http.md#errors.

import Basics
import FoundationEssentials
import HTTP
import Inference
import Runtime
import Testing

@testable import Serving

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func `keys stay in order, commas stand between`() {
        let text = text { json in
            json.object { json in
                json.field("z", "1")
                json.field("a", 2)
                json.field("m", raw: "3.5")
                json.key("list")
                json.array([1, 2]) { json, number in json.object { $0.field("n", number) } }
                json.key("empty")
                json.array([Int]()) { _, _ in }
                json.key("object")
                json.object { _ in }
                json.key("strings")
                json.array(["x", "y"]) { $0.element($1) }
            }
        }
        #expect(
            text == #"{"z":"1","a":2,"m":3.5,"list":[{"n":1},{"n":2}],"empty":[],"object":{},"#
                + #""strings":["x","y"]}"#)
    }

    @Test func `strings are escaped where they must be and nowhere else`() {
        let text = text { $0.element("\"\\/\n\r\t\u{0}\u{8}\u{1F}\u{7F}é😀\u{2028}\u{2029}") }
        #expect(
            text == #""\"\\/\n\r\t\u0000\u0008\u001f\u007fé😀"# + "\u{2028}\u{2029}\"")
    }

    @Test func `every character survives another parser`() throws {
        for start in stride(from: 0, to: 0x11_0000, by: 0x400) {
            let scalars = (start..<start + 0x400).compactMap(Unicode.Scalar.init)
            let original = String(String.UnicodeScalarView(scalars))
            let json = Data(text { $0.array([original]) { $0.element($1) } }.utf8)
            #expect(try JSONDecoder().decode([String].self, from: json) == [original])
        }
    }
}

@Suite struct AnswerTests {
    private let named = Prediction(index: 3, label: .name("tabby, \"cat\""), probability: 0.5098194)
    private let numbered = Prediction(index: 281, label: .index(281), probability: 1e-5)

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `a result repeats its URI`() {
        let item = Item(source: .uri("https://a/b.jpg"))
        #expect(
            text(Answer.result(of: item, [named, numbered]))
                == #"{"uri":"https://a/b.jpg","results":[{"label":"tabby, \"cat\"","prob":"0.5098194"},"#
                + #"{"label":281,"prob":"1e-05"}]}"#)
    }

    @Test func `a result of bytes has no URI`() {
        #expect(
            text(Answer.result(of: Item(source: .bytes([])), [numbered]))
                == #"{"results":[{"label":281,"prob":"1e-05"}]}"#)
    }

    @Test func `a failure stands where its result would`() {
        let item = Item(source: .uri("data:image/png;base64,AAAA"))
        #expect(
            text(Answer.failure(of: item, Failure(.pictureUndecodable, "no image")))
                == #"{"uri":"data:image/png;base64","error":"no image","#
                + #""code":"Function.ImageUndecodable"}"#)
    }

    @Test func `predictions are joined`() {
        #expect(text(Answer.predictions([])) == #"{"predictions":[]}"#)
        #expect(
            text(Answer.predictions([Array("1".utf8), Array("{}".utf8)]))
                == #"{"predictions":[1,{}]}"#)
    }
}

@Suite struct FailureTests {
    @Test(arguments: [
        (Failure.Code.badRequest, 400), (.uriForbidden, 403), (.notFound, 404),
        (.methodNotAllowed, 405), (.notAcceptable, 406), (.requestTimeout, 408),
        (.payloadTooLarge, 413), (.pictureTooLarge, 413), (.uriTooLong, 414),
        (.unsupportedMediaType, 415), (.expectationFailed, 417), (.pictureUndecodable, 422),
        (.fetchFailed, 424), (.fetchTimedOut, 424), (.headersTooLarge, 431), (.internal, 500),
        (.notImplemented, 501), (.overloaded, 503), (.unavailable, 503), (.timeout, 504),
        (.versionNotSupported, 505),
    ])
    func `each code has its status`(_ code: Failure.Code, _ status: Int) {
        #expect(code.status.code == status)
    }

    @Test func `the codes are those of the contract`() {
        #expect(
            Set(Failure.Code.allCases.map(\.rawValue)) == [
                "Function.BadRequest", "Function.UriForbidden", "Function.NotFound",
                "Function.MethodNotAllowed", "Function.NotAcceptable", "Function.RequestTimeout",
                "Function.PayloadTooLarge", "Function.ImageTooLarge", "Function.UriTooLong",
                "Function.UnsupportedMediaType", "Function.ExpectationFailed",
                "Function.ImageUndecodable", "Function.NonFinite", "Function.FetchFailed",
                "Function.FetchTimedOut",
                "Function.HeadersTooLarge", "Function.NotImplemented",
                "Function.HTTPVersionNotSupported", "Function.Overloaded", "Function.Unavailable",
                "Function.Timeout", "Function.ResponseSizeTooLarge", "Runtime.Internal",
            ])
    }

    @Test func `an error over HTTP is short JSON`() {
        let response = Failure(.badRequest, "say \"uri\"").response
        #expect(response.head.status == .badRequest)
        #expect(response.head.fields.isEmpty)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"error":"say \"uri\"","code":"Function.BadRequest"}"#)
    }

    @Test(arguments: Failure.Code.allCases)
    func `Retry-After comes with 503 and only there`(_ code: Failure.Code) {
        let names = Failure(code, "x").response.head.fields.map { "\($0.name)" }
        #expect(names == (code.status.code == 503 ? ["Retry-After"] : []))
    }

    @Test func `a wrong method is answered with the allowed ones`() {
        let fields = Failure(.methodNotAllowed, "x", allow: "POST").response.head.fields
        #expect(fields.map { "\($0.name): \($0.value)" } == ["Allow: POST"])
    }

    @Test(arguments: [
        (
            ConnectionFailure.headTimedOut, Failure.Code.requestTimeout,
            "the head of the request did not arrive within 10 s"
        ),
        (.bodyTimedOut, .requestTimeout, "no byte of the body arrived for 30 s"),
        (
            .bodyTooLarge(limit: 7), .payloadTooLarge,
            "the body is larger than the 7 bytes that are allowed"
        ),
        (
            .outOfBufferSpace, .overloaded,
            "too many bytes are arriving at once; try again in a moment"
        ),
        (.malformed(.missingHost), .badRequest, ProtocolError.missingHost.sentence),
        (.malformed(.targetTooLong), .uriTooLong, ProtocolError.targetTooLong.sentence),
        (.malformed(.headTooLarge), .headersTooLarge, ProtocolError.headTooLarge.sentence),
        (.malformed(.tooManyFields), .headersTooLarge, ProtocolError.tooManyFields.sentence),
        (
            .malformed(.unsupportedTransferCoding), .notImplemented,
            ProtocolError.unsupportedTransferCoding.sentence
        ),
        (
            .malformed(.unsupportedVersion), .versionNotSupported,
            ProtocolError.unsupportedVersion.sentence
        ),
    ])
    func `connections answer by the same table`(
        _ failure: ConnectionFailure, _ code: Failure.Code, _ sentence: String
    ) {
        #expect(Failure(failure, limits: Limits()) == Failure(code, sentence))
    }

    @Test(arguments: ProtocolError.allCases)
    func `the status of malformed HTTP stays what HTTP says`(_ error: ProtocolError) {
        #expect(Failure(.malformed(error), limits: Limits()).code.status == error.status)
    }

    @Test func `pictures`() {
        #expect(Failure(PictureError.undecodable("no")) == Failure(.pictureUndecodable, "no"))
        let tooLarge = PictureError.tooLarge(width: 9, height: 9, limit: 5)
        #expect(Failure(tooLarge) == Failure(.pictureTooLarge, tooLarge.sentence))
    }

    @Test(arguments: [
        (TransferError.badURL(reason: "r"), Failure.Code.badRequest),
        (.badHeader(name: "n"), .internal),
        (.unsupportedScheme("ftp", isRedirect: false), .badRequest),
        (.unsupportedScheme("ftp", isRedirect: true), .fetchFailed),
        (.unsupportedScheme("file", isRedirect: true), .uriForbidden),
        (.forbidden(host: "h", address: "127.0.0.1"), .uriForbidden),
        (.unreachable(host: "h", reason: "r"), .fetchFailed),
        (.insecure(host: "h", reason: "r"), .fetchFailed),
        (.status(host: "h", 404), .fetchFailed),
        (.malformedResponse(host: "h", reason: "r"), .fetchFailed),
        (.truncated(host: "h"), .fetchFailed),
        (.tooLarge(host: "h", limit: 5), .fetchFailed),
        (.headTooLarge(host: "h", limit: 5), .fetchFailed),
        (.tooManyRedirects(host: "h", limit: 3), .fetchFailed),
        (.timedOut(host: "h", phase: .waiting, after: .seconds(1)), .fetchTimedOut),
        (.timedOut(host: "h", phase: .body, after: .seconds(1)), .fetchTimedOut),
        (.poolClosed, .unavailable),
        (.internal(reason: "r"), .internal),
    ])
    func `fetches`(_ error: TransferError, _ code: Failure.Code) {
        #expect(Failure(error) == Failure(code, error.sentence))
    }

    @Test(arguments: [
        (Duration.seconds(10), "10 s"), (.milliseconds(1500), "1.5 s"),
        (.milliseconds(50), "50 ms"),
        (.milliseconds(1025), "1.025 s"), (.zero, "0 ms"),
    ])
    func `durations for people`(_ duration: Duration, _ text: String) {
        #expect(duration.text == text)
    }
}
