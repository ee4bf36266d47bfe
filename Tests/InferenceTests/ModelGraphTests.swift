// The walker over model files: what it finds, and that it survives any bytes.

import TestSupport
import Testing

@testable import Inference
@testable import Onnx

@Suite struct ModelGraphTests {
    @Test(arguments: [
        ("softmax", "probabilities", GraphEnding.Kind.softmax),
        ("softmax_reshaped", "probabilities", .softmax),
        ("sigmoid", "probabilities", .sigmoid),
        ("logits", "logits", .scores),
        ("softmax_inside", "scores", .softmax),
        // An operator of that name in another domain is not ONNX's softmax.
        ("unknown_operator", "p", .unknown),
        ("softmax", "no such output", .unknown),
        ("softmax", "", .unknown),
    ])
    func `a graph's ending is found`(name: String, output: String, kind: GraphEnding.Kind) throws {
        #expect(
            try GraphEnding.of(GraphOutline(.file(ModelFixtures.model(name))), output: output)
                .kind == kind)
        let bytes = try ModelFixtures.bytes("models/\(name).onnx")
        #expect(try GraphEnding.of(GraphOutline(.bytes(bytes)), output: output).kind == kind)
    }

    @Test func `a file that is not there is unreadable`() {
        #expect(
            throws: ModelError.unreadable(
                path: "/nonexistent.onnx", reason: "No such file or directory")
        ) {
            try GraphEnding.of(GraphOutline(.file("/nonexistent.onnx")), output: "p")
        }
    }

    @Test func `a file cut anywhere is no ending or the right one`() throws {
        let bytes = try ModelFixtures.bytes("models/softmax_reshaped.onnx")
        for count in bytes.indices {
            let ending = try GraphEnding.of(
                GraphOutline(.bytes(Array(bytes[..<count]))), output: "probabilities")
            #expect(ending.kind == .unknown || ending.kind == .softmax)
        }
    }

    @Test func `mutated bytes never trap`() throws {
        let bytes = try ModelFixtures.bytes("models/softmax_reshaped.onnx")
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            var mutant = bytes
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                mutant[Int.random(in: mutant.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            _ = try GraphEnding.of(GraphOutline(.bytes(mutant)), output: "probabilities")
        }
    }

    @Test(arguments: [
        // Field 7, a length of 2^63 - 1.
        [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        // A length of 2^64 - 1.
        [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        // A length that never ends.
        [UInt8](repeating: 0xff, count: 40),
        // Eight bytes declared where three are left; a group; wire types 6 and 7.
        [0x39, 0, 0, 0], [0x3b, 0x3c], [0x3e], [0x3f],
        // A node whose names extend past the node.
        [0x3a, 0x04, 0x0a, 0x02, 0x12, 0x7f],
        [],
    ])
    func `absurd lengths are the end of the walk`(bytes: [UInt8]) throws {
        #expect(try GraphEnding.of(GraphOutline(.bytes(bytes)), output: "p").kind == .unknown)
    }

    @Test func `operators in a circle end`() throws {
        // GraphProto { node { input: "p" output: "p" op_type: "Identity" } }
        let node: [UInt8] =
            [0x0a, 1] + Array("p".utf8) + [0x12, 1] + Array("p".utf8)
            + [0x22, 8] + Array("Identity".utf8)
        let graph: [UInt8] = [0x0a, UInt8(node.count)] + node
        let model: [UInt8] = [0x3a, UInt8(graph.count)] + graph
        #expect(try GraphEnding.of(GraphOutline(.bytes(model)), output: "p").kind == .unknown)
    }

    @Test func `the walk ends when its budget is spent`() throws {
        let fields = [[UInt8]](repeating: [0x0a, 0], count: 100).flatMap { $0 }
        var walker = try ProtobufWalker(ByteWindow(.bytes(fields)), budget: 30)
        var position = 0
        while let field = try walker.field(at: position, before: fields.count) {
            position = field.end
        }
        #expect(position == 60)
        // With too small a budget the ending stays unknown; that is no error.
        let model = ModelSource.file(ModelFixtures.model("softmax"))
        #expect(
            try GraphEnding.of(GraphOutline(model, fieldBudget: 10), output: "probabilities")
                .kind == .unknown)
    }

    @Test func `a window shows a file as it is`() throws {
        let path = ModelFixtures.path("numpy_softmax.txt")
        let bytes = try ModelFixtures.bytes("numpy_softmax.txt")
        var window = try ByteWindow(.file(path))
        #expect(window.count == bytes.count)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let position = Int.random(in: bytes.indices, using: &generator)
            #expect(try window.byte(at: position) == bytes[position])
        }
        #expect(try window.byte(at: bytes.count) == nil)
        #expect(try window.byte(at: -1) == nil)
        #expect(try window.text(in: 0..<9, limit: 8) == nil)
        #expect(try window.text(in: (bytes.count - 1)..<(bytes.count + 1), limit: 8) == nil)
    }
}
