// The log lines of requests: one for each request that ends, and one for each picture whose result
// the sender may never see.

internal import Basics
internal import EventLoop
internal import HTTP
internal import Inference
internal import Runtime

extension Application {
    func logItem(
        _ item: Item?, _ result: Result<[Prediction], Failure>, of context: RequestContext
    ) {
        guard configuration.log.access else { return }
        let uri = LogValue(item?.echo.map(\.withoutURLSecrets))
        let id = LogValue.text(context.id)
        switch result {
        case .success(let predictions):
            let best = predictions.first
            log.info(
                "classified",
                [
                    "uri": uri, "label": LogValue(best?.label.text),
                    "prob": LogValue(best.map { probabilityText($0.probability) }),
                    "requestId": id, "tenantId": LogValue(context.tenant),
                ])
        case .failure(let failure):
            log.warn(
                failure.sentence.withoutQueries,
                [
                    "uri": uri, "code": .text(failure.code.rawValue), "requestId": id,
                    "tenantId": LogValue(context.tenant),
                ])
        }
    }

    /// Writes the line of a request that has ended.
    func logEnd(_ end: RequestEnd) {
        guard configuration.log.access else { return }
        log.info(
            end.request,
            [
                "status": end.status.map(LogValue.number) ?? .text("none"),
                "code": .text(end.outcome ?? "ok"),
                "bytes": .number(end.bytes),
                "took": .milliseconds((loop.readClock() - end.arrived).inMilliseconds),
                "requestId": LogValue(end.context?.id),
                "tenantId": LogValue(end.context?.tenant),
                "traceId": LogValue(end.context?.trace),
            ])
    }
}
