// Base64 as people send it: both alphabets, padding optional, wrapped or not (RFC 4648).

import FoundationEssentials
import Testing

@testable import Basics

@Suite struct Base64Tests {
    private func decode(_ text: String) throws(InputError) -> [UInt8] {
        try Base64.bytes(of: Array(text.utf8).span, at: "\"b64\"")
    }

    private func complaint(_ text: String) -> String? {
        do throws(InputError) {
            _ = try decode(text)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(arguments: [
        ("", ""), ("Zg==", "f"), ("Zg", "f"), ("Zm8=", "fo"), ("Zm8", "fo"), ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"), ("Zm9vYmE", "fooba"), ("Zm9vYmFy", "foobar"),
    ])
    func `the vectors of RFC 4648 decode, with padding and without`(_ text: String, _ bytes: String)
        throws
    {
        #expect(try decode(text) == Array(bytes.utf8))
    }

    @Test func `all bytes survive the library's encoding`() throws {
        for count in 0..<70 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count &* 11) }
            let text = Data(bytes).base64EncodedString()
            #expect(try decode(text) == bytes)
            #expect(try decode(text.filter { $0 != "=" }) == bytes)
        }
        #expect(try decode("/+/+") == [0xFF, 0xEF, 0xFE])
    }

    @Test(arguments: [
        "Zm9vYmFy\n", "Zm9vYmFy \r\n\t", " \n Zm9vYmFy", "Zm9v\nYmFy", "Zm9v\r\nYmFy\r\n",
        "Zm\n9vY\nmFy", "Zm9vYm\n  Fy", "Z\nm\n9\nv\nY\nm\nF\ny\n",
    ])
    func `white space at both ends and line ends within are skipped`(_ text: String) throws {
        #expect(try decode(text) == Array("foobar".utf8))
    }

    @Test(arguments: ["Zg==\n", "Zg\n==", "Zg=", "Zg\n", "Zg=\n=\n", "Zg===="])
    func `padding may be missing, wrapped or too long`(_ text: String) throws {
        #expect(try decode(text) == Array("f".utf8))
    }

    @Test func `the URL-safe alphabet decodes, too`() throws {
        #expect(try decode("_-_-") == [0xFF, 0xEF, 0xFE])
        #expect(try decode("_-/+_w") == [0xFF, 0xEF, 0xFE, 0xFF])
    }

    @Test func `lines of any length give the same bytes as one line`() throws {
        let bytes = (0..<500).map { UInt8(truncatingIfNeeded: $0 &* 151) }
        let line = Base64.text(of: bytes.span)
        for length in [1, 2, 3, 4, 5, 64, 76] {
            var wrapped: [UInt8] = []
            for (index, digit) in line.enumerated() {
                wrapped.append(digit)
                if (index + 1) % length == 0 { wrapped += [0x0D, 0x0A] }
            }
            #expect(try Base64.bytes(of: wrapped.span, at: "x") == bytes)
            let isText = Base64.isText(wrapped.span)
            #expect(isText)
        }
    }

    @Test(arguments: [
        (
            "Zm 9v",
            "character 3 is white space; it may have been a “+” before a form or a URL was decoded"
        ),
        ("Zm9v\nZm!v", "character 8 is “!”"),
        ("Zm!v", "character 3 is “!”"),
        ("Z=9v", "character 2 is “=”, which only ends a text"),
        ("Zg==Zg==", "character 3 is “=”, which only ends a text"),
        ("ZZ\u{e9}", "character 3 is U+E9"),
        ("Zm9v\u{fffd}", "character 5 is U+FFFD"),
        ("Zm9\u{0}", "character 4 is byte 0x0"),
        (
            "Zm9vY",
            "its length, 5 characters without padding, is not possible; it may be cut short"
        ),
        ("====", "character 1 is “=”"),
        ("\"Zm9v\"", "character 1 is “\"”"),
        ("Zm9v\\n", "character 5 is “\\”; an escape may have been escaped twice"),
        (
            "b'Zm9v'",
            "character 2 is “'”: this is Python's notation of bytes; send base64.b64encode(…).decode()"
        ),
    ])
    func `what is wrong is named`(_ text: String, _ clause: String) throws {
        let sentence = try #require(complaint(text))
        #expect(sentence.hasPrefix("\"b64\" does not hold valid base64: "))
        #expect(sentence.hasSuffix(clause), "\(sentence)")
    }
}

@Suite struct Base64WritingTests {
    @Test func `encoding equals the library's, and decodes again`() throws {
        for count in 0..<100 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
            let text = Base64.text(of: bytes.span)
            #expect(String(decoding: text, as: UTF8.self) == Data(bytes).base64EncodedString())
            #expect(try Base64.bytes(of: text.span, at: "x") == bytes)
        }
    }

    @Test func `a text may begin behind a prefix, and positions count from its beginning`() {
        let text = Array("data:;base64,Zm9v!".utf8)
        #expect(throws: InputError("x does not hold valid base64: character 18 is “!”")) {
            try Base64.bytes(of: text.span, from: 13, at: "x")
        }
        #expect(throws: InputError("x does not hold valid base64: character 20 is “!”")) {
            try Base64.bytes(of: text.span, from: 13, at: "x", position: { $0 + 2 })
        }
    }

    @Test func `a wrong character is found wherever it stands`() {
        for count in [2, 3, 4, 6, 7, 8, 12] {
            for index in 0..<count {
                var text = [UInt8](repeating: UInt8(ascii: "A"), count: count)
                text[index] = UInt8(ascii: "!")
                let sentence =
                    "x does not hold valid base64: character \(index + 1) is “!”"
                #expect(throws: InputError(sentence)) {
                    try Base64.bytes(of: text.span, at: "x")
                }
            }
        }
    }
}
