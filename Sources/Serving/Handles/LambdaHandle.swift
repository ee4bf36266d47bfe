// The Lambda handle: it takes the application's requests from the Runtime API
// (docs/platforms.md B1–B9).
//
//     opened ─► (restored) ─► asking for events ─► drained

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
package import Runtime

/// The application as a Lambda function. Loop thread.
package final class LambdaHandle: Handle {
    let application: Application
    private let address: String
    /// Whether Lambda takes a snapshot of the ready process and restores it later (SnapStart).
    private let restores: Bool
    private var runtime: LambdaRuntime?

    package init(_ application: Application, address: String, restores: Bool) {
        self.application = application
        self.address = address
        self.restores = restores
    }

    /// The longest time to drain: Lambda kills the process at most 600 ms after SIGTERM
    /// (docs/platforms.md B7, B9).
    private static let longestDrain = Duration.milliseconds(400)

    package var drainTimeout: Duration {
        min(application.configuration.work.drainTimeout, Self.longestDrain)
    }

    package func open() throws(HandleFailure) {
        let settings = application.configuration.function
        do throws(SystemError) {
            var runtimeSettings = LambdaSettings(
                address: address, concurrency: settings.concurrency)
            runtimeSettings.userAgent = Product.userAgent
            let runtime = try LambdaRuntime(
                runtimeSettings, on: application.loop, receiver: self)
            self.runtime = runtime
            if settings.registersExtension { runtime.registerExtension() }
        } catch {
            throw HandleFailure(sentence: "can't ask the Runtime API: \(error)")
        }
    }

    package func ready(_ loaded: LoadedModel) {
        guard restores else { return start() }
        application.backend?.prepareForSnapshot()
        runtime?.awaitRestore { [unowned self] result in
            switch result {
            case .success:
                application.backend?.renewAfterRestore()
                application.log.info("restored")
                start()
            case .failure(let error): lost(error.sentence)
            }
        }
    }

    private func start() {
        application.log.info("asking \(address) for events")
        runtime?.start()
    }

    package func failed(_ report: ErrorReport, told: @escaping () -> Void) {
        runtime?.reportInitFailure(report, completed: told)
    }

    package func requestEnded() { runtime?.resume() }

    package var unansweredCount: Int { runtime?.unansweredCount ?? 0 }

    package func drain(_ drained: @escaping () -> Void) { runtime?.stop(drained) }

    package func close() { runtime?.close() }
}

// MARK: - Arrival

extension LambdaHandle: LambdaEventReceiver {
    /// Reserves room for one job for each event that Lambda was asked for.
    package var hasRoom: Bool {
        application.gate.hasRoom(forEvents: (runtime?.askingCount ?? 0) + 1)
    }

    package func notice(_ notice: LambdaNotice) {
        let id: KeyValuePairs = ["requestId": LogValue(notice.requestID)]
        switch notice.level {
        case .debug: application.log.debug(notice.sentence, id)
        case .warn: application.log.warn(notice.sentence, id)
        case .error: application.log.error(notice.sentence, id)
        }
    }

    package func lost(_ reason: String) {
        application.stop(because: "the Runtime API can't be asked for events: \(reason)")
    }

    package func receive(_ event: LambdaEvent, reply: LambdaReply) {
        let context = RequestContext(
            id: event.requestID, tenant: event.tenantID, trace: event.traceID,
            deadline: event.deadline.map(deadline))
        guard let backend = application.backend else {
            preconditionFailure("events are asked for when there are workers")
        }
        EventReading(event.body, deadline: context.deadline, backend: backend) { [self] shape in
            if let shape {
                begin(shape, event, context, reply)
            } else {
                logRefusal(Self.unread, event, context)
                reply.fail(Self.unread.report)
            }
            // The event no longer counts as asked for, and it may not have taken up a worker.
            runtime?.resume()
        }
    }

    private static let unread = Failure(
        .timeout, "the event was not read in time: all workers were busy")

    private func logRefusal(_ failure: Failure, _ event: LambdaEvent, _ context: RequestContext) {
        application.logEnd(
            RequestEnd(
                request: "refused", context: context, status: failure.code.status.code,
                outcome: failure.code.rawValue, bytes: event.body.count,
                arrived: application.loop.now))
    }

    /// When the work on an event must end, so that its answer reaches Lambda before the deadline.
    private func deadline(unixMilliseconds: Int64) -> Instant {
        application.loop.now + Self.timeForWork(until: unixMilliseconds, at: WallTime.now())
    }

    /// The time until an event's deadline, less a reserve for sending the answer: a tenth of that
    /// time, at most 200 ms. Zero or negative once the deadline has passed.
    static func timeForWork(until unixMilliseconds: Int64, at now: WallTime) -> Duration {
        let left =
            Duration.milliseconds(unixMilliseconds) - .seconds(now.seconds)
            - .nanoseconds(now.nanoseconds)
        return left - min(.milliseconds(200), left / 10)
    }

    private func begin(
        _ shape: Event, _ event: LambdaEvent, _ context: RequestContext, _ reply: LambdaReply
    ) {
        let exchange = EventExchange(reply, to: shape, application.configuration.function)
        switch shape {
        case .direct(let form):
            // Arrays are read where the model's inputs are known.
            let isArrays = application.backend?.kind == .tensors
            answer("event", isArrays ? .body(event.body) : .form(form), event, context, exchange)
        case .records(let records):
            answer(
                "event of \(records.source.rawValue)", .records(records), event, context, exchange)
        case .warmUp:
            exchange.respond(
                Response(.ok, contentType: "application/json", body: Event.warmUpAnswer))
        case .http(let request):
            let limits = application.configuration.server.limits
            switch request.route(through: application.router, context: context, limits: limits) {
            case .answered(let response): exchange.respond(response)
            case .refused(let failure):
                logRefusal(failure, event, context)
                exchange.respond(failure.response)
            case .received(let receiver, let body):
                exchange.serve(receiver)
                receiver.receive(body, exchange: exchange)
            }
        }
    }

    private func answer(
        _ name: String, _ content: InvocationContent, _ event: LambdaEvent,
        _ context: RequestContext, _ exchange: EventExchange
    ) {
        let invocation = Invocation(
            name, RequestProperties(kind: .json), context, host: application)
        exchange.serve(invocation)
        invocation.receive(content, bytes: event.body.count, exchange: exchange)
    }
}
