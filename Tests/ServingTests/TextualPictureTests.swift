// Text in place of a picture, and what is said about it.

import Basics
import Testing

@testable import Serving

@Suite struct TextualPictureTests {
    private static let png: [UInt8] =
        [0x89] + Array("PNG\r\n\u{1A}\n".utf8) + (0..<200).map { UInt8($0) }
    private static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + (0..<200).map { UInt8($0) }

    private func sentence(_ bytes: [UInt8], _ source: PictureSource? = nil) -> String {
        TextualPicture.sentence(about: bytes, from: source ?? .bytes(bytes)) ?? ""
    }

    private func base64(_ bytes: [UInt8]) -> [UInt8] { Base64.text(of: bytes.span) }

    @Test func `base64 is named, in every dress`() {
        let text = base64(Self.png)
        for dressed in [text, text + [0x0A], [0x20] + text, [0x22] + text + [0x22]] {
            let sentence = sentence(dressed)
            #expect(sentence.hasPrefix("the picture came as base64 text: send its bytes, or the"))
            #expect(sentence.contains("image/* or */*"))
        }
        #expect(sentence(text, .base64("")).hasSuffix("encoded twice; encode its bytes once"))
        #expect(sentence(Array("data:image/png;base64,AAAA".utf8)).contains("a data: URI"))
        #expect(sentence(Array("b'iVBORw0KGgo='".utf8)).contains("Python"))
        #expect(sentence(Array(#"b'\x89PNG\r\n'"#.utf8)).contains("Python"))
    }

    @Test func `short words are not taken for base64, short pictures are`() {
        #expect(sentence(Array("helloworld".utf8)) == "")
        #expect(sentence(base64(Array(Self.png.prefix(12)))).contains("base64"))
    }

    @Test(arguments: [TextualPictureTests.png, jpeg])
    func `bytes that were replaced on the way are recognised`(_ picture: [UInt8]) {
        let text = String(decoding: picture, as: UTF8.self)
        #expect(text.contains("\u{FFFD}"))
        let sentence = sentence(Array(text.utf8))
        #expect(sentence.contains("replaced by U+FFFD") && sentence.contains("image/* or */*"))
        let latin = String(String.UnicodeScalarView(picture.map { Unicode.Scalar($0) }))
        #expect(self.sentence(Array(latin.utf8)).contains("was written as two"))
        let marks = picture.map { $0 < 128 ? $0 : UInt8(ascii: "?") }
        #expect(self.sentence(marks).contains("question marks"))
    }

    @Test func `formats that survive the replacement are refused before they are decoded`() {
        let gif = Array("GIF89a".utf8) + (100..<200).map { UInt8($0) }
        let mangled = Array(String(decoding: gif, as: UTF8.self).utf8)
        #expect(TextualPicture.refusal(of: mangled, from: .bytes(mangled)) != nil)
        #expect(TextualPicture.refusal(of: gif, from: .bytes(gif)) == nil)
        let ascii = Array("GIF89a....".utf8)
        #expect(TextualPicture.refusal(of: ascii, from: .bytes(ascii)) == nil)
    }

    @Test func `a PNG without its line ends, and JSON, are named`() {
        let stripped = Self.png.filter { $0 != 0x0A && $0 != 0x0D }
        #expect(sentence(stripped).contains("--data-binary"))
        #expect(sentence(Array(#" {"uri": "https://a"}"#.utf8)).contains("the body is JSON"))
        #expect(sentence(Array("{not JSON".utf8)) == "")
    }

    @Test func `bytes that are a damaged picture are not text`() {
        #expect(sentence(Self.png) == "" && sentence(Self.jpeg) == "" && sentence([]) == "")
    }

    // MARK: In requests

    private func bytes(_ text: String) throws(Failure) -> [UInt8] {
        try PictureURI.bytes(ofBase64: text)
    }

    private func complaint(_ text: String) -> String? {
        do throws(Failure) {
            _ = try bytes(text)
            return nil
        } catch {
            return error.code == .badRequest ? error.sentence : nil
        }
    }

    @Test(arguments: [
        "Zm9v", "Zm9v\n", "data:image/png;base64,Zm9v", "DATA:;BASE64,Zm9v\r\n",
        " data:image/png;charset=x;base64 ,Zm9v", "data:,foo", "data:;base64,Zm9%76",
    ])
    func `b64 may be a data URI`(_ text: String) throws {
        #expect(try bytes(text) == Array("foo".utf8))
    }

    @Test(arguments: [
        ("data:;base64,Zm9v!", "character 18 is “!”"),
        ("data:;base64,Zm9%76!", "character 20 is “!”"),
        ("data:;base64,%5Am%21", "character 18 is “!”"),
        ("Zm9v!", "character 5 is “!”"),
    ])
    func `positions count in the text as it was sent`(_ text: String, _ clause: String) {
        #expect(complaint(text) == "\"b64\" does not hold valid base64: \(clause)")
    }

    @Test func `a data URI without a comma is named`() {
        #expect(complaint("data:Zm9v")?.hasPrefix("\"b64\" has no comma") == true)
    }

    @Test func `bare base64 in place of a URI is named`() {
        #expect(throws: Failure.self) {
            try PictureURI(String(decoding: base64(Self.jpeg), as: UTF8.self))
        }
        do throws(Failure) {
            _ = try PictureURI(String(decoding: base64(Self.jpeg), as: UTF8.self))
        } catch {
            #expect(error.sentence.hasPrefix("the URI is bare base64 text"))
        }
    }
}
