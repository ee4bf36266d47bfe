import EventLoop
import Testing

@testable import Runtime

/// Bad servers, bad URLs, limits.
@Suite(.timeLimit(.minutes(5))) struct TransferFaultTests {
    private let host = "127.0.0.1"

    @Test func `a body over the cap is refused by its announced length`() throws {
        let server = TransferServer { _ in
            .raw("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", then: .hold)
        }
        let harness = try TransferHarness()
        let error = try harness.get(server.url("/")) { $0.byteCap = 1000 }.failure
        #expect(error == .tooLarge(host: host, limit: 1000))
        harness.pool.close()
    }

    @Test(arguments: [(999, true), (1000, true), (1001, false), (300_000, false)])
    func `a body without a length is counted`(count: Int, isTaken: Bool) throws {
        let server = TransferServer { _ in
            ServedReply(
                bytes: Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8)
                    + [UInt8](repeating: 1, count: count), then: .close)
        }
        let harness = try TransferHarness()
        let result = try harness.get(server.url("/")) { $0.byteCap = 1000 }
        if isTaken {
            #expect(try result.get().body.count == count)
        } else {
            #expect(result.failure == .tooLarge(host: host, limit: 1000))
        }
        harness.pool.close()
    }

    @Test func `a body that ends too early is truncated`() throws {
        let replies: [String: ServedReply] = [
            "/length": .raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
            "/chunked": .raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            "/reset": .raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", then: .reset),
        ]
        let server = TransferServer { replies[$0.target] ?? .silence }
        let harness = try TransferHarness()
        for path in replies.keys {
            #expect(try harness.get(server.url(path)).failure == .truncated(host: host), "\(path)")
        }
        harness.pool.close()
    }

    @Test func `a host that closes without an answer is unreachable`() throws {
        let server = TransferServer { request in
            ServedReply(bytes: [], then: request.target == "/reset" ? .reset : .close)
        }
        let harness = try TransferHarness()
        for path in ["/close", "/reset"] {
            guard case .unreachable(host, _) = try harness.get(server.url(path)).failure else {
                Issue.record("\(path)")
                continue
            }
        }
        harness.pool.close()
    }

    @Test func `a port where nobody listens is unreachable`() throws {
        let port = TransferServer { _ in .silence }.port
        let harness = try TransferHarness()
        let error = try harness.get("http://127.0.0.1:\(port)/secret?token=1").failure
        #expect(error == .unreachable(host: host, reason: "nothing accepts connections there"))
        #expect(error?.sentence == "127.0.0.1 can't be reached: nothing accepts connections there")
        harness.pool.close()
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/3.7 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `an answer that is not HTTP is an error`(text: String) throws {
        let server = TransferServer { _ in .raw(text) }
        let harness = try TransferHarness()
        let error = try #require(try harness.get(server.url("/")).failure)
        guard case .malformedResponse(host, let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(!reason.isEmpty && reason.utf8.count <= 200)
        harness.pool.close()
    }

    @Test func `an endless head is cut`() throws {
        let line = "X-Fill: " + String(repeating: "a", count: 1000) + "\r\n"
        let server = TransferServer { _ in
            .raw("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 1000), then: .hold)
        }
        let harness = try TransferHarness()
        let error = try harness.get(server.url("/")).failure
        #expect(error == .headTooLarge(host: host, limit: 256 * 1024))
        harness.pool.close()
    }

    @Test func `an endless line of a head is cut`() throws {
        let server = TransferServer { _ in
            .raw("HTTP/1.1 200 OK\r\nX: " + String(repeating: "a", count: 150_000), then: .hold)
        }
        let harness = try TransferHarness()
        let error = try harness.get(server.url("/")).failure
        #expect(
            error
                == .malformedResponse(
                    host: host, reason: "a line of its head is longer than 100 KiB"))
        harness.pool.close()
    }

    @Test(arguments: [
        ("", "http://"), ("a.jpg", "http://"), ("//host/a", "http://"), ("http://", "host"),
        ("http:///", "host"), ("http://a b/", "host"), ("http://a/ b", "spaces"),
        ("http://a:99999/", "port"), ("http://a:x/", "port"), ("http://[::1/", "host"),
        ("http://a\u{0}b/", "NUL"), ("http://münchen.test/", "xn--"),
        ("http://a/\r\nHost: b", "control"),
        ("http://a/" + String(repeating: "x", count: 20_000), "longer"),
    ])
    func `a bad URL is an error that says why`(url: String, why: String) throws {
        let harness = try TransferHarness()
        let error = try #require(try harness.get(url).failure)
        guard case .badURL(let reason) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(reason.contains(why), "\(reason)")
        harness.pool.close()
    }

    @Test(arguments: ["ftp", "file", "gopher", "dict", "s3", "javascript", "unknown"])
    func `other schemes are refused by name`(scheme: String) throws {
        let harness = try TransferHarness()
        let error = try harness.get("\(scheme)://127.0.0.1/x").failure
        #expect(error == .unsupportedScheme(scheme, isRedirect: false))
        harness.pool.close()
    }

    @Test(arguments: ["a\r\nX-Injected: 1", "a\nb", "a\u{0}b", "\u{7F}"])
    func `a header cannot carry another`(value: String) throws {
        let harness = try TransferHarness()
        for header in [("X", value), (value, "x")] {
            let error = try harness.get("http://127.0.0.1:1/") { $0.headers = [header] }.failure
            guard case .badHeader = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        harness.pool.close()
    }

    @Test func `sentences name the host and nothing else of the URL`() throws {
        let server = TransferServer { _ in .response(500) }
        let harness = try TransferHarness()
        let url =
            "http://user:password@127.0.0.1:\(server.port)/path?X-Amz-Signature=secret#fragment"
        let sentence = try #require(try harness.get(url).failure).sentence
        #expect(sentence == "127.0.0.1 answered with status 500 instead of 200")
        harness.pool.close()
    }
}
