// A start that failed before there was an application: Lambda is told all the same, so that the owner
// of the function reads the reason where the invocation was made.

internal import EventLoop
internal import Runtime
internal import Serving

/// Reports a failed start to the Runtime API.
enum InitError {
    /// Returns when it has been told, or after two seconds. Runs a loop of its own; signals that end
    /// the process wait, for its status is to tell of the failure.
    static func report(_ report: ErrorReport, to address: String) {
        do throws(SystemError) {
            try Signals.block(Application.endingSignals)
            let loop = EventLoop(poller: try EpollPoller())
            let reporter = Reporter()
            let runtime = try LambdaRuntime(
                LambdaSettings(address: address), on: loop, receiver: reporter)
            runtime.reportInitFailure(report) { loop.stop() }
            try loop.run()
            runtime.close()
        } catch {
            complain("can't tell Lambda: \(error)")
        }
    }

    /// Takes no events.
    private final class Reporter: LambdaEventReceiver {
        let hasRoom = false

        func receive(_ event: LambdaEvent, reply: LambdaReply) {}

        func notice(_ notice: LambdaNotice) { complain(notice.sentence) }

        func lost(_ reason: String) {}
    }
}
