// The engine's protocol of three calls, carried out by the real engine.

import Inference
import Onnx
import Synchronization
import Tensors
import Testing

@Suite struct EngineTests {
    /// The answers of the fixtures to a picture whose channels are flat.
    private static func expected(_ r: Float, _ g: Float, _ b: Float) -> [Float] {
        [r, g, b, (r + g + b) / 2 + 0.25]
    }

    private static func infer(
        _ context: any InferenceContext, _ r: Float, _ g: Float, _ b: Float
    ) throws -> [Float] {
        context.withInput { (tensor: inout MutableSpan<Float>) in
            let plane = tensor.count / 3
            for index in tensor.indices { tensor[index] = [r, g, b][index / plane] }
        }
        try context.infer()
        return context.withOutput { output in
            var values: [Float] = []
            for index in output.indices { values.append(output[index]) }
            return values
        }
    }

    @Test func `a model opens from a file and answers`() throws {
        let model = try ModelFixtures.open("logits")
        #expect(model.engine == "ONNX Runtime 1.32.0")
        #expect(
            model.inputs == [
                TensorDescription(name: "image", element: .float32, shape: [nil, 3, 8, 8])
            ])
        #expect(
            model.outputs == [
                TensorDescription(name: "logits", element: .float32, shape: [nil, 4])
            ])
        let context = try model.makeContext(inputShape: [1, 3, 8, 8], output: 0)
        #expect(try Self.infer(context, 1, 2, 4) == Self.expected(1, 2, 4))
        #expect(try Self.infer(context, -1, 0, 0.5) == Self.expected(-1, 0, 0.5))
    }

    @Test func `a model opens from bytes in memory and needs them no longer`() throws {
        let model = try Engine.open(
            .bytes(ModelFixtures.bytes("models/logits.onnx")), options: ModelFixtures.engine)
        let context = try model.makeContext(inputShape: [1, 3, 8, 8], output: 0)
        #expect(try Self.infer(context, 3, 2, 1) == Self.expected(3, 2, 1))
    }

    @Test func `weights beside the file are found`() throws {
        let context = try ModelFixtures.open("external")
            .makeContext(inputShape: [1, 3, 8, 8], output: 0)
        #expect(try Self.infer(context, 1, 2, 4) == Self.expected(1, 2, 4))
    }

    @Test func `initializers listed among the inputs are no inputs`() throws {
        let model = try ModelFixtures.open("listed_weights")
        #expect(model.inputs.map(\.name) == ["image"])
    }

    @Test func `an output may be empty before the first inference`() throws {
        let context = try ModelFixtures.open("logits")
            .makeContext(inputShape: [1, 3, 8, 8], output: 0)
        #expect(context.withOutput { $0.count } == 0)
    }

    @Test func `the input is aligned to 64 bytes`() throws {
        for _ in 0..<8 {
            let context = try ModelFixtures.open("gray")
                .makeContext(inputShape: [1, 1, 28, 28], output: 0)
            context.withInput { (tensor: inout MutableSpan<Float>) in
                let address = unsafe tensor.withUnsafeMutableBufferPointer {
                    UInt(bitPattern: $0.baseAddress)
                }
                #expect(address % 64 == 0)
                #expect(tensor.count == 28 * 28)
            }
        }
    }

    @Test func `a context outlives its model's other owners`() throws {
        func make() throws -> any InferenceContext {
            try ModelFixtures.open("logits").makeContext(inputShape: [1, 3, 8, 8], output: 0)
        }
        #expect(try Self.infer(make(), 5, 6, 7) == Self.expected(5, 6, 7))
    }

    @Test(.timeLimit(.minutes(5)))
    func `contexts of one model infer at the same time without mixing their answers`() async throws
    {
        let model = try ModelFixtures.open("logits")
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let context = try model.makeContext(inputShape: [1, 3, 8, 8], output: 0)
                    var wrong = 0
                    for round in 0..<500 {
                        let (r, g) = (Float(worker), Float(round))
                        if try Self.infer(context, r, g, 1) != Self.expected(r, g, 1) { wrong += 1 }
                    }
                    return wrong
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [(2, false), (2, true)])
    func `several threads and spinning are accepted`(threads: Int, spinning: Bool) throws {
        var options = ModelFixtures.engine
        options.threads = threads
        options.spinning = spinning
        let model = try Engine.open(.file(ModelFixtures.model("logits")), options: options)
        let context = try model.makeContext(inputShape: [1, 3, 8, 8], output: 0)
        #expect(try Self.infer(context, 1, 2, 4) == Self.expected(1, 2, 4))
    }

    @Test(arguments: [[0, 3, 8, 8], [1, 3, 1 << 20, 1 << 20], [Int.max, 2], [-1, 3, 8, 8]])
    func `a shape that no picture has is refused`(shape: [Int]) throws {
        let model = try ModelFixtures.open("open_size")
        #expect {
            try model.makeContext(inputShape: shape, output: 0)
        } throws: { error in
            "\(error)".contains("not supported") || "\(error)".contains("too large")
        }
    }

    @Test func `a shape that the graph refuses is the engine's sentence`() throws {
        let context = try ModelFixtures.open("logits")
            .makeContext(inputShape: [1, 3, 9, 8], output: 0)
        #expect { try context.infer() } throws: { error in
            "\(error)".hasPrefix("ONNX Runtime cannot run the model: ")
                && "\(error)".contains("image")
        }
    }
}
