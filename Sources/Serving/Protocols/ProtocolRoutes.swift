// The routes of the Open Inference Protocol, of KServe's first protocol and of TensorFlow Serving's REST
// API (docs/platforms.md C1–C3).
//
// Questions about models are answered from the head alone; inferences become invocations, like those of
// `/invocations`.

internal import HTTP
internal import Inference
internal import Runtime

/// Decides about requests to protocols' routes. Loop thread.
struct ProtocolRoutes {
    let host: any InvocationHost
    let bodyLimit: Int
    /// The ID of a request whose sender gave none.
    let nextRequestID: () -> String

    /// Decides about one request. Throws why it is refused.
    func begin(
        _ operation: Operation, _ model: ModelReference?, _ head: borrowing RequestHead,
        in bytes: Span<UInt8>, _ context: RequestContext?
    ) throws(Failure) -> HeadDecision {
        switch operation {
        case .v2(let operation): try begin(operation, model, head, in: bytes, context)
        case .v1(let operation): try begin(operation, model, head, in: bytes, context)
        case .alive, .ping, .invocations, .endpoint:
            preconditionFailure("these routes are no protocol's")
        }
    }

    // MARK: The Open Inference Protocol

    private func begin(
        _ operation: Operation.OpenInference, _ model: ModelReference?,
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, _ context: RequestContext?
    ) throws(Failure) -> HeadDecision {
        switch operation {
        case .server: return Self.answer(OpenInferenceText.server())
        case .live: return Self.answer(OpenInferenceText.health("live", true))
        case .ready:
            let isReady = host.gate.readiness == .open
            return Self.answer(
                OpenInferenceText.health("ready", isReady),
                isReady ? .ok : .serviceUnavailable)
        case .model:
            let target = try target(model)
            return Self.answer(
                OpenInferenceText.model(
                    target.name, versions: [target.version], ModelSignature(target.model)))
        case .modelReady: return Self.answer(OpenInferenceText.ready(try target(model).name, true))
        case .index:
            return Self.answer(OpenInferenceText.index([Self.status(try target(nil))]))
        case .load, .unload:
            throw Failure(
                .badRequest,
                "models are loaded when the server starts; this one serves “\(try target(nil).name)”"
            )
        case .infer:
            let target = try target(model)
            let properties = try RequestProperties(head, in: bytes, to: .v2)
            return receive("POST /v2/models/\(target.name)/infer", properties, context)
        }
    }

    // MARK: KServe's first protocol, TensorFlow Serving

    private func begin(
        _ operation: Operation.Prediction, _ model: ModelReference?,
        _ head: borrowing RequestHead, in bytes: Span<UInt8>, _ context: RequestContext?
    ) throws(Failure) -> HeadDecision {
        let target = try target(model)
        switch operation {
        case .list: return Self.answer(PredictionText.list([target.name]))
        case .status:
            return Self.answer(PredictionText.status(target.name, [Self.status(target)]))
        case .metadata:
            return Self.answer(
                PredictionText.metadata(
                    target.name, version: target.version, ModelSignature(target.model)))
        case .predict:
            let properties = try RequestProperties(head, in: bytes, to: .v1)
            return receive("POST /v1/models/\(target.name):predict", properties, context)
        }
    }

    // MARK: Parts

    /// The model that a path names, the only one if it names none. Throws why it can't be asked.
    private func target(_ model: ModelReference?) throws(Failure) -> Target {
        let backend = try host.gate.requireRoom()
        guard let target = backend.target else { throw .loading }
        guard let model else { return target }
        guard model.name == target.name else {
            throw Failure(
                .notFound,
                "there is no model “\(model.name.prefix(80))”; this server has “\(target.name)”")
        }
        guard model.version ?? target.version == target.version else {
            throw Failure(
                .notFound,
                "“\(target.name)” has no version “\((model.version ?? "").prefix(40))”; it has "
                    + "“\(target.version)”")
        }
        return target
    }

    private func receive(
        _ name: String, _ properties: RequestProperties, _ context: RequestContext?
    ) -> HeadDecision {
        .receive(
            Invocation(
                name, properties, context ?? RequestContext(id: nextRequestID()), host: host),
            bodyLimit: bodyLimit)
    }

    private static func status(_ target: Target) -> ModelStatus {
        ModelStatus(name: target.name, version: target.version, stage: .ready)
    }

    private static func answer(_ body: [UInt8], _ status: Status = .ok) -> HeadDecision {
        .answer(Response(status, contentType: "application/json", body: body))
    }
}
