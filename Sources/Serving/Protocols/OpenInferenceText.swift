// The JSON of the Open Inference Protocol about servers and models (docs/platforms.md C1; Triton's
// extension_model_repository.md).

internal import Basics
internal import Tensors

/// Writes what the protocol's routes answer, but for inferences.
enum OpenInferenceText {
    private static let extensions = ["binary_tensor_data", "classification"]

    /// `GET /v2`.
    static func server() -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("name", Product.name)
            json.field("version", Product.version)
            json.key("extensions")
            json.array(extensions) { $0.element($1) }
        }
        return json.bytes
    }

    /// `GET /v2/health/live` and `/ready`: `{"live":true}`.
    static func health(_ name: String, _ value: Bool) -> [UInt8] {
        Array("{\"\(name)\":\(value)}".utf8)
    }

    /// `GET /v2/models/{model}/ready`.
    static func ready(_ name: String, _ isReady: Bool) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("name", name)
            json.field("ready", raw: "\(isReady)")
        }
        return json.bytes
    }

    /// `GET /v2/models/{model}`.
    static func model(_ name: String, versions: [String], _ signature: ModelSignature) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("name", name)
            json.key("versions")
            json.array(versions) { $0.element($1) }
            json.field("platform", signature.platform)
            json.key("inputs")
            json.array(signature.inputs) { describe($1, in: &$0) }
            json.key("outputs")
            json.array(signature.outputs) { describe($1, in: &$0) }
        }
        return json.bytes
    }

    /// `POST /v2/repository/index`.
    static func index(_ models: [ModelStatus]) -> [UInt8] {
        var json = JSONWriter()
        json.array(models) { json, model in
            json.object { json in
                json.field("name", model.name)
                json.field("version", model.version)
                json.field("state", model.stage.repositoryName)
                if case .failed(let reason) = model.stage { json.field("reason", reason) }
            }
        }
        return json.bytes
    }

    private static func describe(_ tensor: TensorDescription, in json: inout JSONWriter) {
        json.object { json in
            json.field("name", tensor.name)
            json.field("datatype", tensor.element.v2Name ?? "\(tensor.element)")
            json.key("shape")
            json.array(tensor.shape) { $0.element(number: $1 ?? -1) }
        }
    }
}

extension ModelStatus.Stage {
    /// Triton's word for it.
    fileprivate var repositoryName: String {
        switch self {
        case .loading: "LOADING"
        case .ready: "READY"
        case .draining: "UNLOADING"
        case .failed: "UNAVAILABLE"
        }
    }

    /// TensorFlow Serving's word for it.
    var servingName: String {
        switch self {
        case .loading: "LOADING"
        case .ready: "AVAILABLE"
        case .draining: "UNLOADING"
        case .failed: "END"
        }
    }
}
