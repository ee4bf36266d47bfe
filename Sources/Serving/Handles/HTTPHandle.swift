// The SageMaker handle: an HTTP server that is open from the start, so that `/ping` can report that
// the model is still loading (docs/platforms.md A3).

internal import EventLoop
package import Runtime

/// The application's HTTP server. Loop thread.
package final class HTTPHandle: Handle {
    private let application: Application
    private var server: Server?

    package init(_ application: Application) { self.application = application }

    private var configuration: Configuration { application.configuration }

    package var drainTimeout: Duration { configuration.work.drainTimeout }

    /// The port that the server listens on; 0 if it is not open.
    package var port: UInt16 { server?.port ?? 0 }

    package func open() throws(HandleFailure) {
        do throws(SystemError) {
            let server = try Server(
                host: configuration.server.host, port: configuration.server.port,
                limits: configuration.server.limits,
                maxConnections: configuration.server.maxConnections, on: application.loop,
                service: application.router)
            self.server = server
            application.log.info("listening on \(address(server.port))")
        } catch {
            throw HandleFailure(
                sentence: "can't listen on \(address(configuration.server.port)): \(error)")
        }
    }

    package func ready(_ loaded: LoadedModel) {
        guard configuration.logFormat == .text, let server,
            let call = loaded.exampleCall(port: server.port)
        else { return }
        application.log.info("try: \(call)")
    }

    package func failed(_ report: ErrorReport, told: @escaping () -> Void) { told() }

    package func requestEnded() {}

    package var unansweredCount: Int { server?.unansweredCount ?? 0 }

    package func drain(_ drained: @escaping () -> Void) { server?.drain(drained) }

    package func close() { server?.close() }

    private func address(_ port: UInt16) -> String {
        let host = configuration.server.host
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
