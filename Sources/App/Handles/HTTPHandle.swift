// The SageMaker handle: an HTTP server, open from the start, so that `/ping` can say that the model is
// still loading (docs/platforms.md A3).

internal import EventLoop
internal import Runtime

/// The application's HTTP server. Loop thread.
final class HTTPHandle: Handle {
    private let application: Application
    private var server: Server?

    init(_ application: Application) { self.application = application }

    private var configuration: Configuration { application.configuration }

    var drainTimeout: Duration { configuration.drainTimeout }

    /// The port that is listened on; 0 where none is.
    var port: UInt16 { server?.port ?? 0 }

    func open() throws(HandleFailure) {
        do throws(SystemError) {
            let server = try Server(
                host: configuration.host, port: configuration.port, limits: configuration.http,
                maxConnections: configuration.maxConnections, on: application.loop,
                service: application)
            self.server = server
            application.log.info("listening on \(address(server.port))")
        } catch {
            throw HandleFailure(
                sentence: "can't listen on \(address(configuration.port)): \(error)")
        }
    }

    func ready(_ loaded: LoadedModel) {
        guard configuration.log.format == .text, let server else { return }
        application.log.info("try: \(loaded.exampleCall(port: server.port))")
    }

    func failed(_ report: ErrorReport, told: @escaping () -> Void) { told() }

    func requestEnded() {}

    func drain(_ drained: @escaping () -> Void) { server?.drain(drained) }

    func close() { server?.close() }

    private func address(_ port: UInt16) -> String {
        let host = configuration.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
