// The errors when the engine's library or a model file is damaged or missing.

import Glibc
import Onnx
import TestSupport
import Testing

@testable import Inference

@Suite struct EngineFailureTests {
    private static func message(_ source: ModelSource) -> String {
        do throws(ModelError) {
            _ = try Engine.open(source, options: ModelFixtures.engine)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a missing library says how to get it`() {
        let options = EngineOptions(library: "libonnxruntime.so.0.0.0")
        #expect {
            try Engine.open(.file(ModelFixtures.model("logits")), options: options)
        } throws: { error in
            let text = "\(error)"
            return error as? ModelError == .engineUnavailable(text)
                && text.contains("libonnxruntime.so.0.0.0") && text.contains("`make setup`")
        }
    }

    @Test func `a library that is another one is named`() {
        let options = EngineOptions(library: "libm.so.6")
        #expect {
            try Engine.open(.file(ModelFixtures.model("logits")), options: options)
        } throws: { error in
            "\(error)".contains("libm.so.6 is not ONNX Runtime")
        }
    }

    @Test func `a missing file, no bytes and wrong bytes are sentences on one line`() throws {
        let model = try ModelFixtures.bytes("models/logits.onnx")
        let missing = Self.message(.file("/nonexistent/model.onnx"))
        #expect(missing.hasPrefix("ONNX Runtime cannot load /nonexistent/model.onnx: "))
        for text in [
            missing, Self.message(.bytes([])), Self.message(.bytes(Array("not a model".utf8))),
            Self.message(.bytes(Array(model.prefix(model.count / 2)))),
        ] {
            #expect(text.hasPrefix("ONNX Runtime cannot load "))
            #expect(!text.contains("\n"))
        }
    }

    @Test(arguments: [
        (
            "/src/graph/model.cc:256 a::Model::Model(b::ModelProto&&, const c::D<e, f>*) Too new: 15",
            "Too new: 15"
        ),
        ("/src/x.h:46 void f(const std::map<g, int>&, bool) const  Two  words", "Two words"),
        ("/src/x.h:46 auto h(int)::<lambda(k)>::operator()(k) const [with T = int] No", "No"),
        ("Load model from /a/b.onnx failed:Protobuf parsing failed.", "Protobuf parsing failed."),
        (#"This is an invalid model. In Node, ("", F, "", -1) : () -> () , Error No Op"#, "No Op"),
        ("In node (1) it fails", "In node (1) it fails"), ("/src/x.h:46 half", "/src/x.h:46 half"),
    ])
    func `the place in the engine's sources is left out`(message: String, sentence: String) {
        #expect(OnnxRuntimeLibrary.sentence(message) == sentence)
    }

    @Test func `an operator that the engine does not know is named`() {
        let text = Self.message(.file(ModelFixtures.model("unknown_operator")))
        #expect(text.contains("example.invalid"))
    }

    @Test func `mutated models are refused or run, and never crash`() throws {
        let model = try ModelFixtures.bytes("models/softmax.onnx")
        var generator = SeededGenerator(seed: 31)
        for _ in 0..<200 {
            var bytes = model
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            _ = Self.message(.bytes(bytes))
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `the engine writes nothing of its own`() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent, \.standardErrorContent]
        ) {
            for stream in [STDOUT_FILENO, STDERR_FILENO] { unsafe write(stream, "<<<", 3) }
            // Each of these models makes the engine log if logging is on.
            for name in ["unknown_operator", "two_inputs", "logits", "nonexistent"] {
                let model = try? ModelFixtures.open(name)
                try? model?.makeContext(inputShape: [1, 3, 9, 9], output: 0).infer()
            }
            for stream in [STDOUT_FILENO, STDERR_FILENO] { unsafe write(stream, ">>>", 3) }
            exit(EXIT_SUCCESS)
        }
        // The test library puts its own marks around these.
        for content in [result?.standardOutputContent, result?.standardErrorContent] {
            #expect(String(decoding: content ?? [], as: UTF8.self).contains("<<<>>>"))
        }
    }
}
