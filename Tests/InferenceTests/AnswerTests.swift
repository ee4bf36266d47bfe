// The ways in which classifiers end, each with what onnxruntime itself answers.
//
// The networks and answers.txt are written by tools/make_answer_fixtures.py.

import Glibc
import Onnx
import Testing

@testable import Inference

@Suite struct AnswerTests {
    private static let plain =
        #""preprocess": {"resize": {"to": "exact", "size": [8, 8]}, "crop": null, "#
        + #""mean": [0, 0, 0], "std": [1, 1, 1]}"#

    /// What onnxruntime answers, by network and output.
    private static let recorded: [String: [Float]] = {
        var answers: [String: [Float]] = [:]
        for line in (try? ModelFixtures.lines("answers/answers.txt")) ?? [] {
            let words = line.split(separator: " ")
            answers["\(words[0]) \(words[1])"] = words.dropFirst(2).compactMap { Float($0) }
        }
        return answers
    }()

    static func load(
        _ name: String, keys: String = "", labels: [String]? = nil, guesses: GuessPolicy = .warn
    ) throws -> Model {
        var files = ["net.onnx": try ModelFixtures.bytes("answers/\(name).onnx")]
        files["amphora.json"] = Array("{\(keys)\(keys.isEmpty ? "" : ", ")\(plain)}".utf8)
        if name == "zipmap_external" {
            files["zipmap_external.data"] = try ModelFixtures.bytes("answers/zipmap_external.data")
        }
        if let labels { files["labels.txt"] = Array(labels.joined(separator: "\n").utf8) }
        let folder = TemporaryFolder(files)
        return try Model.load(
            folder: folder.path, options: ModelFixtures.engine, guesses: guesses)
    }

    /// All classes of the picture of one colour, by their numbers.
    private static func answer(_ model: Model) throws -> [Prediction] {
        let classifier = try model.makeClassifier(limits: PictureLimits())
        let picture = try ModelFixtures.bytes("models/solid.png")
        let first = try classifier.classify(picture, topK: 1000)
        #expect(try classifier.classify(picture, topK: 1000) == first)
        return first.sorted { $0.index < $1.index }
    }

    private static func close(_ a: [Float], _ b: [Float], _ tolerance: Float = 1e-6) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    @Test(arguments: [
        ("clip", "graph: ends in Softmax → Clip"),
        ("qdq", "graph: ends in Softmax → QuantizeLinear → DequantizeLinear"),
        ("qlinearsoftmax", "graph: ends in QLinearSoftmax → DequantizeLinear"),
        ("qlinearsigmoid", "graph: ends in QLinearSigmoid → DequantizeLinear"),
        ("transposed", "graph: ends in Softmax → Transpose"),
        ("sliced", "graph: ends in Softmax → Slice"),
        ("ensemble_div", "graph: ends in Softmax → Add → Div"),
        ("ensemble_mean", "graph: ends in Softmax → Mean"),
        ("ensemble_mul", "graph: ends in Softmax → Mul"),
        ("dropout", "graph: ends in Softmax → Dropout → Concat"),
        ("hand_made", "graph: ends in Exp → ReduceSum → Div"),
        ("exp_of_log_softmax", "graph: ends in LogSoftmax → Exp"),
        ("hand_made_sigmoid", "graph: ends in Exp → Div"),
        ("hard_sigmoid", "graph: ends in HardSigmoid"),
        ("ramp", "graph: ends in Add → Clip"), ("ramp_of_six", "graph: ends in Add → Clip → Div"),
        ("tanh", "measured: 5 inputs, values within 0…1"),
        ("if_softmax", "measured: 5 inputs, rows from 0 on that sum to 1"),
        ("function_softmax", "measured: 5 inputs, rows from 0 on that sum to 1"),
    ])
    func `probabilities are answered as they are`(name: String, origin: String) throws {
        let model = try Self.load(name)
        #expect(model.answers.activation.value == .none)
        #expect("\(model.answers.activation.origin)".hasPrefix(origin))
        #expect(model.warnings == [])
        let found = try Self.answer(model).map(\.probability)
        #expect(Self.close(found, Self.recorded["\(name) p"] ?? []))
    }

    @Test(arguments: [
        ("log_softmax", "graph: ends in LogSoftmax"),
        ("log_of_softmax", "graph: ends in Softmax → Log"),
        ("hand_made_log", "graph: ends in ReduceLogSumExp → Sub"),
        ("function_log_softmax", "measured: 5 inputs, rows whose exponentials sum to 1"),
    ])
    func `logarithms of probabilities are exponentiated`(name: String, origin: String) throws {
        let model = try Self.load(name)
        #expect(model.answers.activation.value == .exp)
        #expect("\(model.answers.activation.origin)" == origin)
        #expect(model.warnings == [])
        let found = try Self.answer(model).map(\.probability)
        let softmax: [Float] = [0.16232392, 0.19826289, 0.29577348, 0.34363976]
        #expect(Self.close(found, softmax))
        #expect(Self.close(found, (Self.recorded["\(name) p"] ?? []).map { expf($0) }))
    }

