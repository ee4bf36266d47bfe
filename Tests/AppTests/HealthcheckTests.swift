// The URL that the health check asks for, and its settings; test_healthcheck.py runs the check.

import ArgumentParser
import Testing

@testable import App

@Suite struct HealthcheckTests {
    @Test(arguments: [
        ("0.0.0.0", "http://127.0.0.1:8080/ping"), ("::", "http://[::1]:8080/ping"),
        ("127.0.0.1", "http://127.0.0.1:8080/ping"), ("10.0.0.7", "http://10.0.0.7:8080/ping"),
        ("fe80::1", "http://[fe80::1]:8080/ping"),
    ])
    func `it asks where the server listens`(_ host: String, _ url: String) {
        #expect(Healthcheck.url(host: host, port: 8080) == url)
    }

    @Test func `it takes the settings of serve`() throws {
        let command = try Amphora.parseAsRoot(["healthcheck", "--port", "9000", "--workers", "2"])
        let healthcheck = try #require(command as? Healthcheck)
        #expect(healthcheck.settings.given == ["port": "9000", "workers": "2"])
    }

    @Test func `it takes no argument`() {
        #expect(throws: (any Error).self) { try Amphora.parseAsRoot(["healthcheck", "now"]) }
    }
}
