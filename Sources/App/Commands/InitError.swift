// Reports a start that failed before there was an application to Lambda, so that the function's
// owner sees the reason in the result of the invocation.

internal import EventLoop
internal import Runtime
internal import Serving

/// Reports a failed start to the Runtime API.
enum InitError {
    /// Returns when Lambda has the report, or after two seconds. Runs a loop of its own. Ending
    /// signals are blocked, so that the exit status reports the failure.
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
            complain("can't report the failure to Lambda: \(error)")
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
