// The JSON of KServe's first protocol and of TensorFlow Serving's REST API about models
// (docs/platforms.md C3; tensorflow.org/tfx/serving/api_rest). One answer holds the members of both.

internal import Basics
internal import Tensors

/// Writes what the protocol's routes answer, but for predictions.
enum PredictionText {
    /// TensorFlow's types by ONNX's numbers (tensorflow/core/framework/types.proto).
    private static let types: [ElementType: String] = [
        .float32: "DT_FLOAT", .float64: "DT_DOUBLE", .float16: "DT_HALF",
        .bfloat16: "DT_BFLOAT16", .int8: "DT_INT8", .int16: "DT_INT16", .int32: "DT_INT32",
        .int64: "DT_INT64", .uint8: "DT_UINT8", .uint16: "DT_UINT16", .uint32: "DT_UINT32",
        .uint64: "DT_UINT64", .bool: "DT_BOOL", .string: "DT_STRING",
    ]

    /// `GET /v1/models`.
    static func list(_ names: [String]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("models")
            json.array(names) { $0.element($1) }
        }
        return json.bytes
    }

    /// `GET /v1/models/{model}`: all of its versions.
    static func status(_ name: String, _ versions: [ModelStatus]) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.field("name", name)
            json.field("ready", raw: "\(versions.contains { $0.stage == .ready })")
            json.key("model_version_status")
            json.array(versions) { json, version in
                json.object { json in
                    json.field("version", version.version)
                    json.field("state", version.stage.servingName)
                    json.key("status")
                    json.object { json in
                        var reason = ""
                        if case .failed(let sentence) = version.stage { reason = sentence }
                        json.field("error_code", reason.isEmpty ? "OK" : "FAILED_PRECONDITION")
                        json.field("error_message", reason)
                    }
                }
            }
        }
        return json.bytes
    }

    /// `GET /v1/models/{model}/metadata`.
    static func metadata(_ name: String, version: String, _ signature: ModelSignature) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.key("model_spec")
            json.object { json in
                json.field("name", name)
                json.field("signature_name", "")
                json.field("version", version)
            }
            json.key("metadata")
            json.object { json in
                json.key("signature_def")
                json.object { json in
                    json.key("signature_def")
                    json.object { json in
                        json.key("serving_default")
                        define(signature, in: &json)
                    }
                }
            }
        }
        return json.bytes
    }

    private static func define(_ signature: ModelSignature, in json: inout JSONWriter) {
        json.object { json in
            for (key, tensors) in [("inputs", signature.inputs), ("outputs", signature.outputs)] {
                json.key(key)
                json.object { json in
                    for tensor in tensors {
                        json.key(tensor.name)
                        describe(tensor, in: &json)
                    }
                }
            }
            json.field("method_name", "tensorflow/serving/predict")
        }
    }

    private static func describe(_ tensor: TensorDescription, in json: inout JSONWriter) {
        json.object { json in
            json.field("name", tensor.name)
            json.field("dtype", types[tensor.element] ?? "DT_INVALID")
            json.key("tensor_shape")
            json.object { json in
                json.key("dim")
                json.array(tensor.shape) { json, length in
                    json.object { json in
                        json.field("size", "\(length ?? -1)")
                        json.field("name", "")
                    }
                }
                json.field("unknown_rank", raw: "false")
            }
        }
    }
}
