import HTTP
import Testing

@Suite struct ServerProtocolTests {
    @Test func `phases follow the bytes`() {
        let peer = Peer()
        #expect(peer.isIdle)
        #expect(peer.receive("") == .needMore)
        #expect(peer.phase == .betweenRequests)
        #expect(peer.receive("\r\n") == .needMore)
        #expect(peer.rest.isEmpty)
        #expect(peer.phase == .betweenRequests)
        #expect(peer.receive("P") == .needMore)
        #expect(peer.phase == .inHead)
        #expect(peer.receive("OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n") == .head)
        #expect(peer.phase == .inBody)
        #expect(peer.receive("") == .needMore)
        #expect(peer.receive("hi") == .body(0..<2))
        #expect(peer.phase == .inBody)
        #expect(peer.receive("") == .end)
        #expect(peer.phase == .awaitingResponse)
        #expect(peer.receive("GET /") == .paused)
        #expect(peer.rest.count == 5)
        #expect(peer.respond() == .nextRequest)
        #expect(peer.phase == .betweenRequests)
        #expect(peer.receive("") == .needMore)
        #expect(peer.phase == .inHead)
        #expect(peer.endOfStream() == .truncated)
        #expect(peer.phase == .closed)
        #expect(peer.receive("GET /") == .paused)
    }

    @Test func `a body may be read past the machine`() {
        let peer = Peer()
        #expect(peer.bodyRemaining == nil)
        #expect(peer.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nh") == .head)
        #expect(peer.bodyRemaining == 5)
        #expect(peer.receive("") == .body(0..<1))
        #expect(peer.bodyRemaining == 4)
        #expect(!peer.receivedBody(3))
        #expect(peer.bodyRemaining == 1)
        #expect(peer.receivedBody(1))
        #expect(peer.bodyRemaining == nil)
        #expect(peer.phase == .awaitingResponse)
        #expect(peer.respond() == .nextRequest)
    }

    @Test(arguments: ["Transfer-Encoding: chunked\r\n", "Content-Length: 0\r\n", ""])
    func `a chunked or empty body has no remaining length`(fields: String) {
        let peer = Peer()
        #expect(peer.receive("POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") == .head)
        #expect(peer.bodyRemaining == nil)
    }

    @Test func `a request without a body may be answered at its head`() {
        let peer = Peer()
        for _ in 0..<2 {
            #expect(peer.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == .head)
            #expect(peer.respond() == .nextRequest)
        }
    }

    @Test(arguments: [
        ("", ServerProtocol.EndOfStream.clean),
        ("\r", .clean),
        ("G", .truncated),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh", .truncated),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", .truncated),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", .halfClosed),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET", .halfClosed),
    ])
    func `the end of the stream`(input: String, expected: ServerProtocol.EndOfStream) {
        let peer = Peer(input)
        #expect(peer.endOfStream() == expected)
        if expected == .halfClosed { #expect(peer.respond() == .nextRequest) }
    }

    @Test func `a request answered at its head is half closed by the end of the stream`() {
        let peer = Peer()
        #expect(peer.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == .head)
        #expect(peer.endOfStream() == .halfClosed)
        #expect(peer.respond() == .nextRequest)
    }

    @Test func `nothing is read after an error`() {
        let peer = Peer()
        let next = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(peer.receive("GET / HTTP/1.1\n" + next) == .failed(.bareLineFeed))
        #expect(peer.receive(next) == .paused)
        #expect(peer.respond() == .close)
        #expect(peer.receive(next) == .paused)
    }

    @Test func `fields are found by name without case`() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\ncontent-TYPE: b\r\nContent-Type: c\r\n\r\n"
        let bytes = Array(request.utf8)
        let peer = Peer()
        #expect(peer.receive(request) == .head)
        let value = peer.head.value(of: "Content-Type", in: bytes.span)
        #expect(value.map { Array(bytes[$0.range]) } == [UInt8(ascii: "b")])
        #expect(peer.head.value(of: "Content-Typ", in: bytes.span) == nil)
        #expect(peer.head.value(of: "Content_Type", in: bytes.span) == nil)
    }

    @Test func `lines that were read are not read again until the head is whole`() {
        let head = "GET /ping HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nA: b c\r\n\r\n"
        let bytes = Array(head.utf8)
        var connection = ServerProtocol(limits: Limits())
        var filled = RequestHead()
        var lineStart = 0
        for end in 1..<bytes.count {
            // The parser refuses a NUL wherever it reads one, so NULs show that it does not read
            // again.
            var shown = Array(bytes[..<end])
            for index in 0..<lineStart { shown[index] = 0 }
            // A line that has been scanned is scanned once more when its end arrives.
            if shown[end - 1] != UInt8(ascii: "\n") {
                for index in lineStart..<(end - 1) { shown[index] = 0 }
            } else {
                lineStart = end
            }
            let event = connection.receive(shown.span, head: &filled).event
            #expect(event == .needMore, "after byte \(end)")
        }
        let event = connection.receive(bytes.span, head: &filled).event
        #expect(event == .head)
        #expect(filled.fieldCount == 3)
    }

    @Test func `an idle connection is small`() {
        #expect(MemoryLayout<ServerProtocol>.size <= 64)
        #expect(MemoryLayout<RequestHead>.size <= 1100)
    }

    @Test func `limits above a head's capacity are lowered to it`() {
        var limits = Limits()
        limits.headBytes = .max
        limits.targetBytes = .max
        limits.fieldCount = .max
        let fields = String(repeating: "a:b\r\n", count: 128)
        let long = String(repeating: "x", count: 70_000)
        for (input, error) in [
            ("GET / HTTP/1.1\r\n" + fields + "c", ProtocolError.tooManyFields),
            ("GET / HTTP/1.1\r\nA: " + long, .headTooLarge),
            ("GET /" + long, .headTooLarge),
        ] {
            #expect(Peer(limits: limits).receive("\r\n\r\n" + input) == .failed(error))
        }
    }

    @Test func `a head of the largest size after empty lines is read`() {
        var limits = Limits()
        limits.headBytes = RequestHead.maximumBytes
        let fixed = "GET / HTTP/1.1\r\nHost: a\r\nA: \r\n\r\n".utf8.count
        let value = String(repeating: "x", count: RequestHead.maximumBytes - fixed)
        let head = "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nA: " + value + "\r\n\r\n"
        let peer = Peer(limits: limits)
        #expect(peer.receive(head) == .head)
        #expect(peer.rest.isEmpty)
        #expect(peer.head.field(at: 1).value.count == value.utf8.count)
        #expect(Peer(limits: limits).receive("\r\n\r\n" + head) == .failed(.emptyRequestLine))
    }
}
