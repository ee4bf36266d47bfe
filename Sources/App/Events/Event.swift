// Every event is taken for a direct request until envelopes are read; what reads them comes next.

internal import HTTP
internal import Inference
internal import Runtime

enum Event: Sendable {
    case direct, warmUp, http(HTTPEvent), records(RecordBatch), form(Form)
    static func read(_ bytes: [UInt8], maxItems: Int) -> Event { .direct }
}
struct HTTPEvent: Sendable {
    let head: [UInt8]; let body: Result<[UInt8], Failure>; let form: ReplyForm
}
struct ReplyForm: Sendable {
    static let streamContentType = "application/vnd.awslambda.http-integration-response"
    func reply(to r: Response) -> [UInt8] { r.body }
    func prelude(of r: Response) -> [UInt8] { [] }
}
struct RecordBatch: Sendable { let source: String }
final class RecordEvaluation {
    init(
        _ b: RecordBatch, topK: Int?, backend: Backend,
        completed: @escaping (Result<[UInt8], Failure>) -> Void
    ) {}
    func start() {}
    func cancel() {}
}
