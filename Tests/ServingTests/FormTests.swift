// The forms of a JSON request, and each sentence that refuses one.

import Testing

@testable import Serving

@Suite struct FormTests {
    private func form(
        _ json: String, from frame: Form.Frame = .body, maxItems: Int = 3
    ) throws(Failure) -> Form {
        try Form(json: Array(json.utf8), from: frame, maxItems: maxItems)
    }

    private func complaint(_ json: String, from frame: Form.Frame = .body) -> String? {
        do throws(Failure) {
            _ = try form(json, from: frame)
            return nil
        } catch {
            #expect(error.code == .badRequest)
            return error.sentence
        }
    }

    @Test func `one URI`() throws {
        let form = try form(#"{"uri": "https://a/b.jpg", "client": {"is": ["free"]}}"#)
        #expect(form.shape == .one(Item(source: .uri("https://a/b.jpg"))))
        #expect(form.topK == nil)
    }

    @Test func `many URIs`() throws {
        let form = try form(#"{"uris": ["a", "b"], "top_k": 3}"#)
        #expect(form.shape == .many([Item(source: .uri("a")), Item(source: .uri("b"))]))
        #expect(form.topK == 3)
    }

    @Test func `instances`() throws {
        let form = try form(#"{"instances": [{"uri": "a", "id": 7}, {"b64": "QQ"}]}"#)
        #expect(form.shape == .many([Item(source: .uri("a")), Item(source: .base64("QQ"))]))
    }

    @Test func `a line may be a string alone, a body may not`() throws {
        #expect(
            try form(#""https://a""#, from: .line).shape == .one(Item(source: .uri("https://a"))))
        #expect(
            complaint(#""https://a""#)
                == #"the body must be a JSON object like {"uri": "https://…"}, not a string"#)
        #expect(
            complaint("[1]", from: .line)
                == #"the line must be a JSON object like {"uri": "https://…"} or a URI in quotes, not a list"#
        )
        #expect(complaint(#""""#, from: .line) == #""line" is empty"#)
    }

    @Test(arguments: [
        ("[]", #"the body must be a JSON object like {"uri": "https://…"}, not a list"#),
        ("null", #"the body must be a JSON object like {"uri": "https://…"}, not null"#),
        ("5", #"the body must be a JSON object like {"uri": "https://…"}, not a number"#),
        ("", "the body can't be read as JSON: it is empty"),
        (
            #"{"uri":}"#,
            "the body can't be read as JSON: line 1, column 8: expected a value, found “}”"
        ),
        ("{}", #""uri" is missing: the body must hold one of "uri", "uris" and "instances""#),
        (
            #"{"URI": "a"}"#,
            #""uri" is missing: the body must hold one of "uri", "uris" and "instances""#
        ),
        (
            #"{"uri": "a", "uris": ["b"]}"#,
            #"the body must hold only one of "uri", "uris" and "instances", not "uri" and "uris""#
        ),
        (
            #"{"instances": [], "uri": "a", "uris": 1}"#,
            #"the body must hold only one of "uri", "uris" and "instances", not "uri" and "uris" and "instances""#
        ),
        (#"{"uri": 5}"#, #""uri" must be a string, not a number"#),
        (#"{"uri": null}"#, #""uri" must be a string, not null"#),
        (#"{"uri": ""}"#, #""uri" is empty"#),
        (#"{"uris": "a"}"#, #""uris" must be a list, not a string"#),
        (#"{"uris": []}"#, #""uris" is empty: it must name at least one picture"#),
        (#"{"instances": []}"#, #""instances" is empty: it must name at least one picture"#),
        (#"{"instances": {"uri": "a"}}"#, #""instances" must be a list, not an object"#),
        (
            #"{"uris": ["1", "2", "3", "4"]}"#,
            #""uris" names 4 pictures; at most 3 are allowed: send application/jsonlines for more"#
        ),
    ])
    func `the error for a wrong form says what is expected`(_ json: String, _ sentence: String) {
        #expect(complaint(json) == sentence)
    }

    @Test(arguments: [
        (#"{"uris": ["ok", 5]}"#, #""uris[1]" must be a string, not a number"#),
        (#"{"uris": ["ok", ""]}"#, #""uris[1]" is empty"#),
        (
            #"{"instances": [{"uri": "ok"}, "x"]}"#,
            #""instances[1]" must be {"uri": …} or {"b64": …}, not a string"#
        ),
        (#"{"instances": [{"uri": "ok"}, {}]}"#, #""instances[1]" must hold "uri" or "b64""#),
        (
            #"{"instances": [{"uri": "ok"}, {"uri": "a", "b64": "b"}]}"#,
            #""instances[1]" must hold "uri" or "b64", not both"#
        ),
        (
            #"{"instances": [{"uri": "ok"}, {"uri": 1}]}"#,
            #""instances[1].uri" must be a string, not a number"#
        ),
        (
            #"{"instances": [{"uri": "ok"}, {"b64": [1]}]}"#,
            #""instances[1].b64" must be a string of base64, not a list"#
        ),
    ])
    func `a wrong element fails alone`(_ json: String, _ sentence: String) throws {
        guard case .many(let items) = try form(json).shape else {
            Issue.record("not a list")
            return
        }
        #expect(items.count == 2)
        #expect(items[0].source == .uri("ok"))
        #expect(items[1].source == .unusable(Failure(.badRequest, sentence)))
        #expect(items[1].echo == nil)
    }

    @Test(arguments: [("1", 1), ("5", 5), ("1000", 1000), ("5.0", 5), ("1e2", 100), ("-0", nil)])
    func `top_k is a whole number however it is written`(_ text: String, _ expected: Int?) throws {
        let json = #"{"uri": "a", "top_k": \#(text)}"#
        guard let expected else {
            #expect(complaint(json) != nil)
            return
        }
        #expect(try form(json).topK == expected)
    }

    @Test(arguments: [
        ("0", "0"), ("1001", "1001"), ("-1", "-1"), ("2.5", "2.5"), ("1e300", "1e+300"),
        ("1e999", "inf"), ("true", "true"), ("null", "null"), (#""5""#, #""5""#),
        ("[5]", "a list of 1"), ("{}", "an object of 0"),
    ])
    func `top_k out of range or of another kind is refused`(_ text: String, _ shown: String) {
        #expect(
            complaint(#"{"uri": "a", "top_k": \#(text)}"#)
                == #""top_k" must be a whole number from 1 to 1000, not \#(shown)"#)
    }

    @Test(arguments: [
        ("top_k=7", 7), ("a=b&top_k=1000", 1000), ("top_k=+5", 5), ("topk=3", nil), ("", nil),
    ])
    func `top_k in a query`(_ query: String, _ expected: Int?) throws {
        #expect(try RequestProperties.topK(query) == expected)
    }

    @Test(arguments: ["", "0", "1001", "five", "5.0", "0x5", "nan", "5%30", " 5"])
    func `top_k in a query must be plain digits`(_ text: String) {
        #expect(throws: Failure.self) { try RequestProperties.topK("top_k=\(text)") }
    }

    @Test func `ten thousand items are read, one more is refused`() throws {
        func body(_ count: Int) -> String {
            #"{"uris": ["# + Array(repeating: #""x""#, count: count).joined(separator: ",") + "]}"
        }
        guard case .many(let items) = try form(body(10_000), maxItems: 10_000).shape else {
            Issue.record("not a list")
            return
        }
        #expect(items.count == 10_000)
        #expect(throws: Failure.self) { try form(body(10_001), maxItems: 10_000) }
    }
}
