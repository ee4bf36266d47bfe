import HTTP
import Testing

/// Responses as the exact bytes that are sent.
@Suite struct ResponseTests {
    private let dateLine = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    private func head(
        _ response: ResponseHead, _ body: ResponseBody, to request: String
    ) -> (text: String, after: ServerProtocol.AfterResponse, omitsBody: Bool) {
        let peer = Peer(request)
        peer.begin(response, body)
        return (peer.text, peer.finish(), peer.omitsBody)
    }

    private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func `a response to GET`() {
        let response = ResponseHead(status: .ok, contentType: "application/json")
        let (text, after, omitsBody) = head(response, .length(16), to: get)
        #expect(
            text == "HTTP/1.1 200 OK\r\n" + dateLine
                + "Content-Type: application/json\r\nContent-Length: 16\r\n\r\n")
        #expect(after == .nextRequest)
        #expect(!omitsBody)
    }

    @Test func `an empty response still has a length`() {
        let (text, _, _) = head(ResponseHead(status: .ok), .length(0), to: get)
        #expect(text == "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n\r\n")
    }

    @Test func `further fields come in their order`() {
        let response = ResponseHead(
            status: .serviceUnavailable,
            fields: [ResponseField("Retry-After", "1"), ResponseField("Allow", "GET, HEAD")])
        let (text, _, _) = head(response, .length(0), to: get)
        #expect(
            text == "HTTP/1.1 503 Service Unavailable\r\n" + dateLine
                + "Retry-After: 1\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `a field value cannot split the response`() {
        let response = ResponseHead(
            status: .ok, fields: [ResponseField("X-Echo", "a\r\nSet-Cookie: b\u{0}\u{7F}\té")])
        let (text, _, _) = head(response, .length(0), to: get)
        #expect(text.contains("X-Echo: a  Set-Cookie: b  \té\r\n"))
    }

    @Test func `a response to HEAD announces what GET would have`() {
        let (text, after, omitsBody) = head(
            ResponseHead(status: .ok), .length(16), to: "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(text.hasSuffix("Content-Length: 16\r\n\r\n"))
        #expect(after == .nextRequest)
        #expect(omitsBody)
    }

    @Test(arguments: [Status.noContent, .notModified, .continue])
    func `a status without content has no framing`(status: Status) {
        for body in [ResponseBody.length(0), .length(5), .streamed] {
            let (text, after, omitsBody) = head(ResponseHead(status: status), body, to: get)
            #expect(text == "HTTP/1.1 \(status.code) \(status.reason)\r\n" + dateLine + "\r\n")
            #expect(after == .nextRequest)
            #expect(omitsBody)
        }
    }

    @Test func `a streamed response comes in chunks`() {
        let peer = Peer(get)
        peer.begin(ResponseHead(status: .ok), .streamed)
        let x = { (count: Int) in String(repeating: "x", count: count) }
        for count in [1, 26, 255] { peer.chunk(x(count)) }
        #expect(peer.finish() == .nextRequest)
        #expect(
            peer.text == "HTTP/1.1 200 OK\r\n" + dateLine + "Transfer-Encoding: chunked\r\n\r\n"
                + "1\r\nx\r\n1a\r\n\(x(26))\r\nff\r\n\(x(255))\r\n0\r\n\r\n")
    }

    @Test func `a streamed response to HEAD has no chunks`() {
        let peer = Peer("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        peer.begin(ResponseHead(status: .ok), .streamed)
        peer.chunk("hello")
        #expect(peer.finish() == .nextRequest)
        #expect(
            peer.text == "HTTP/1.1 200 OK\r\n" + dateLine + "Transfer-Encoding: chunked\r\n\r\n")
    }

    @Test func `a streamed response to HTTP/1.0 ends with the connection`() {
        let peer = Peer("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        peer.begin(ResponseHead(status: .ok), .streamed)
        peer.chunk("hi")
        #expect(peer.finish() == .close)
        #expect(
            peer.text == "HTTP/1.1 200 OK\r\n" + dateLine + "Connection: close\r\n\r\nhi")
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", true),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "Connection: close\r\n", false),
        ("GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "Connection: keep-alive\r\n", true),
        // The body has not arrived, or only in part.
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell", "Connection: close\r\n",
            false
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Connection: close\r\n", false
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "", true),
        // The request is refused, or incomplete.
        ("GET / HTTP/2.0\r\n\r\n", "Connection: close\r\n", false),
        ("GET / HT", "Connection: close\r\n", false),
        ("", "Connection: close\r\n", false),
    ])
    func `Connection says what happens`(request: String, line: String, persists: Bool) {
        let (text, after, _) = head(ResponseHead(status: .ok), .length(0), to: request)
        #expect(
            text == "HTTP/1.1 200 OK\r\n" + dateLine + "Content-Length: 0\r\n" + line + "\r\n")
        #expect(after == (persists ? .nextRequest : .close))
    }

    @Test func `a draining connection closes after its response`() {
        let peer = Peer(get)
        peer.closeAfterResponse()
        peer.begin(ResponseHead(status: .ok), .length(0))
        #expect(peer.text.hasSuffix("\r\nConnection: close\r\n\r\n"))
        #expect(peer.finish() == .close)
        #expect(peer.phase == .closed)
    }

    @Test func `draining in the middle of a response closes after it`() {
        let peer = Peer(get)
        peer.begin(ResponseHead(status: .ok), .streamed)
        peer.closeAfterResponse()
        #expect(peer.finish() == .close)
    }

    @Test(arguments: ["\0", "GET /"])
    func `an answer without a head is not shaped by the request before`(input: String) {
        let peer = Peer("HEAD / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(peer.respond() == .nextRequest)
        _ = peer.receive(input)
        peer.begin(ResponseHead(status: .badRequest), .length(2))
        #expect(!peer.omitsBody)
        #expect(peer.text.hasSuffix("Content-Length: 2\r\nConnection: close\r\n\r\n"))
        #expect(peer.finish() == .close)
    }

    @Test func `the interim response`() {
        let text = String(decoding: ServerProtocol.continueResponse, as: UTF8.self)
        #expect(text == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test func `every error has a sentence of its own`() {
        let sentences = Set(ProtocolError.allCases.map(\.sentence))
        #expect(sentences.count == ProtocolError.allCases.count)
        for sentence in sentences { #expect(sentence.hasSuffix(".") && sentence.count < 160) }
    }
}
