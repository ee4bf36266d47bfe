import EventLoop
import Testing

@testable import Runtime

@Suite(.timeLimit(.minutes(5))) struct TransferRedirectTests {
    private let host = "127.0.0.1"

    /// Counts the number in the target down to 0: `/3` → `/2` → `/1` → `/0`, which answers.
    private let countdown = TransferServer { request in
        let number = Int(request.target.dropFirst()) ?? 0
        return number == 0 ? .response(body: [42]) : .redirect(to: "/\(number - 1)")
    }

    @Test(arguments: [0, 1, 2, 3])
    func `as many redirects as allowed are followed`(count: Int) throws {
        let harness = try TransferHarness()
        let response = try harness.get(countdown.url("/\(count)")).get()
        #expect(response.body == [42])
        #expect(response.effectiveURL == countdown.url("/0"))
        harness.pool.close()
    }

    @Test func `one more is an error, so a loop is too`() throws {
        let harness = try TransferHarness()
        let error = try harness.get(countdown.url("/4")).failure
        #expect(error == .tooManyRedirects(host: host, limit: 3))
        let ring = TransferServer { _ in .redirect(to: "/again") }
        let other = try harness.get(ring.url("/")) { $0.maxRedirects = 1 }.failure
        #expect(other == .tooManyRedirects(host: host, limit: 1))
        #expect(ring.requests.count == 2)
        harness.pool.close()
    }

    @Test func `without redirects the redirect is the response`() throws {
        let harness = try TransferHarness()
        let error = try harness.get(countdown.url("/1")) { $0.maxRedirects = 0 }.failure
        #expect(error == .status(host: host, 302))
        harness.pool.close()
    }

    @Test(arguments: ["ftp", "file", "gopher", "scp"])
    func `a redirect to another scheme is refused`(scheme: String) throws {
        let server = TransferServer { _ in .redirect(to: "\(scheme)://127.0.0.1/etc/passwd") }
        let harness = try TransferHarness()
        let error = try harness.get(server.url("/")).failure
        #expect(error == .unsupportedScheme(scheme, isRedirect: true))
        harness.pool.close()
    }

    @Test(arguments: [
        "10.0.0.1", "[::1]", "169.254.169.254", "0x0a000001", "localhost", "10-1-2-3.test",
    ])
    func `a redirect to an address that is not public is refused`(target: String) throws {
        let server = TransferServer { _ in .redirect(to: "http://\(target):1/latest/meta-data") }
        // The policy allows the server itself only.
        let policy = AddressPolicy(allow: [try NetworkRange.parse("127.0.0.1")])
        let harness = try TransferHarness(policy: policy)
        let error = try harness.get(server.url("/")).failure
        guard case .forbidden = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        harness.pool.close()
    }

    @Test func `a signed request follows no redirect`() throws {
        let server = TransferServer { _ in .redirect(to: "/elsewhere", 307) }
        let harness = try TransferHarness()
        for name in ["Authorization", "X-Amz-Security-Token", "x-amz-date"] {
            let error = try harness.get(server.url("/")) { $0.headers = [(name, "secret")] }.failure
            #expect(error == .status(host: host, 307))
        }
        #expect(server.requests.allSatisfy { $0.target == "/" })
        harness.pool.close()
    }

    @Test func `a password in a URL stays with its host`() throws {
        let target = TransferServer { _ in .response() }
        let elsewhere = target.url("/", host: "127-0-0-1.test")
        let server = TransferServer { _ in .redirect(to: elsewhere) }
        let harness = try TransferHarness()
        _ = try harness.get("http://user:password@127.0.0.1:\(server.port)/").get()
        #expect(server.requests.first?.field("authorization") != nil)
        #expect(target.requests.count == 1)
        #expect(target.requests.first?.field("authorization") == nil)
        harness.pool.close()
    }
}
