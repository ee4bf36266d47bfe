// Replies in the platforms' forms, parsed as JSON again.

import Basics
import FoundationEssentials
import HTTP
import Inference
import Runtime
import Testing

@testable import Serving

@Suite struct EventEnvelopeTests {
    private func envelope(
        _ platform: HTTPEnvelope.Platform, lists: Bool = false, omitsBody: Bool = false
    ) -> HTTPEnvelope {
        HTTPEnvelope(platform: platform, hasMultiValueHeaders: lists, omitsBody: omitsBody)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private let refused = Failure(.methodNotAllowed, "a \"quoted\"\n\\ é", allow: "GET, HEAD")
        .response

    @Test func `a Function URL's reply`() {
        #expect(
            text(envelope(.functionURL).reply(to: refused))
                == #"{"statusCode":405,"headers":{"Content-Type":"application/json","Allow":"GET, HEAD"},"#
                + #""body":"{\"error\":\"a \\\"quoted\\\"\\n\\\\ é\",\"code\":\"Function.MethodNotAllowed\"}","#
                + #""isBase64Encoded":false}"#)
    }

    @Test func `a REST API's reply has single values whatever its request had`() {
        for lists in [false, true] {
            #expect(
                text(envelope(.restAPI, lists: lists).reply(to: Failure(.overloaded, "x").response))
                    == #"{"statusCode":503,"headers":{"Content-Type":"application/json","Retry-After":"1"},"#
                    + #""body":"{\"error\":\"x\",\"code\":\"Function.Overloaded\"}","isBase64Encoded":false}"#
            )
        }
    }

    @Test func `a load balancer's reply has its request's form`() {
        let response = Response(.ok, contentType: "application/json", body: Array("{}".utf8))
        #expect(
            text(envelope(.loadBalancer).reply(to: response))
                == #"{"statusCode":200,"statusDescription":"200 OK","headers":{"Content-Type":"application/json"},"#
                + #""body":"{}","isBase64Encoded":false}"#)
        #expect(
            text(envelope(.loadBalancer, lists: true).reply(to: refused)).hasPrefix(
                #"{"statusCode":405,"statusDescription":"405 Method Not Allowed","multiValueHeaders":"#
                    + #"{"Content-Type":["application/json"],"Allow":["GET, HEAD"]},"body":"#))
    }

    @Test func `the envelope follows from the event`() throws {
        func envelope(_ json: String) throws -> HTTPEnvelope {
            try #require(Event(json).http).envelope
        }
        #expect(try envelope(Samples.functionURL()) == self.envelope(.functionURL))
        #expect(try envelope(Samples.restAPI()) == self.envelope(.restAPI, lists: true))
        #expect(try envelope(Samples.loadBalancer()) == self.envelope(.loadBalancer))
        #expect(
            try envelope(Samples.loadBalancer(method: "HEAD", multiValue: true))
                == self.envelope(.loadBalancer, lists: true, omitsBody: true))
        #expect(
            try envelope(Samples.functionURL(method: "HEAD", path: "\n"))
                == self.envelope(.functionURL, omitsBody: true))
    }

    @Test func `repeated names become one member`() {
        let response = Response(
            .ok,
            fields: [
                ResponseField("Vary", "a"), ResponseField("X", "1"), ResponseField("Vary", "b"),
            ])
        #expect(
            text(envelope(.functionURL).beginning(of: response)).hasPrefix(
                #"{"statusCode":200,"headers":{"Vary":"a, b","X":"1"}}"#))
        #expect(
            text(envelope(.loadBalancer, lists: true).reply(to: response)).contains(
                #""multiValueHeaders":{"Vary":["a","b"],"X":["1"]}"#))
    }

    @Test func `the answer to HEAD has no content`() {
        let reply = text(envelope(.functionURL, omitsBody: true).reply(to: refused))
        #expect(reply.hasSuffix(#""body":"","isBase64Encoded":false}"#))
        let streamed = envelope(.functionURL, omitsBody: true).beginning(of: refused)
        #expect(streamed.last == 0)
    }

    @Test(
        arguments: [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], Array(0...255)] as [[UInt8]])
    func `content that is not text is sent as base64`(_ body: [UInt8]) throws {
        let reply = envelope(.functionURL).reply(to: Response(.ok, body: body))
        let members = try JSONDecoder().decode(Reply.self, from: Data(reply))
        #expect(members.isBase64Encoded)
        #expect(Data(base64Encoded: members.body).map(Array.init) == body)
    }

    @Test func `every text survives another parser`() throws {
        var text = String(String.UnicodeScalarView((0..<0xD800).compactMap(Unicode.Scalar.init)))
        text += "😀"
        let reply = envelope(.restAPI).reply(to: Response(.ok, body: Array(text.utf8)))
        let members = try JSONDecoder().decode(Reply.self, from: Data(reply))
        #expect(!members.isBase64Encoded)
        #expect(Array(members.body.utf8) == Array(text.utf8))
        #expect(members.statusCode == 200)
    }

    @Test func `a streamed answer begins with a prelude and eight NUL bytes`() throws {
        let beginning = envelope(.functionURL).beginning(of: refused)
        #expect(
            text(beginning) == #"{"statusCode":405,"headers":{"Content-Type":"application/json","#
                + #""Allow":"GET, HEAD"}}"# + String(repeating: "\u{0}", count: 8)
                + text(refused.body))
        // JSON contains no NUL: the first one ends it.
        let prelude = beginning.prefix { $0 != 0 }
        #expect(prelude.count == beginning.count - 8 - refused.body.count)
        _ = try JSONValue(reading: Array(prelude), maxValues: 10)
        let odd = Response(.ok, fields: [ResponseField("X", "\u{0}\u{1}")])
        #expect(envelope(.functionURL).beginning(of: odd).count { $0 == 0 } == 8)
    }

    private struct Reply: Decodable {
        let statusCode: Int
        let headers: [String: String]
        let body: String
        let isBase64Encoded: Bool
    }
}
