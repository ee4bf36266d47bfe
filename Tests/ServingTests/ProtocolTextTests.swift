// What the protocols' routes say about models, as their own clients read it.

import Tensors
import Testing

@testable import Serving

@Suite struct ProtocolTextTests {
    private let signature = ModelSignature(
        platform: "onnx_onnxv1",
        inputs: [TensorDescription(name: "x", element: .float32, shape: [nil, 4])],
        outputs: [TensorDescription(name: "label", element: .string, shape: [nil])])

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `V2 describes a model`() {
        #expect(
            text(OpenInferenceText.model("m", versions: ["1", "2"], signature))
                == #"{"name":"m","versions":["1","2"],"platform":"onnx_onnxv1","inputs":["#
                + #"{"name":"x","datatype":"FP32","shape":[-1,4]}],"outputs":["#
                + #"{"name":"label","datatype":"BYTES","shape":[-1]}]}"#)
    }

    @Test func `the repository's index tells states and reasons`() {
        let models = [
            ModelStatus(name: "a", version: "1", stage: .ready),
            ModelStatus(name: "b", version: "2", stage: .failed("no \"model\"")),
        ]
        #expect(
            text(OpenInferenceText.index(models))
                == #"[{"name":"a","version":"1","state":"READY"},{"name":"b","version":"2","#
                + #""state":"UNAVAILABLE","reason":"no \"model\""}]"#)
        #expect(
            text(PredictionText.status("b", Array(models[1...])))
                == #"{"name":"b","ready":false,"model_version_status":[{"version":"2","#
                + #""state":"END","status":{"error_code":"FAILED_PRECONDITION","#
                + #""error_message":"no \"model\""}}]}"#)
    }

    @Test func `TensorFlow Serving's metadata names types and dimensions`() {
        #expect(
            text(PredictionText.metadata("m", version: "1", signature)).contains(
                #""x":{"name":"x","dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1","name":""},"#
                    + #"{"size":"4","name":""}],"unknown_rank":false}}"#))
    }
}
