// The lines of a recording: which are accepted, which are refused, and with which error.

import Basics
import Glibc
import Inference
import TestSupport
import Testing

@testable import App

@Suite struct GoldenTests {
    private static let response = #"{"results":[{"label":"a","prob":"0.5"}]}"#

    private func read(_ line: String) throws(UnusableGolden) -> Golden {
        try Golden(line: Array(line.utf8), maxItems: 100)
    }

    private func path(_ golden: Golden) -> String? {
        guard case .file(let path, _) = golden.request else { return nil }
        return path
    }

    @Test func `what is written is read`() throws {
        let response = Array(#"{"uri":"ü \"x\".png","error":"no","code":"Function.A"}"#.utf8)
        let line = Golden.line(
            uri: "ü \"x\".png", topK: 3, sha256: String(repeating: "a", count: 64),
            response: response)
        #expect(line.last == UInt8(ascii: "\n"))
        let golden = try Golden(line: Array(line.dropLast()), maxItems: 100)
        #expect(golden.response == response)
        #expect(golden.isNamed)
        #expect(golden.name == "ü \"x\".png")
        #expect(golden.sha256 == String(repeating: "a", count: 64))
        guard case .file("ü \"x\".png", topK: 3) = golden.request else {
            Issue.record("not a file")
            return
        }
    }

    @Test func `white space and the spelling of strings don't count`() throws {
        let golden = try read(
            """
            \u{FEFF}{ "response" : {"results" : [ {"label": "\\u00e9\\/\\"", "prob":"1e-05" } ] },
              "request":\t{"uri": "caf\\u00e9.png" , "top_k": 1.0} }\r
            """)
        #expect(
            String(decoding: golden.response, as: UTF8.self)
                == #"{"results":[{"label":"é/\"","prob":"1e-05"}]}"#)
        #expect(path(golden) == "café.png")
        #expect(!golden.isNamed)
        #expect(golden.sha256 == nil)
    }

    @Test func `a URI, a list and a malformed request are kept as they are`() throws {
        for request in [
            #"{"uri":"https://a/b?x=1"}"#, #"{"uri":"data:image/png;base64,AA=="}"#,
            #"{"uris":["a.png"],"top_k":2}"#, #"{"instances":[{"b64":"AA=="},{"uri":"x"}]}"#,
            #"{"uri":5}"#, #"{}"#, #"{"uri":"a.png","top_k":0}"#, #"{"uri":"a.png","uris":[]}"#,
        ] {
            let golden = try read(#"{"request": \#(request), "response": \#(Self.response)}"#)
            guard case .json(let json, _) = golden.request else {
                Issue.record("\(request) is a file")
                continue
            }
            #expect(String(decoding: json, as: UTF8.self) == request)
        }
        let name = try read(
            #"{"request":{"uri":"https://a/b?secret"},"response":\#(Self.response)}"#
        ).name
        #expect(name == "https://a/b")
    }

    @Test(arguments: [
        ("", "it can't be read as JSON: it is empty"),
        (#"{"request""#, "it can't be read as JSON: column 11: expected “:” after a key"),
        ("{} {}", "it can't be read as JSON: column 4: expected the end of the text"),
        ("[1]", "it must be an object like {\"request\": …, \"response\": …}"),
        ("{}", "\"request\" is missing"),
        (#"{"request":{"uri":"a"}}"#, "\"response\" is missing"),
        (
            #"{"request":"a","response":{}}"#,
            "\"request\" must be an object like {\"uri\": \"cat.jpg\"}"
        ),
        (#"{"request":{"uri":"a"},"response":7}"#, "\"response\" must be an object, not a number"),
        (
            #"{"request":{"uri":"a"},"response":{}}"#,
            "\"response\" must hold a list of \"results\", or \"error\" and \"code\""
        ),
        (
            #"{"request":{"uri":"a"},"response":{"predictions":1}}"#,
            "\"response.predictions\" must be a list, not a number"
        ),
        (
            #"{"request":{"uri":"a"},"response":{"predictions":[{"error":"x"}]}}"#,
            "\"response.predictions[0]\" must hold a list of \"results\""
        ),
        (
            #"{"request":{"uri":"a"},"response":{"results":[{"label":"a","prob":0.5}]}}"#,
            "\"response.results[0]\" must hold a \"label\", and \"prob\", a number in quotes"
        ),
        (
            #"{"request":{"uri":"a"},"response":{"results":[{"label":"a","prob":"half"}]}}"#,
            "\"response.results[0]\" must hold"
        ),
        (
            #"{"request":{"uri":"a"},"response":{"results":[{"label":0.5,"prob":"0.5"}]}}"#,
            "\"response.results[0].label\" must be a string, or a whole number"
        ),
        (
            #"{"request":{"uri":"a"},"sha256":"abc","response":{"results":[]}}"#,
            "\"sha256\" must be a string of 64 hexadecimal digits"
        ),
        (
            #"{"request":{"uris":["a","b"]},"sha256":"\#(String(repeating: "0", count: 64))","response":{"results":[]}}"#,
            "\"sha256\" is for requests about one picture"
        ),
    ])
    func `the error of a malformed line says what is expected`(line: String, reason: String) {
        let error = #expect(throws: UnusableGolden.self) { try read(line) }
        #expect(error?.reason.hasPrefix(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func `arbitrary bytes never trap`() {
        var generator = SeededGenerator(seed: 7)
        let line = Array(
            #"{"request":{"uri":"a\u00e9"},"sha256":null,"response":\#(Self.response)}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = line
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) {
                bytes.removeSubrange(Int.random(in: bytes.indices, using: &generator)...)
            }
            _ = try? Golden(line: bytes, maxItems: 100)
        }
    }
}

@Suite struct GoldenReaderTests {
    private static func lines(
        of text: String, longestLine: Int = 1 << 20
    ) throws -> [(number: Int, line: GoldenReader.Line)] {
        var template = Array("/tmp/amphora-golden-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        let path = String(
            decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        defer { unsafe unlink(path) }
        let bytes = Array(text.utf8)
        precondition(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let reader = try GoldenReader(path, longestLine: longestLine)
        var lines: [(number: Int, line: GoldenReader.Line)] = []
        while let line = try reader.next() { lines.append(line) }
        #expect(try GoldenReader.count(path, longestLine: longestLine) == lines.count)
        return lines
    }

    @Test func `blank lines are skipped and counted, the last needs no line break`() throws {
        let lines = try Self.lines(of: "\none\n\n \t\r\ntwo\r\nthree")
        #expect(lines.map(\.number) == [2, 5, 6])
        #expect(lines.map(\.line) == ["one", "two\r", "three"].map { .text(Array($0.utf8)) })
        #expect(try Self.lines(of: "").isEmpty)
        #expect(try Self.lines(of: "\n\n \n").isEmpty)
    }

    @Test func `lines of every length across pieces are whole`() throws {
        let texts = (0..<40).map { String(repeating: "x", count: $0 * 17_000) + "end" }
        let lines = try Self.lines(of: texts.joined(separator: "\n") + "\n")
        #expect(lines.map(\.line) == texts.map { .text(Array($0.utf8)) })
        #expect(lines.map(\.number) == Array(1...40))
    }

    @Test(arguments: [1000, 300_000, 3_000_000])
    func `a line that is too long is skipped`(length: Int) throws {
        let long = String(repeating: "y", count: length)
        for text in ["one\n\(long)\ntwo\n\(long)", "one\n\(long)\ntwo\n\(long)\n"] {
            let lines = try Self.lines(of: text, longestLine: 999)
            #expect(lines.map(\.number) == [1, 2, 3, 4])
            #expect(
                lines.map(\.line)
                    == [.text(Array("one".utf8)), .tooLong, .text(Array("two".utf8)), .tooLong])
        }
    }

    @Test func `anything but a file is refused`() {
        for path in ["/nonexistent/x", "/tmp", "/dev/null"] {
            #expect(throws: InputError.self) { try GoldenReader(path, longestLine: 1) }
        }
    }
}
