// Content-Type and Accept (RFC 9110 §8.3, §12.5.1).

import Testing

@testable import Serving

@Suite struct MediaTypeTests {
    @Test(arguments: [
        ("application/json", BodyKind.json), ("Application/JSON; charset=utf-8", .json),
        (" application/json ", .json), ("application/jsonlines", .jsonLines),
        ("application/jsonl", .jsonLines), ("application/x-jsonlines", .jsonLines),
        ("application/json-lines", .jsonLines), ("application/x-ndjson;a=b", .jsonLines),
        ("application/ndjson", .jsonLines), ("image/jpeg", .picture), ("IMAGE/WebP", .picture),
        ("application/x-image", .picture), ("application/octet-stream", .picture),
        ("application/x-www-form-urlencoded", .unstated), ("", .unstated), (";q=1", .unstated),
    ])
    func `a Content-Type names the kind of a body`(_ field: String, _ kind: BodyKind) {
        #expect(BodyKind(contentType: field) == kind)
    }

    @Test func `no Content-Type leaves it open`() {
        #expect(BodyKind(contentType: nil) == .unstated)
    }

    @Test(arguments: [
        "text/tab-separated-values", "text/plain", "application/jsonx", "application/xml", "json",
        "image",
    ])
    func `other types are not served`(_ field: String) {
        #expect(BodyKind(contentType: field) == nil)
    }

    @Test(arguments: [
        ("{", BodyKind.json), (" \t\r\n[", .json), ("{}", .json), ("\"a\"", .picture),
        ("", .picture),
        ("\u{89}PNG", .picture), ("   ", .picture),
    ])
    func `without a Content-Type the first byte decides`(_ body: String, _ kind: BodyKind) {
        #expect(BodyKind.sniffed(Array(body.utf8)) == kind)
    }

    @Test(arguments: [
        "", " ", ",", "*/*", "application/json", "APPLICATION/Json", "application/*",
        "text/html, application/xhtml+xml, */*;q=0.8", "application/json;q=0.001",
        "application/json; charset=utf-8; q=1", "text/html;q=0, application/json",
        "text/*;q=0, */*", "application/json;q=x", "application/json , text/csv",
        "*/*;q=0, application/json", "application/*;q=0, application/json;q=0.1",
    ])
    func `JSON is taken`(_ accept: String) { #expect(accepts(accept, anyOf: ["application/json"])) }

    @Test(arguments: [
        "text/html", "image/*", "application/json;q=0", "application/json; q=0.000", "*/*;q=0",
        "application/json;q=0, */*", "application/*;q=0, */*;q=1", "text/csv, application/xml",
        "json", "application/jsonlines",
    ])
    func `JSON is not taken`(_ accept: String) {
        #expect(!accepts(accept, anyOf: ["application/json"]))
    }

    @Test func `an alias of JSON lines takes JSON lines`() throws {
        try BodyKind.jsonLines.requireAccepted(by: "application/x-ndjson")
        try BodyKind.jsonLines.requireAccepted(by: nil)
        #expect(
            throws: Failure(
                .notAcceptable,
                "the answer is application/jsonlines, which is not among the accepted types, “application/json”"
            )
        ) { try BodyKind.jsonLines.requireAccepted(by: "application/json") }
    }
}
