// Networks whose inputs are of other types and shapes, or take several pictures at a time.
//
// The networks are written by tools/make_answer_fixtures.py; the picture is of one colour.

import Onnx
import Tensors
import Testing

@testable import Inference

@Suite struct AnswerInputTests {
    /// What the network is fed, and answers: [r, g, b, (r + g + b) / 2 + 0.25].
    private static func answer(_ name: String, _ steps: String) throws -> (Model, [Float]) {
        let json =
            #"{"activation": "none", "preprocess": {"resize": {"to": "exact", "size": [8, 8]}, "#
            + #""crop": null, \#(steps)}}"#
        let folder = TemporaryFolder([
            "net.onnx": try ModelFixtures.bytes("answers/\(name).onnx"),
            "amphora.json": Array(json.utf8),
        ])
        let model = try Model.load(folder: folder.path, options: ModelFixtures.engine)
        let answer = try model.makeClassifier(limits: PictureLimits())
            .classify(ModelFixtures.bytes("models/solid.png"), topK: 4)
        return (model, answer.sorted { $0.index < $1.index }.map(\.probability))
    }

    private static func scores(_ r: Float, _ g: Float, _ b: Float) -> [Float] {
        [r, g, b, (r + g + b) / 2 + 0.25]
    }

    private static func close(_ a: [Float], _ b: [Float], _ tolerance: Float) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    private static let unit = #""mean": [0, 0, 0], "std": [1, 1, 1]"#

    @Test(arguments: [("float16", 0), ("bfloat16", 0), ("double", 0)])
    func `numbers of other precision are rounded once`(name: String, tolerance: Float) throws {
        let (model, found) = try Self.answer("input_\(name)", Self.unit)
        func rounded(_ level: Float) -> Float {
            let value = level / 255
            switch model.settings.element {
            case .float16: return Float(Float16(value))
            case .bfloat16:
                return Float(bitPattern: UInt32(BFloat16(nearest: value).bits) << 16)
            default: return value
            }
        }
        #expect(model.warnings.guesses.isEmpty)
        #expect(
            Self.close(found, Self.scores(rounded(51), rounded(102), rounded(204)), 1e-6))
    }

    @Test(arguments: ["int16", "uint16", "int32", "int64"])
    func `whole numbers are the pixels as they are`(name: String) throws {
        let (_, found) = try Self.answer("input_\(name)", #""scale": 1, \#(Self.unit)"#)
        #expect(Self.close(found, Self.scores(51, 102, 204), 1e-3))
    }

    @Test func `after a normalization they are rounded and clipped`() throws {
        // 51 − 128, 102 − 128 and 204 − 128, halved: −38.5, −13, 38.
        let (_, found) = try Self.answer(
            "input_int8", #""scale": 1, "mean": [128, 128, 128], "std": [2, 2, 2]"#)
        #expect(Self.close(found, Self.scores(-38, -13, 38), 1e-3))
        let (model, clipped) = try Self.answer("input_int8", #""scale": 1, \#(Self.unit)"#)
        #expect(Self.close(clipped, Self.scores(51, 102, 127), 1e-3))
        #expect(model.warnings.guesses.contains { $0.contains("above 127") })
    }

    @Test(arguments: [("input_chw", [3, 8, 8]), ("input_hwc", [8, 8, 3])])
    func `a picture without a batch`(name: String, shape: [Int]) throws {
        let (model, found) = try Self.answer(name, Self.unit)
        #expect(model.settings.inputShape == shape)
        #expect(Self.close(found, Self.scores(0.2, 0.4, 0.8), 1e-6))
    }

    @Test func `gray pictures without a dimension for it`() throws {
        let (model, found) = try Self.answer("input_hw", #""mean": [0], "std": [1]"#)
        #expect(model.settings.inputShape == [1, 8, 8])
        let gray = Float(98) / 255
        #expect(Self.close(found, Self.scores(gray, gray, gray), 1e-6))
    }

    @Test func `a fixed batch is filled with empty pictures, and says what it costs`() throws {
        let (model, found) = try Self.answer("batch_2", Self.unit)
        #expect(model.settings.inputShape == [2, 3, 8, 8])
        #expect(Self.close(found, Self.scores(0.2, 0.4, 0.8), 1e-6))
        #expect(model.warnings.contains { $0.sentence.contains("a fixed batch of 2") })
        #expect(model.warnings.guesses.isEmpty)
    }

    @Test func `one number for each picture of a batch`() throws {
        let (model, found) = try Self.answer("batch_flat", Self.unit)
        #expect(model.answers.form.value == .binary(positive: 1))
        let p: Float = 1 / (1 + 0.38674103)
        #expect(Self.close(found, [1 - p, p], 1e-6))
    }

    @Test func `answers that depend on the rest of the batch are refused`() {
        #expect { try Self.answer("batch_dependent", Self.unit) } throws: {
            "\($0)".contains("depends on the others")
        }
    }
}
