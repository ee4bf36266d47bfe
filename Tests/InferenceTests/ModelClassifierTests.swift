// From a model folder and a picture to labels, with the real engine.

import Glibc
import Onnx
import Tensors
import TestSupport
import Testing

@testable import Inference

@Suite struct ModelClassifierTests {
    /// A picture of one colour: 51, 102, 204, which are 0.2, 0.4 and 0.8 of 255.
    private static func picture() throws -> [UInt8] {
        try ModelFixtures.bytes("models/solid.png")
    }

    private static let plain =
        #"{"preprocess": {"resize": {"filter": "bilinear"}, "mean": [0, 0, 0], "#
        + #""std": [1, 1, 1]}}"#

    private static func load(
        _ name: String, _ files: [String: String] = [:], guesses: GuessPolicy = .warn
    ) throws -> Model {
        let folder = try TemporaryFolder(files, models: ["net.onnx": name])
        return try Model.load(
            folder: folder.path, options: ModelFixtures.engine, guesses: guesses)
    }

    private static func close(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
    }

    /// The probabilities of the picture, by class.
    private static func answer(_ model: Model) throws -> [Float] {
        try model.makeClassifier(limits: PictureLimits()).classify(picture(), topK: 1000)
            .sorted { $0.index < $1.index }.map(\.probability)
    }

    private static let scores: [Float] = [0.2, 0.4, 0.8, 0.95]

    private static func softmax(_ scores: [Float]) -> [Float] {
        let sum = scores.map { expf($0) }.reduce(0, +)
        return scores.map { expf($0) / sum }
    }

    @Test(arguments: [
        "logits", "softmax", "softmax_reshaped", "nhwc", "open_classes", "rank_1",
        "trailing_ones", "three_outputs", "open_size", "listed_weights", "rank_3", "batch_8",
    ])
    func `every way of writing the network gives the same probabilities`(name: String) throws {
        let model = try Self.load(name, ["amphora.json": Self.plain])
        #expect(model.classes == 4)
        #expect(Self.close(try Self.answer(model), Self.softmax(Self.scores)))
    }

    @Test(arguments: [Optimizations.all, .none])
    func `zeros around negative values win in a pooling, as the file says`(
        optimizations: Optimizations
    ) throws {
        let settings = #"{"preprocess": {"mean": [1, 1, 1], "std": [1, 1, 1]}}"#
        let folder = try TemporaryFolder(
            ["amphora.json": settings], models: ["net.onnx": "pad_maxpool"])
        var options = ModelFixtures.engine
        options.optimizations = optimizations
        let model = try Model.load(folder: folder.path, options: options)
        // Of the 16 windows, 7 reach into the padding, and their maximum is 0.
        let means: [Float] = [-0.8, -0.6, -0.2].map { $0 * 9 / 16 }
        let scores = means + [means.reduce(0, +) / 2 + 0.25]
        #expect(Self.close(try Self.answer(model), Self.softmax(scores)))
    }

