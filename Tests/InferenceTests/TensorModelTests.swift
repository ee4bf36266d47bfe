// Models of arrays: what they take and answer, equal to onnxruntime's own answers bit for bit.
//
// The models and answers.txt are written by tools/make_tensor_models.py.

import Basics
import Onnx
import Tensors
import Testing

@testable import Inference

@Suite struct TensorModelTests {
    /// An array of a recording.
    struct Line {
        let model: String
        let isInput: Bool
        let named: NamedTensor

        init?(_ line: Substring) {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 6 else { return nil }
            model = words[0]
            isInput = words[1] == "in"
            let shape = words[4] == "-" ? [] : words[4].split(separator: "x").map { Int($0) ?? -1 }
            let element = (1...16).map { ElementType(code: $0) }.first { "\($0)" == words[3] }
            let text = words[5] == "-" ? "" : words[5]
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let bytes = parts.map { part in
                stride(from: 0, to: part.count, by: 2).map { place in
                    let start = part.index(part.startIndex, offsetBy: place)
                    return UInt8(part[start..<part.index(start, offsetBy: 2)], radix: 16) ?? 0
                }
            }
            named = NamedTensor(
                name: words[2],
                tensor: Tensor(
                    element: element ?? .float32, shape: shape,
                    values: element == .string ? .strings(bytes) : .bytes(bytes[0])))
        }
    }

    private static let recorded: [Line] =
        ((try? ModelFixtures.lines("tensors/answers.txt")) ?? []).compactMap(Line.init)

    private static func load(
        _ name: String, _ files: [String: String] = [:]
    ) throws -> (ServedModel, kind: Resolved<ModelKind>) {
        var contents = files.mapValues { Array($0.utf8) }
        contents["net.onnx"] = try ModelFixtures.bytes("tensors/\(name).onnx")
        let folder = TemporaryFolder(contents)
        return try ServedModel.load(folder: folder.path, options: ModelFixtures.engine)
    }

    private static func tensors(_ name: String) throws -> TensorModel {
        guard case .tensors(let model) = try load(name).0 else {
            throw ModelError.unsupported("no model of arrays")
        }
        return model
    }

    /// The recorded runs of a model: inputs and outputs that follow each other.
    private static func runs(_ name: String) -> [(inputs: [NamedTensor], outputs: [NamedTensor])] {
        var runs: [(inputs: [NamedTensor], outputs: [NamedTensor])] = []
        for line in recorded where line.model == name {
            if line.isInput {
                if runs.last?.outputs.isEmpty == false || runs.isEmpty { runs.append(([], [])) }
                runs[runs.count - 1].inputs.append(line.named)
            } else {
                runs[runs.count - 1].outputs.append(line.named)
            }
        }
        return runs
    }

    @Test(arguments: [
        "mlp", "every_type", "bfloat16", "half", "batch_of_four", "single", "ragged", "zipmap",
        "zipmap_open",
    ])
    func `answers are onnxruntime's`(name: String) throws {
        let (model, kind) = try Self.load(name)
        #expect(kind.value == .tensors)
        guard case .tensors(let model) = model else { return }
        let runs = Self.runs(name)
        #expect(!runs.isEmpty)
        for run in runs {
            let outputs = try model.infer(run.inputs)
            #expect(outputs.map(\.name) == run.outputs.map(\.name))
            #expect(outputs.map(\.tensor) == run.outputs.map(\.tensor))
        }
    }

