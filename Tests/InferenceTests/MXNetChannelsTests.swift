// The shape of an MXNet network's input, read from the first weights that the picture meets.

import Basics
import Testing

@testable import Inference
@testable import MXNetImport
@testable import Onnx

@Suite struct MXNetChannelsTests {
    private typealias Fixtures = MXNetFixtures
    private typealias Node = (operation: String, attributes: [String: String], inputs: [Int])

    /// The input of a network, as `convert` tells it. Variables are numbered from 1, nodes after
    /// them.
    private func input(
        _ arrays: [(name: String, shape: [Int])], _ nodes: [Node],
        size: (height: Int, width: Int)? = nil
    ) throws -> String {
        let symbol = try Fixtures.symbol(variables: arrays.map(\.name), nodes)
        let list = try NDArrayList(.bytes(Fixtures.list(arrays)), path: "p")
        let model = try MXNetModel(
            symbol, path: "s", parameters: MXNetParameters(list, path: "p"), size: size)
        return model.graph.inputs.map(\.text).joined()
    }

    private static func convolution(
        _ kernel: String, groups: Int = 1, inputs: [Int] = [0, 1]
    ) -> Node {
        (
            "Convolution",
            ["kernel": kernel, "num_filter": "8", "num_group": "\(groups)", "no_bias": "True"],
            inputs
        )
    }

    @Test(arguments: [1, 2, 3, 4, 6, 12])
    func `the first convolution has the number of channels`(channels: Int) throws {
        let text = try input([("w", [8, channels, 3, 3])], [Self.convolution("(3, 3)")])
        #expect(text == "data [N, \(channels), H, W]")
    }

    @Test func `groups multiply, and operators before it change nothing`() throws {
        let grouped = try input(
            [("w", [8, 1, 3, 3])], [Self.convolution("(3, 3)", groups: 4)])
        #expect(grouped == "data [N, 4, H, W]")
        let scaled = try input(
            [("w", [8, 1, 3, 3])],
            [
                ("_mul_scalar", ["scalar": "0.004"], [0]), ("Cast", ["dtype": "float32"], [2]),
                Self.convolution("(3, 3)", inputs: [3, 1]),
            ])
        #expect(scaled == "data [N, 1, H, W]")
    }

    @Test func `a sequence and a volume have other numbers of dimensions`() throws {
        #expect(try input([("w", [8, 12, 3])], [Self.convolution("(3,)")]) == "data [N, 12, W]")
        #expect(
            try input([("w", [8, 1, 3, 3, 3])], [Self.convolution("(3, 3, 3)")])
                == "data [N, 1, D, H, W]")
    }

    @Test func `a normalization has the number of channels`() throws {
        let text = try input(
            [("g", [5]), ("b", [5]), ("m", [5]), ("v", [5])],
            [("BatchNorm", [:], [0, 1, 2, 3, 4])])
        #expect(text == "data [N, 5, H, W]")
    }

    @Test(arguments: [
        (784, "data [N, 1, 28, 28]"), (3072, "data [N, 3, 32, 32]"), (100, "data [N, 1, 10, 10]"),
        (13, "data [N, 13]"), (4, "data [N, 4]"),
    ])
    func `a dense layer has the number of values`(count: Int, text: String) throws {
        let dense = ["num_hidden": "10", "no_bias": "True"]
        let arrays = [(name: "w", shape: [10, count])]
        #expect(try input(arrays, [("FullyConnected", dense, [0, 1])]) == text)
        #expect(
            try input(arrays, [("Flatten", [:], [0]), ("FullyConnected", dense, [2, 1])]) == text)
    }

    @Test func `a configured size divides the values`() throws {
        let dense = ["num_hidden": "10", "no_bias": "True"]
        let text = try input(
            [("w", [10, 1200])], [("FullyConnected", dense, [0, 1])], size: (20, 30))
        #expect(text == "data [N, 2, 20, 30]")
    }

    @Test func `a dense layer over the last dimension has its length`() throws {
        let text = try input(
            [("w", [10, 7])],
            [("FullyConnected", ["num_hidden": "10", "no_bias": "True", "flatten": "0"], [0, 1])])
        #expect(text == "data [N, 7]")
    }

    @Test func `sizes beyond the usual ones are found, round ones first`() throws {
        // 40 to 43 pixels give the same number of values.
        let text = try input(
            [("w", [8, 1, 3, 3]), ("d", [10, 8 * 10 * 10])],
            [
                Self.convolution("(3, 3)"),
                ("Pooling", ["kernel": "(4, 4)", "stride": "(4, 4)", "pool_type": "max"], [3]),
                ("FullyConnected", ["num_hidden": "10", "no_bias": "True"], [4, 2]),
            ])
        #expect(text == "data [N, 1, 44, 44]")
    }

    @Test func `a size that was tried is a guess, which the file keeps`() throws {
        let nodes: [Node] = [
            Self.convolution("(3, 3)", inputs: [0, 1]),
            ("FullyConnected", ["num_hidden": "4", "no_bias": "True"], [3, 2]),
        ]
        func guess(_ side: Int) throws -> String? {
            let arrays = [("w", [8, 1, 3, 3]), ("d", [4, 8 * (side - 2) * (side - 2)])]
                .map { (name: $0.0, shape: $0.1) }
            let list = Fixtures.list(arrays)
            let symbol = try Fixtures.symbol(variables: arrays.map(\.name), nodes)
            let model = try MXNetModel(
                symbol, path: "s",
                parameters: MXNetParameters(
                    try NDArrayList(.bytes(list), path: "p"), path: "p"))
            let bytes = try model.graph.encoded(
                weights: ByteWindow(.bytes(list)), placement: .inside)
            return try GraphOutline(.bytes(bytes)).note(OnnxGraph.guessKey)
        }
        #expect(try guess(28) == nil)
        #expect(try guess(40)?.contains("its weights fit 40×40") == true)
    }

    @Test func `without weights the number of channels stays open`() throws {
        let nodes: [Node] = [
            ("Pooling", ["kernel": "(1, 1)", "global_pool": "True", "pool_type": "avg"], [0]),
            ("Flatten", [:], [1]),
        ]
        #expect(try input([], nodes) == "data [N, C, H, W]")
    }
}
