// The accepted URIs, the bytes inside `data:`, and how answers quote a URI.

import Testing

@testable import Serving

@Suite struct ImageURITests {
    private func failure(_ uri: String) -> Failure? {
        do throws(Failure) {
            _ = try PictureURI(uri)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["http://a", "https://a/b?c#d", "HTTPS://A", "http:no-slashes"])
    func `http and https are fetched as they are written`(_ uri: String) throws {
        #expect(try PictureURI(uri) == .remote(uri))
    }

    @Test(arguments: ["data:,x", "DATA:image/png;base64,AA==", "data:"])
    func `data URIs need no fetch`(_ uri: String) throws {
        #expect(try PictureURI(uri) == .inline(uri))
    }

    @Test(arguments: [
        ("ftp://a/b.png", "the URI's scheme “ftp” is not supported; http, https, s3 and data are"),
        ("x-y+z.1:a", "the URI's scheme “x-y+z.1” is not supported; http, https, s3 and data are"),
        (
            "photo.jpg",
            "“photo.jpg” is not an absolute URI; it must begin with https://, http://, s3:// or data:"
        ),
        ("", "“” is not an absolute URI; it must begin with https://, http://, s3:// or data:"),
        (
            " https://a",
            "“ https://a” is not an absolute URI; it must begin with https://, http://, s3:// or data:"
        ),
        (
            "//a/b",
            "“//a/b” is not an absolute URI; it must begin with https://, http://, s3:// or data:"
        ),
        (
            "1http://a",
            "“1http://a” is not an absolute URI; it must begin with https://, http://, s3:// or data:"
        ),
        (
            "ſttp://a",
            "“ſttp://a” is not an absolute URI; it must begin with https://, http://, s3:// or data:"
        ),
    ])
    func `other URIs are refused`(_ uri: String, _ sentence: String) {
        #expect(failure(uri) == Failure(.badRequest, sentence))
    }

    @Test(arguments: ["file:///etc/passwd", "FILE:/etc/passwd", "file:relative"])
    func `files are forbidden`(_ uri: String) {
        #expect(failure(uri)?.code == .uriForbidden)
    }

    @Test func `a URI to fetch has a maximum length`() throws {
        let longest = "https://a/" + String(repeating: "b", count: 8182)
        #expect(try PictureURI(longest) == .remote(longest))
        #expect(
            failure(longest + "b")
                == Failure(.badRequest, "the URI is 8193 bytes long; at most 8192 are fetched"))
    }

    @Test(arguments: [
        ("data:,a%20b%2Fc", "a b/c"), ("data:text/plain,100%", "100%"), ("data:,%4", "%4"),
        ("data:,%zz%+5%41", "%zz%+5A"), ("data:image/png;base64,Zm9v", "foo"),
        ("DATA:;BASE64,Zm8", "fo"), ("data:image/png;base64,Zm%39v", "foo"),
        ("data:;charset=x;base64,Zg%3D%3D", "f"), ("data:base64,Zg", "Zg"), ("data:,", ""),
    ])
    func `the bytes of a data URI`(_ uri: String, _ expected: String) throws {
        #expect(try PictureURI.bytes(ofData: uri) == Array(expected.utf8))
    }

    @Test func `a data URI without a comma, or with bad base64, is refused`() {
        #expect(
            throws: Failure(
                .badRequest, "the data: URI has no comma; it must read data:image/png;base64,…")
        ) { try PictureURI.bytes(ofData: "data:image/png;base64") }
        #expect(throws: Failure.self) { try PictureURI.bytes(ofData: "data:;base64,a*b_") }
    }

    @Test(arguments: [
        ("https://a/b?secret=1", "https://a/b?secret=1"), ("photo.jpg", "photo.jpg"),
        ("data:image/png;base64,AAAA", "data:image/png;base64"), ("Data:,x", "Data:"),
        ("data:no-comma-at-all", "data:"), ("database:,x", "database:,x"),
    ])
    func `answers repeat a URI, but of data the media type only`(_ uri: String, _ echo: String) {
        #expect(Item(source: .uri(uri)).echo == echo)
    }

    @Test func `pictures sent as bytes have no URI to repeat`() {
        #expect(Item(source: .bytes([1])).echo == nil)
        #expect(Item(source: .base64("QQ")).echo == nil)
    }
}
