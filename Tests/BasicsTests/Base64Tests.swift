// Base64: the standard alphabet, padding optional, nothing skipped (RFC 4648).

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
        ("Zm9-", "character 4 is “-” of the URL-safe alphabet; send the standard one"),
        ("_m9v", "character 1 is “_” of the URL-safe alphabet; send the standard one"),
        ("Zm9v\nZm9v123", "character 5 is a line break; send it in one line"),
        // A wrong length is reported last.
        ("Zm9v\nZm9v", "character 5 is a line break; send it in one line"),
        ("Zm9v\n", "character 5 is a line break; send it in one line"),
        ("Zm 9", "character 3 is byte 0x20"),
        ("Zm!v", "character 3 is “!”"),
        ("Z=9v", "character 2 is “=”"),
        ("ZZ\u{e9}", "character 3 is byte 0xC3"),
        (
            "Zm9vY",
            "its length, 5 characters without padding, is not possible; it may be cut short"
        ),
        (
            "Zg=",
            "its length, 2 characters without padding, is not possible; it may be cut short"
        ),
        ("====", "character 1 is “=”"),
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