    @Test func `outputs are chosen by name, and an unknown one is named`() throws {
        let model = try Self.tensors("mlp")
        let run = try #require(Self.runs("mlp").first)
        let chosen = try model.infer(run.inputs, outputs: ["best", "hidden"])
        #expect(chosen.map(\.tensor) == [run.outputs[2].tensor, run.outputs[0].tensor])
        #expect { try model.infer(run.inputs, outputs: ["worst"]) } throws: {
            "\($0)".contains("no output \"worst\"; it has \"hidden\", \"total\", \"best\"")
        }
    }

    @Test func `a ZipMap's keys are known`() throws {
        let outputs = try Self.tensors("zipmap").infer(Self.runs("zipmap")[0].inputs)
        #expect(outputs[0].keys == nil)
        #expect(outputs[1].keys == .strings(["no", "yes", "perhaps"].map { Array($0.utf8) }))
    }

    private static func floats(_ shape: [Int], _ numbers: [Float]) -> Tensor {
        let bytes = numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
        }
        return Tensor(element: .float32, shape: shape, values: .bytes(bytes))
    }

    @Test func `a ZipMap that names other classes than there are scores is refused`() throws {
        let model = try Self.tensors("zipmap_open")
        let two = Self.floats([1, 2], [1, 2])
        #expect { try model.infer([NamedTensor(name: "x", tensor: two)]) } throws: {
            "\($0)".contains("has the shape [1, 2], and its ZipMap names 3 classes")
        }
    }

    @Test func `values of an input of one number are rows`() throws {
        let model = try Self.tensors("single")
        #expect(model.inputs[0].shape == [nil])
        let outputs = try model.infer([NamedTensor(name: "x", tensor: Self.floats([3], [1, 2, 3]))])
        #expect(outputs[0].tensor == Self.floats([3], [1, 4, 9]))
    }

    @Test func `outputs of different shapes are not joined`() throws {
        let model = try Self.tensors("ragged")
        let rows = Self.floats([4, 3], [1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6])
        #expect { try model.infer([NamedTensor(name: "x", tensor: rows)]) } throws: {
            "\($0)".contains("can't be joined to more: send 2 rows at a time")
        }
    }

    @Test(arguments: [1, 3, 4, 5, 9])
    func `a fixed batch takes any number of rows`(rows: Int) throws {
        let model = try Self.tensors("batch_of_four")
        #expect(model.inputs[0].shape == [nil, 2])
        let numbers = (0..<rows * 2).map { Float($0) }
        let input = NamedTensor(name: "x", tensor: Self.floats([rows, 2], numbers))
        let outputs = try model.infer([input])
        #expect(outputs[0].tensor == Self.floats([rows, 2], numbers.map { $0 * $0 }))
    }

    @Test func `what the network can't compute with is said`() throws {
        let model = try Self.tensors("mlp")
        func zeros(_ shape: [Int]) -> Tensor {
            let count = shape.reduce(4, *)
            return Tensor(
                element: .float32, shape: shape, values: .bytes(.init(repeating: 0, count: count)))
        }
        #expect(throws: ModelError.self) {
            try model.infer([
                NamedTensor(name: "a", tensor: zeros([2, 3])),
                NamedTensor(name: "b", tensor: zeros([3, 2])),
            ])
        }
        let text = Tensor(element: .string, shape: [1, 1], values: .strings([[0x61, 0, 0x62]]))
        var inputs = Self.runs("every_type")[0].inputs
        inputs[inputs.count - 1] = NamedTensor(name: "x_string", tensor: text)
        #expect { try Self.tensors("every_type").infer(inputs) } throws: {
            "\($0)".contains("a string with a zero byte")
        }
    }

    // MARK: Kinds

    @Test func `a classifier of pictures stays one, and a key overrides`() throws {
        let softmax = try ModelFixtures.bytes("models/softmax.onnx")
        let folder = TemporaryFolder(["net.onnx": softmax])
        let (model, kind) = try ServedModel.load(
            folder: folder.path, options: ModelFixtures.engine)
        guard case .labels = model else { throw ModelError.unsupported("no labels") }
        #expect(kind == Resolved(.labels, .graph("a picture in, a number for each class out")))
        let written = TemporaryFolder([
            "net.onnx": softmax, "amphora.json": Array(#"{"kind": "tensors"}"#.utf8),
        ])
        let (arrays, why) = try ServedModel.load(
            folder: written.path, options: ModelFixtures.engine)
        guard case .tensors(let arrays) = arrays else { throw ModelError.unsupported("no arrays") }
        #expect(why.origin == .key("kind", in: "amphora.json"))
        #expect(arrays.inputs.map(\.element) == [.float32])
    }

    @Test func `what a folder has for pictures makes its refusal one of a classifier`() throws {
        #expect { try Self.load("mlp", ["labels.txt": "a\nb\nc\nd"]) } throws: {
            "\($0)".contains("the model has 2 inputs")
        }
        #expect { try Self.load("mlp", ["amphora.json": #"{"preprocess": "unit"}"#]) } throws: {
            "\($0)".contains("the model has 2 inputs")
        }
        let (_, kind) = try Self.load("mlp")
        #expect("\(kind.origin)" == "graph: 2 inputs")
    }
}