    @Test(arguments: [
        ("if_scores", "measured: 5 inputs, values "), ("function_scores", "measured: 5 inputs, "),
        // Values within 0…1 do not make probabilities of what the graph shows to be scores.
        ("relu", "graph: ends in Gemm → Mul → Relu"),
        ("shape_1nc", "graph: ends in Gemm → Reshape"),
        ("shape_n11c", "graph: ends in Gemm → Reshape"),
        ("shape_11c", "graph: ends in Gemm → Reshape"), ("shape_c", "graph: ends in Gemm"),
        ("shape_open", "graph: ends in Gemm → Reshape"),
    ])
    func `scores get a softmax`(name: String, origin: String) throws {
        let model = try Self.load(name)
        #expect(model.answers.activation.value == .softmax)
        #expect("\(model.answers.activation.origin)".hasPrefix(origin))
        #expect(model.warnings == [] && model.classes == 4)
        var expected = Self.recorded["\(name) p"] ?? []
        try Activation.softmax.apply(to: &expected)
        #expect(Self.close(try Self.answer(model).map(\.probability), expected))
    }

    @Test(arguments: [
        ("percent", "each row sums to 100"), ("ensemble_sum", "each row sums to 2"),
        ("mixed", "the graph ends in MatMul, but every answer that was tried sums to 1"),
    ])
    func `numbers that the graph does not explain are noticed`(name: String, words: String) throws {
        let model = try Self.load(name)
        #expect(model.answers.activation.value == .none)
        #expect(model.warnings.count == 1 && model.warnings.guesses.isEmpty)
        #expect(model.warnings.first?.sentence.contains(words) == true)
        let found = try Self.answer(model).map(\.probability)
        #expect(Self.close(found, Self.recorded["\(name) p"] ?? [], 1e-4))
    }

