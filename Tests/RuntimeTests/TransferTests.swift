import EventLoop
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct TransferTests {
    @Test func `a response has its status, its fields, its body and its URL`() throws {
        let image = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = TransferServer { _ in
            .response(
                fields: ["Content-Type: image/png", "X-Empty:", "x-twice:  b c "], body: image)
        }
        let harness = try TransferHarness()
        let response = try harness.get(server.url("/a.png?q=1")).get()
        #expect(response.status == 200)
        #expect(response.body == image)
        #expect(response.contentType == "image/png")
        #expect(response.headers["CONTENT-length"] == "100000")
        #expect(response.headers["X-Twice"] == "b c")
        #expect(response.headers["x-empty"] == nil)
        #expect(response.headers["x-absent"] == nil)
        #expect(response.effectiveURL == server.url("/a.png?q=1"))
        let request = try #require(server.requests.first)
        #expect(request.head[0] == "GET /a.png?q=1 HTTP/1.1")
        #expect(request.field("user-agent") == "amphora/0.1")
        #expect(request.field("accept-encoding") == nil)
        #expect(request.field("cookie") == nil)
        harness.pool.close()
    }

    @Test func `chunked bodies arrive whole, without their trailer section`() throws {
        let server = TransferServer { _ in
            .raw(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: 1\r\n\r\n"
                    + "3\r\nabc\r\n2\r\nde\r\n0\r\nA: 2\r\nB: 3\r\n\r\n", then: .keep)
        }
        let harness = try TransferHarness()
        let response = try harness.get(server.url("/")).get()
        #expect(response.body == Array("abcde".utf8))
        #expect(response.headers["a"] == "1")
        #expect(response.headers["b"] == nil)
        harness.pool.close()
    }

    @Test func `a response is read as it is, whatever its content coding`() throws {
        let server = TransferServer { _ in
            .response(fields: ["Content-Encoding: gzip"], body: [1, 2, 3])
        }
        let harness = try TransferHarness()
        #expect(try harness.get(server.url("/")).get().body == [1, 2, 3])
        harness.pool.close()
    }

    @Test func `a body is sent as it is, with no header of libcurl's own`() throws {
        let server = TransferServer { _ in .response(202, body: Array("ok".utf8)) }
        let harness = try TransferHarness()
        let body = [UInt8](repeating: 7, count: 3_000_000)
        var request = TransferRequest(
            .post, url: server.url("/response"), headers: [("Lambda-X", "1"), ("X-Empty", "")],
            body: body)
        request.totalTimeout = nil
        request.connectTimeout = nil
        let response = try harness.run(request).get()
        #expect(response.status == 202)
        let served = try #require(server.requests.first)
        #expect(served.head[0] == "POST /response HTTP/1.1")
        #expect(served.body == body)
        #expect(served.field("lambda-x") == "1")
        #expect(served.field("x-empty") == "")
        #expect(served.field("content-type") == nil)
        #expect(served.field("expect") == nil)
        harness.pool.close()
    }

    @Test(arguments: [TransferRequest.Method.post, .put])
    func `an empty body has a length of zero`(method: TransferRequest.Method) throws {
        let server = TransferServer { _ in .response(202) }
        let harness = try TransferHarness()
        let request = TransferRequest(
            method, url: server.url("/"), headers: [("Content-Type", "application/json")])
        #expect(try harness.run(request).get().status == 202)
        let served = try #require(server.requests.first)
        #expect(served.head[0].hasPrefix(method.rawValue + " "))
        #expect(served.field("content-length") == "0")
        #expect(served.field("content-type") == "application/json")
        harness.pool.close()
    }

    @Test func `HEAD has fields and no body`() throws {
        let server = TransferServer { _ in .raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") }
        let harness = try TransferHarness()
        let response = try harness.run(TransferRequest(.head, url: server.url("/"))).get()
        #expect(response.body.isEmpty)
        #expect(response.headers["content-length"] == "9")
        harness.pool.close()
    }

    @Test func `other statuses are errors, or the caller's to judge`() throws {
        let server = TransferServer { request in
            .response(Int(request.target.dropFirst()) ?? 0, body: Array("why".utf8))
        }
        let harness = try TransferHarness()
        for status in [201, 204, 304, 404, 500, 503] {
            let error = try harness.get(server.url("/\(status)")).failure
            #expect(error == .status(host: "127.0.0.1", status))
        }
        let response = try harness.get(server.url("/500")) { $0.acceptOnly200 = false }.get()
        #expect(response.status == 500)
        #expect(response.body == Array("why".utf8))
        let refusal = try harness.get(server.url("/403")) { $0.keepsRefusal = true }.failure
        #expect(refusal == .status(host: "127.0.0.1", 403, body: Array("why".utf8)))
        // Short error bodies are read to their end, so that one connection served all requests.
        #expect(server.connections == 1)
        harness.pool.close()
    }

    @Test func `the endless body of an error is cut`() throws {
        let server = TransferServer { _ in
            .response(404, body: [UInt8](repeating: 0, count: 10_000_000))
        }
        let harness = try TransferHarness()
        #expect(try harness.get(server.url("/")).failure == .status(host: "127.0.0.1", 404))
        let kept = try harness.get(server.url("/")) { $0.keepsRefusal = true }.failure
        let beginning = [UInt8](repeating: 0, count: TransferLimits.refusalBytes)
        #expect(kept == .status(host: "127.0.0.1", 404, body: beginning))
        // Also where Content-Length alone exceeds the cap.
        let error = try harness.get(server.url("/")) { $0.byteCap = 10 }.failure
        #expect(error == .status(host: "127.0.0.1", 404))
        harness.pool.close()
    }
}