    @Test func `what is newer than the engine is named, with both versions and the remedy`() {
        #expect {
            try Self.load("opset_99")
        } throws: {
            "\($0)".hasSuffix(
                "net.onnx is of opset 99, and this engine, ONNX Runtime 1.32.0, reads up to opset "
                    + "28: export it with opset_version=28, or serve it with a newer engine")
        }
        #expect {
            try Self.load("ir_99")
        } throws: {
            "\($0)".hasSuffix(
                "net.onnx is of IR version 99, and this engine, ONNX Runtime 1.32.0, reads up to "
                    + "IR version 14: set ir_version = 14 in it with the onnx package, or serve it "
                    + "with a newer engine")
        }
    }

    @Test(arguments: [
        (
            "unknown_operator",
            #"uses the operator "Softmax" of "example.invalid", a domain that ONNX Runtime 1.32.0 "#
                + "does not know: --custom-ops names the library that has it, or export it without it"
        ),
        (
            "missing_operator",
            #"uses the operator "Absent", which is not in version 1 of "com.microsoft" as ONNX "#
                + "Runtime 1.32.0 knows it, up to 1: export it without that operator, or with "
                + "another version"
        ),
        (
            "changed_opset",
            #"says opset 18, in which the operator "ReduceMean" has no attribute "axes": export "#
                + "it again with that opset_version, or convert it with onnx.version_converter"
        ),
        (
            "bfloat16",
            #"uses the operator "Conv" with element types for which ONNX Runtime 1.32.0 has no "#
                + "implementation on a CPU: export it in float32"
        ),
    ])
    func `an operator that the engine lacks is named`(name: String, sentence: String) {
        #expect {
            try Self.load(name)
        } throws: {
            "\($0)".hasSuffix("net.onnx \(sentence)")
        }
    }

    @Test func `a network of bytes gets the pixels as they are`() throws {
        let model = try Self.load("input_uint8", ["amphora.json": #"{"activation": "none"}"#])
        #expect(model.inputs.first?.element == .uint8)
        #expect(Self.close(try Self.answer(model), [51, 102, 204, 178.75]))
        // Padding and other channel orders apply to bytes, too.
        let padded = try Self.load(
            "input_uint8",
            [
                "amphora.json": #"{"activation": "none", "input": {"channels": "BGR"}, "#
                    + #""preprocess": {"resize": {"to": "exact", "size": 4}, "crop": 8}}"#
            ])
        #expect(Self.close(try Self.answer(padded), [51, 25.5, 12.75, 44.875]))
    }

    @Test func `a sigmoid at the end is left alone, and one in the settings applied`() throws {
        let expected = Self.scores.map { 1 / (1 + expf(-$0)) }
        let graph = try Self.load("sigmoid", ["amphora.json": Self.plain])
        #expect(Self.close(try Self.answer(graph), expected))
        let written = try Self.load(
            "logits", ["amphora.json": #"{"activation": "sigmoid", "# + Self.plain.dropFirst()])
        #expect(Self.close(try Self.answer(written), expected))
    }

    @Test func `labels, order and number are as the folder says`() throws {
        let model = try Self.load(
            "logits",
            [
                "labels.txt": "red\ngreen\nblue\nlight\n",
                "amphora.json": #"{"top_k": 2, "# + Self.plain.dropFirst(),
            ])
        #expect(model.warnings == [])
        let classifier = try model.makeClassifier(limits: PictureLimits())
        let two = try classifier.classify(Self.picture())
        #expect(two.map(\.label) == [.name("light"), .name("blue")])
        #expect(two.map(\.index) == [3, 2])
        #expect(try classifier.classify(Self.picture(), topK: 1).count == 1)
        #expect(try classifier.classify(Self.picture(), topK: 1000).count == 4)
    }

    @Test func `classes without a name are noticed, and go by their index`() throws {
        let names =
            #"{"model_type": "x", "image_size": 8, "id2label": {"0": "a", "1": "b", "3": "d"}}"#
        let model = try Self.load("logits", ["config.json": names, "amphora.json": Self.plain])
        #expect(
            model.warnings.contains {
                $0.sentence.hasPrefix("config.json: \"id2label\" names 3 of 4 classes")
            })
        #expect(
            try model.makeClassifier(limits: PictureLimits()).classify(Self.picture())[1].label
                == .index(2))
    }

    @Test func `a guess is a warning, and refused where guesses are`() throws {
        #expect(try Self.load("logits").warnings.guesses.count == 1)
        #expect {
            _ = try Self.load("logits", guesses: .refuse)
        } throws: { error in
            "\(error)".hasPrefix("refused, a guess: no file says how pictures become")
        }
        #expect(throws: Never.self) {
            try Self.load("logits", ["amphora.json": Self.plain], guesses: .refuse)
        }
    }

    @Test func `several outputs are reported`() throws {
        let model = try Self.load("three_outputs")
        #expect(!model.warnings.contains { $0.sentence.contains("output") })
        #expect(model.answers.output == Resolved("logits", .graph("its name, \"logits\"")))
        #expect(model.answers.otherOutputs == ["best", "mean"])
    }

    @Test func `gray, another size and bytes of 8 times 8 are prepared`() throws {
        let gray = try Self.load("gray")
        // ITU-R 601 luma of the colour: (51·19595 + 102·38470 + 204·7471 + 0x8000) >> 16 = 98.
        #expect(gray.settings.inputShape == [1, 1, 28, 28])
        let l = Float(98) / 255
        #expect(Self.close(try Self.answer(gray), Self.softmax([l, 0, 0, l / 2 + 0.25])))
        #expect(
            try Self.load("size_299").makeClassifier(limits: PictureLimits()).classify(
                Self.picture()
            )
            .count == 4)
    }

    @Test func `loading runs the network, and ignores what is no number`() throws {
        #expect(try Self.load("logits").answers.measured.inputs == 1)
        #expect(try Self.load("not_a_number").answers.measured.isFinite == false)
    }

    @Test func `no number for an answer is the model's error`() throws {
        let classifier = try Self.load("not_a_number", ["amphora.json": Self.plain])
            .makeClassifier(limits: PictureLimits())
        #expect { try classifier.classify(Self.picture()) } throws: { error in
            guard case ClassifierError.model(.nonFiniteOutput) = error else { return false }
            return true
        }
    }

    @Test func `a bad picture is the picture's error and the classifier goes on`() throws {
        let classifier = try Self.load("logits", ["amphora.json": Self.plain]).makeClassifier(
            limits: PictureLimits())
        let good = try classifier.classify(Self.picture())
        for bytes in [[], Array("no picture".utf8), Array(try Self.picture().prefix(50))] {
            #expect { try classifier.classify(bytes) } throws: { error in
                guard case ClassifierError.picture = error else { return false }
                return true
            }
            #expect(try classifier.classify(Self.picture()) == good)
        }
    }

    @Test(arguments: ["pillow", "opencv"])
    func `the limit of pixels holds for what a picture is resized to`(library: String) throws {
        let settings =
            #"{"preprocess": {"resize": {"to": "shorter", "size": 8, "library": "\#(library)"}, "#
            + #""crop": 8}}"#
        let model = try Self.load("logits", ["amphora.json": settings])
        // 200 by 1 becomes 1600 by 8.
        let line = try ModelFixtures.bytes("models/line.png")
        let strict = try model.makeClassifier(limits: PictureLimits(pixels: 1599))
        #expect(try strict.classify(Self.picture()).count == 4)
        #expect { try strict.classify(line) } throws: { error in
            guard case ClassifierError.picture(.undecodable(let sentence)) = error else {
                return false
            }
            return sentence.contains("too extreme to bring it to 1600×8")
        }
        let wider = try model.makeClassifier(limits: PictureLimits(pixels: 1600))
        #expect(try wider.classify(line).count == 4)
    }

    @Test(arguments: ["pillow", "opencv"])
    func `a network may take more pixels than a picture may have`(library: String) throws {
        let settings =
            #"{"preprocess": {"resize": {"to": "shorter", "size": 320, "library": "\#(library)"}, "#
            + #""crop": 299}}"#
        let model = try Self.load("size_299", ["amphora.json": settings])
        let strict = try model.makeClassifier(limits: PictureLimits(pixels: 12 * 16))
        #expect(try strict.classify(Self.picture()).count == 4)
    }

    @Test(arguments: [
        ("two_inputs", "2 inputs"), ("channels_4", "[?, 4, 8, 8]"),
        ("open_all", "input.layout"),
        ("unknown_operator", "example.invalid"),
    ])
    func `a model that cannot be served is refused when it is loaded`(name: String, part: String) {
        #expect { try Self.load(name) } throws: { error in
            error is ModelError && "\(error)".contains(part)
        }
    }

    @Test func `a mutated model is refused, fails or answers, and never crashes`() throws {
        let bytes = try ModelFixtures.bytes("models/softmax.onnx")
        let picture = try Self.picture()
        var generator = SeededGenerator(seed: 43)
        for _ in 0..<100 {
            var mutant = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                mutant[Int.random(in: mutant.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            let folder = TemporaryFolder(["net.onnx": mutant])
            do {
                let model = try Model.load(folder: folder.path, options: ModelFixtures.engine)
                let answer = try model.makeClassifier(limits: PictureLimits()).classify(picture)
                #expect(answer.allSatisfy { $0.probability.isFinite })
            } catch {
                #expect(error is ModelError || error is ClassifierError)
            }
        }
    }

    @Test func `two classifiers of one model agree on different threads`() async throws {
        let model = try Self.load("logits", ["amphora.json": Self.plain])
        let picture = try Self.picture()
        let answers = try await withThrowingTaskGroup(of: [Prediction].self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try model.makeClassifier(limits: PictureLimits()).classify(picture)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0 == answers[0] })
    }
}