    @Test(arguments: [
        ("softmax", "clip", "probabilities already (graph: ends in Softmax → Clip)"),
        ("none", "relu", "scores (graph: ends in Gemm → Mul → Relu)"),
        ("none", "log_softmax", "logarithms of probabilities (graph: ends in LogSoftmax)"),
        ("sigmoid", "if_softmax", "probabilities already (measured: 5 inputs"),
    ])
    func `what is written decides, and what it contradicts is said`(
        written: String, name: String, words: String
    ) throws {
        let model = try Self.load(name, keys: #""activation": "\#(written)""#)
        #expect(model.answers.activation.value.rawValue == written)
        #expect(model.warnings.count == 1 && model.warnings.guesses.isEmpty)
        let sentence = model.warnings.first?.sentence ?? ""
        #expect(sentence.hasPrefix(#"amphora.json: "activation" is \#(written), but "#))
        #expect(sentence.contains(words))
    }

    // MARK: One number

    @Test(arguments: [
        ("one_sigmoid", Activation.none), ("one_score", .sigmoid), ("one_flat", .none),
    ])
    func `one number is the probability of the second label`(
        name: String, activation: Activation
    ) throws {
        let model = try Self.load(name, labels: ["cat", "dog"])
        #expect(model.answers.activation.value == activation)
        #expect(model.warnings == [] && model.classes == 2)
        let (p, rest) = (Float(0.3775407), Float(0.6224593))
        let both = try Self.answer(model)
        #expect(both.map(\.label) == [.name("cat"), .name("dog")])
        #expect(Self.close(both.map(\.probability), [rest, p]))
        let turned = try Self.load(name, keys: #""positive": "cat""#, labels: ["cat", "dog"])
        #expect(Self.close(try Self.answer(turned).map(\.probability), [p, rest]))
        let only = try Self.answer(try Self.load(name, labels: ["dog"]))
        #expect(only.map(\.label) == [.name("dog")] && Self.close(only.map(\.probability), [p]))
        let none = try Self.answer(try Self.load(name))
        #expect(none.map(\.label) == [.index(0), .index(1)])
        #expect(Self.close(none.map(\.probability), [rest, p]))
    }

    @Test(arguments: [
        (
            "one_sigmoid", ["cat", "dog"], "bird",
            #""positive" is "bird"; expected one of the labels: "cat", "dog""#
        ),
        ("one_sigmoid", [], "bird", #"expected one of the labels: "0", "1""#),
        ("clip", ["a", "b", "c", "d"], "a", "this one answers with 4"),
    ])
    func `a positive label that can't be is named`(
        name: String, labels: [String], positive: String, words: String
    ) {
        #expect {
            try Self.load(
                name, keys: #""positive": "\#(positive)""#, labels: labels.isEmpty ? nil : labels)
        } throws: { "\($0)".contains(words) }
    }

    @Test func `one number of which nothing tells what it is, is a guess`() throws {
        let model = try Self.load("one_hidden")
        #expect(model.answers.activation.value == .none)
        #expect(model.warnings.guesses.count == 1)
        #expect(throws: ModelError.self) { try Self.load("one_hidden", guesses: .refuse) }
        let settled = try Self.load(
            "one_hidden", keys: #""activation": "sigmoid""#, guesses: .refuse)
        #expect(settled.answers.form.value == .binary(positive: 1))
    }

    @Test func `a softmax over one value, and over the batch, answers 1 and says so`() throws {
        let model = try Self.load("one_softmax", labels: ["cat", "dog"])
        #expect(model.warnings.count == 1)
        #expect(model.warnings.first?.sentence.contains("always 1") == true)
        let batch = try Self.load("other_axis")
        #expect(batch.warnings.first?.sentence.contains("1.0 to every input") == true)
    }

    @Test func `two numbers made of one are two classes`() throws {
        let model = try Self.load("two_from_one", labels: ["cat", "dog"])
        #expect(model.answers.form.value == .each && model.warnings == [])
        #expect(Self.close(try Self.answer(model).map(\.probability), [0.6224593, 0.3775407]))
    }

    // MARK: Which output

    @Test(arguments: [
        ("features_first", 4, "b", "graph: as many values as labels, 4"),
        ("features_first", 0, "b", "graph: computed from the other outputs"),
        ("embedding_first", 4, "c", "graph: as many values as labels, 4"),
        ("embedding_first", 0, "c", "graph: ends in Softmax"),
        ("named_heads", 0, "logits", #"graph: its name, "logits""#),
        ("two_heads", 6, "a", "graph: as many values as labels, 6"),
        ("scores_and_probabilities", 4, "c", "graph: ends in Softmax"),
        ("two_activations", 0, "d", "graph: the others are made of the same scores"),
        ("clip", 0, "p", "model"),
    ])
    func `the output is chosen by evidence`(
        name: String, labels: Int, output: String, origin: String
    ) throws {
        let names = (0..<labels).map { "label \($0)" }
        let model = try Self.load(name, labels: labels == 0 ? nil : names)
        #expect(model.answers.output.value == output)
        #expect("\(model.answers.output.origin)" == origin)
        #expect(model.warnings == [])
        #expect(model.answers.otherOutputs.count == (name == "clip" ? 0 : 1))
        #expect(try Self.answer(model).count == model.classes)
    }

    @Test func `a tie is refused, and settled by a key`() throws {
        #expect { try Self.load("two_heads") } throws: {
            "\($0)"
                == "the model's outputs \"a\": float32 [?, 6] and \"b\": float32 [?, 4] may each hold "
                + "the classes; \"output\" in amphora.json chooses one"
        }
        let chosen = try Self.load("two_heads", keys: #""output": "b""#)
        #expect(chosen.answers.output == Resolved("b", .key("output", in: "amphora.json")))
        #expect(chosen.classes == 4)
        #expect { try Self.load("two_heads", keys: #""output": "c""#) } throws: {
            "\($0)".contains(#""output" is "c"; expected one of "a""#)
        }
        #expect { try Self.load("classifier", keys: #""output": "best""#) } throws: {
            "\($0)".contains("can't be scores")
        }
    }

    @Test(arguments: [
        ("clipped_scores", "Gemm → Clip, which keeps any numbers in a range"),
        ("root", "Softmax → Sqrt, which keeps any numbers in a range"),
        ("doubled", "the outputs \"y\" and \"z\" may each hold the classes"),
    ])
    func `what the operators themselves make true proves nothing`(
        name: String, words: String
    ) throws {
        let model = try Self.load(name)
        #expect(model.warnings.guesses.count == 1)
        #expect(model.warnings.guesses.first?.contains(words) == true)
        #expect { try Self.load(name, guesses: .refuse) } throws: { "\($0)".contains(words) }
    }

    // MARK: Endings of scikit-learn, Custom Vision and others

    private static let names = ["red", "green", "blue", "light"]

    @Test(arguments: [
        ("zipmap", "ZipMap" as String?, names), ("zipmap_external", "ZipMap", names),
        ("zipmap_numbers", "ZipMap", ["3", "5", "7", "9"]), ("label_only", "ArgMax", names),
        ("classifier", nil, names), ("best_only", "ArgMax", []), ("top_k", "TopK", []),
        ("best_and_score", "ReduceMax", []), ("best_gathered", "GatherElements", []),
    ])
    func `scores are found behind lists, labels and choices`(
        name: String, operation: String?, labels: [String]
    ) throws {
        let model = try Self.load(name)
        #expect(model.answers.operation == operation)
        #expect(model.answers.labels.value.names == labels)
        #expect(model.warnings == [])
        #expect(model.answers.activation.value == .none)
        let softmax: [Float] = [0.16232392, 0.19826289, 0.29577348, 0.34363976]
        #expect(Self.close(try Self.answer(model).map(\.probability), softmax))
    }

    @Test func `names tied to columns win over a file, and a file over numbers`() throws {
        let other = ["light", "red", "green", "blue"]
        let tied = try Self.load("zipmap", labels: other)
        #expect(tied.answers.labels.value.names == Self.names)
        #expect(tied.warnings.first?.sentence.contains("ZipMap, which decides") == true)
        #expect(try Self.load("zipmap", labels: Self.names).warnings == [])
        let written = try Self.load("zipmap", keys: #""labels": ["a", "b", "c", "d"]"#)
        #expect(written.answers.labels.value.names == ["a", "b", "c", "d"])
        let file = try Self.load("zipmap_numbers", labels: other)
        #expect(file.answers.labels.value.names == other && file.warnings == [])
        #expect(try Self.load("classifier", labels: other).answers.labels.value.names == other)
    }

    @Test func `the scores before the greatest logit get a softmax`() throws {
        let model = try Self.load("best_logit")
        #expect(model.answers.operation == "ReduceMax" && model.answers.numbers == 4)
        #expect(model.answers.activation.value == .softmax)
    }

    @Test(arguments: [("top_k_of_scores", "TopK"), ("best_percent", "ReduceMax")])
    func `the best few scores in an order of their own are refused`(
        name: String, operation: String
    ) {
        #expect { try Self.load(name) } throws: {
            "\($0)".contains("export the scores before the \(operation)")
        }
    }

    @Test func `a classifier without a transform is measured`() throws {
        let model = try Self.load("classifier_scores")
        #expect(model.answers.activation.value == .softmax)
        #expect("\(model.answers.activation.origin)".hasPrefix("measured: 5 inputs"))
    }

    // MARK: Elements and shapes

    @Test(arguments: [("float16", 2e-4), ("bfloat16", 2e-3), ("float64", 1e-7)])
    func `scores of other precision are converted`(name: String, tolerance: Float) throws {
        let model = try Self.load("output_\(name)")
        #expect(model.warnings == [] && model.answers.activation.value == .none)
        let found = try Self.answer(model).map(\.probability)
        let softmax: [Float] = [0.16232392, 0.19826289, 0.29577348, 0.34363976]
        #expect(Self.close(found, softmax, tolerance))
        if let recorded = Self.recorded["output_\(name) p"] {
            #expect(Self.close(found, recorded, 0))
        } else {
            // Exact in 8 bits of precision.
            #expect(found.allSatisfy { $0.bitPattern & 0xFFFF == 0 })
        }
    }

    @Test(arguments: [("uint8", 0), ("int8", -128)])
    func `quantized scores are dequantized`(name: String, zero: Int) throws {
        let model = try Self.load("output_\(name)")
        #expect(model.warnings == [])
        #expect(model.answers.quantization?.zeroPoint == Float(zero))
        let expected = (Self.recorded["output_\(name) p"] ?? []).map {
            ($0 - Float(zero)) * (1 / Float(255))
        }
        #expect(Self.close(try Self.answer(model).map(\.probability), expected, 0))
    }

    @Test(arguments: [
        ("output_no_scale", "holds no scale for it"),
        ("declared_wrong", "is declared as [1, ?], but the network answers with [3, 1, 64]"),
    ])
    func `an output that can't be read is a sentence`(name: String, words: String) {
        #expect { try Self.load(name) } throws: { "\($0)".contains(words) }
    }

    @Test(arguments: [
        (["a", "b", "c"], "labels.txt: 3 labels, but the network has 4 classes"),
        (["background", "a", "b", "c", "d"], "\"background\" is TensorFlow's class 0"),
        (["a", "b", "c", "d", "e"], "5 labels, but the network has 4 classes"),
    ])
    func `more or fewer labels than classes are an error`(labels: [String], words: String) {
        #expect { try Self.load("clip", labels: labels) } throws: { "\($0)".contains(words) }
        #expect {
            try Self.load("one_sigmoid", labels: labels)
        } throws: { "\($0)".contains("with one number, for one or two labels") }
    }
}
