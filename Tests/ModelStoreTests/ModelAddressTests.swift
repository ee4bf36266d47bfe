// Addresses of models: what is fetched, under which name, and the errors for bad addresses.

import Basics
import Runtime
import Testing

@testable import ModelStore

@Suite struct ModelAddressTests {
    private func refusal(_ text: String) -> String? {
        do throws(InputError) {
            _ = try ModelAddress(text)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `addresses and names are told apart`() {
        #expect(ModelAddress.isAddress("https://host/m.onnx"))
        #expect(!ModelAddress.isAddress("resnet18"))
    }

    @Test(arguments: [
        ("https://host/a/m.tar.gz", ModelAddress.Content.archive),
        ("HTTPS://host/M.TGZ", .archive),
        ("https://host/m.tar.gz?X-Amz-Signature=abc#part", .archive),
        ("https://host/net.onnx?download=true", .network(name: "net.onnx")),
        ("https://host/a%20b.onnx", .network(name: "model.onnx")),
        ("https://host/.onnx", .network(name: "model.onnx")),
        ("https://host/NET.ONNX", .network(name: "model.onnx")),
        ("s3://bucket/models/net 1.tar.gz", .archive),
        ("s3://bucket/net.onnx?versionId=v1", .network(name: "net.onnx")),
    ])
    func `the end of the path says what is fetched`(
        _ text: String, _ content: ModelAddress.Content
    ) throws {
        #expect(try ModelAddress(text).content == content)
    }

    @Test(arguments: [
        ("http://host/m.onnx", "over https:// only"), ("ftp://host/m.onnx", "begins with https://"),
        ("file:///m.onnx", "begins with https://"), ("https://host/m.zip", "ends in .tar.gz"),
        ("https://host/", "ends in .tar.gz"), ("https://host/m?f=.onnx", "ends in .tar.gz"),
        ("https://host/a b.onnx", "percent-encoded"), ("https://host/é.onnx", "percent-encoded"),
        ("s3://Bucket!/m.onnx", "not a bucket name"), ("s3://bucket", "no object"),
        ("s3://bucket/m.pt", "ends in .tar.gz"),
        ("https://host/\(String(repeating: "a", count: 8192)).onnx", "longer than"),
    ])
    func `the error says why an address can't be fetched`(_ text: String, _ reason: String) {
        #expect(refusal(text)?.contains(reason) == true, "\(refusal(text) ?? "taken")")
    }

    @Test func `no secret is shown`() throws {
        let address = try ModelAddress("https://user:secret@host/m.onnx?sig=secret#secret")
        #expect(address.display == "https://host/m.onnx")
        for text in ["http://user:secret@host/m.onnx?secret", "https://host/m.zip?secret"] {
            #expect(refusal(text)?.contains("secret") == false)
        }
    }

    @Test func `another query is another model`() throws {
        let keys = try ["", "?v=1", "?v=2"].map { try ModelAddress("https://h/m.onnx\($0)").key }
        #expect(Set(keys).count == 3 && keys.allSatisfy { $0.utf8.count == 64 })
    }

    @Test(arguments: [
        (404, "h has no such file (status 404)"), (410, "h has no such file (status 410)"),
        (401, "h denies access (status 401); a presigned URL may have expired"),
        (500, "h answered with status 500 instead of 200"),
    ])
    func `a host's status is told as it was`(_ status: Int, _ sentence: String) {
        #expect(ModelDownload.sentence(.status(host: "h", status)) == sentence)
    }
}
