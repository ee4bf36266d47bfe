// `amphora healthcheck`: whether the server on this machine reports that it is ready, for the
// HEALTHCHECK of an image without a shell or curl.
//
// Takes the settings of `serve`, so that both use the same port. A variable reaches both commands;
// an option given only to `serve` does not reach this one. Asks once and starts nothing.

internal import ArgumentParser
internal import Basics
internal import EventLoop
internal import Glibc
internal import Runtime
internal import Serving

/// Asks a server for /ping.
struct Healthcheck: ParsableCommand {
    static let name = "healthcheck"
    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Ask the server on this machine whether it is ready: exit status 0 or 1.",
        discussion: """
            Asks /ping on loopback, or at --host if that is a specific address, and waits at most two \
            seconds. Takes the settings of serve.
            """)
    private static let patience = Duration.seconds(2)

    @OptionGroup var settings: SettingOptions

    func run() throws {
        let configuration = try usable { () throws(InputError) in try settings.configuration() }
        guard configuration.server.port != 0 else {
            complain("--port must be the port that the server listens on, not 0")
            throw ExitCode(EX_USAGE)
        }
        let url = Self.url(host: configuration.server.host, port: configuration.server.port)
        switch Self.status(of: url) {
        case .success(200): return print("\(url) answered with status 200: the server is ready")
        case .success(let status):
            complain("\(url) answered with status \(status): the server is not ready")
        case .failure(let error): complain("\(url): \(error.sentence)")
        }
        throw ExitCode(EXIT_FAILURE)
    }

    /// The URL to ask: loopback for a server that listens on every address.
    static func url(host: String, port: UInt16) -> String {
        switch host {
        case "0.0.0.0": "http://127.0.0.1:\(port)/ping"
        case "::": "http://[::1]:\(port)/ping"
        default: "http://\(host.contains(":") ? "[\(host)]" : host):\(port)/ping"
        }
    }

    /// The status that the URL answers with. Runs a loop of its own.
    private static func status(of url: String) -> Result<Int, TransferError> {
        var request = TransferRequest(.get, url: url)
        request.connectTimeout = patience
        request.totalTimeout = patience
        request.maxRedirects = 0
        var status = Result<Int, TransferError>.failure(.poolClosed)
        do throws(SystemError) {
            let loop = EventLoop(poller: try EpollPoller())
            let transfers = try TransferPool(
                loop: loop, policy: nil, peers: .local, maxConcurrent: 1)
            transfers.start(request) { result in
                status = result.map(\.status)
                loop.stop()
            }
            try loop.run()
            transfers.close()
        } catch {
            return .failure(.internal(reason: "\(error)"))
        }
        return status
    }
}
