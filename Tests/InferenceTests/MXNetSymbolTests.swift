// `symbol.json`: every version of the format, and the errors for networks that can't be imported.

import Basics
import TestSupport
import Testing

@testable import Inference
@testable import MXNetImport
@testable import Onnx

@Suite struct MXNetSymbolTests {
    private typealias Fixtures = MXNetFixtures

    private func refusal(_ text: String) -> String {
        do throws(SymbolError) {
            _ = try SymbolGraph(Array(text.utf8))
            return ""
        } catch {
            return error.of(file: "net-symbol.json").description
        }
    }

    private func graph(_ text: String) throws -> SymbolGraph { try SymbolGraph(Array(text.utf8)) }

    @Test(arguments: ["attrs", "attr", "param"])
    func `attributes are found under the name of every format version`(key: String) throws {
        let graph = try graph(
            """
            {"nodes": [{"op": "null", "name": "data", "inputs": [], "backward_source_id": -1},
            {"op": "clip", "name": "c", "\(key)": {"a_min": "0", "a_max": "6"},
            "inputs": [[0, 0]]}], "arg_nodes": [0], "heads": [[1, 0]]}
            """)
        #expect(graph.nodes[1].attributes == ["a_min": "0", "a_max": "6"])
        #expect(graph.heads == [SymbolEntry(node: 1, output: 0)])
    }

    @Test(arguments: [
        ("(3, 3)", [3, 3]), ("[3,3]", [3, 3]), ("(3L, 3L)", [3, 3]), ("3", [3]), ("(3,)", [3]),
        ("()", []), (" ( 1 , -2 ) ", [1, -2]), ("(2.0, 1)", [2, 1]),
    ])
    func `a tuple is read however it was printed`(text: String, values: [Int]) throws {
        var attributes = AttributeText(["shape": text])
        #expect(try attributes.integers("shape") == values)
    }

    @Test(arguments: ["(3", "a", "(1, None)", "(1,,2)", "99999999999999999999", "(1e30)"])
    func `anything but a tuple of integers is refused`(text: String) {
        var attributes = AttributeText(["shape": text])
        #expect { try attributes.integers("shape") } throws: {
            "\($0)".contains("expected a tuple of integers")
        }
    }

    @Test func `truth values and numbers are read however they were printed`() throws {
        for (text, value) in [("True", true), ("1", true), ("false", false), ("0", false)] {
            var attributes = AttributeText(["flag": text])
            #expect(try attributes.flag("flag", default: !value) == value)
        }
        for (text, value) in [("1e-05", 1e-5), ("3", 3), ("-0.5", -0.5), ("2f", 2), ("True", 1)] {
            var attributes = AttributeText(["number": text])
            #expect(try attributes.number("number") == value)
        }
        var attributes = AttributeText(["end": "(None, 3)", "axis": "None"])
        #expect(try attributes.optionals("end") == [nil, 3])
        #expect(try attributes.integer("axis") == nil)
        #expect(attributes.leftOver == nil)
    }

    @Test func `the error names input that is no network`() {
        #expect(refusal("[1]").contains("it is a list; expected an object"))
        #expect(refusal("{").contains("line 1, column 2"))
        #expect(refusal("{}").contains("no list \"nodes\""))
        #expect(refusal(#"{"nodes": []}"#).contains("no list \"heads\""))
        #expect(refusal(#"{"nodes": [], "heads": []}"#).contains("\"heads\" is empty"))
        #expect(refusal(#"{"nodes": [1], "heads": []}"#).contains("node 0 is a number"))
        #expect(refusal(#"{"nodes": [{}], "heads": []}"#).contains("no strings \"op\""))
        let node = #"{"op": "relu", "name": "r", "inputs": [[0, 0, 0]]}"#
        #expect(
            refusal(#"{"nodes": [\#(node)], "heads": [[0, 0, 0]]}"#)
                .contains("\"inputs\" of node \"r\" refers to node 0; only the 0 nodes before it"))
        let leaf = #"{"op": "null", "name": "x", "inputs": []}"#
        #expect(refusal(#"{"nodes": [\#(leaf)], "heads": [[5, 0]]}"#).contains("node 5"))
        #expect(refusal(#"{"nodes": [\#(leaf)], "heads": [[-1, 0]]}"#).contains("a list of 2"))
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(#"{"nodes": \#(deep)"#).contains("nests deeper"))
    }

    @Test func `an operator or attribute that is not supported is named`() {
        #expect(
            Fixtures.refusal { () throws(SymbolError) in
                try Fixtures.symbol([("ROIPooling", [:], [0])])
            } == "net-symbol.json: node \"node1\" (ROIPooling): the operator \"ROIPooling\" is not "
                + "supported")
        #expect(
            Fixtures.refusal { () throws(SymbolError) in
                try Fixtures.symbol([("relu", ["inplace": "yes"], [0])])
            }.contains("node \"node1\" (relu): the attribute \"inplace\" (\"yes\")"))
        #expect(
            Fixtures.refusal { () throws(SymbolError) in
                try Fixtures.symbol([("Activation", ["act_type": "swish"], [0])])
            }.contains("attribute \"act_type\" is \"swish\", which is not supported; relu, "))
        #expect(
            Fixtures.refusal { () throws(SymbolError) in
                try Fixtures.symbol([
                    ("Pooling", ["kernel": "(2, 2)", "pooling_convention": "same"], [0])
                ])
            }.contains("\"pooling_convention\" is \"same\""))
    }

    @Test func `weights that contradict their operator are named`() {
        let attributes = ["kernel": "(3, 3)", "num_filter": "4", "no_bias": "True"]
        func convolution() throws(SymbolError) -> SymbolGraph {
            try Fixtures.symbol(variables: ["w"], [("Convolution", attributes, [0, 1])])
        }
        #expect(
            Fixtures.refusal(convolution, parameters: Fixtures.list([("arg:w", [4, 3, 5, 5])]))
                == "net-symbol.json cannot be read: node \"node2\" (Convolution): its weight, \"w\", "
                + "has the shape (4, 3, 5, 5); expected (4, 3, 3, 3); with an input of "
                + "(1, 3, 224, 224)")
        // The weights decide the number of channels: one.
        #expect(
            Fixtures.refusal(convolution, parameters: Fixtures.list([("w", [4, 1, 3, 3])])) == "")
        let lost = Fixtures.refusal(convolution)
        #expect(
            lost.contains("net.params cannot be read: it lacks 1 arrays") && lost.contains("\"w\""))
    }

    @Test func `sizes that overflow are refused`() {
        let huge = "(\(1 << 40), \(1 << 40))"
        for node in [
            ("Convolution", ["kernel": huge, "num_filter": "1"]),
            ("Pooling", ["kernel": "(2, 2)", "stride": huge]),
            ("Pad", ["pad_width": "(0,0,0,0,\(1 << 40),0,0,0)"]),
            ("tile", ["reps": huge]), ("UpSampling", ["scale": "1000", "sample_type": "nearest"]),
            ("Reshape", ["shape": huge]), ("broadcast_to", ["shape": "(\(1 << 40),3,224,224)"]),
            ("_ones", ["shape": huge]),
            ("slice_axis", ["axis": "1", "begin": "-\(1 << 40)", "end": "-\(1 << 39)"]),
        ] {
            let sentence = Fixtures.refusal { () throws(SymbolError) in
                try Fixtures.symbol([(node.0, node.1, node.0 == "_ones" ? [] : [0])])
            }
            #expect(!sentence.isEmpty, "\(node)")
        }
    }

    @Test func `batch normalisations of old files imply their statistics`() throws {
        let symbol = try Fixtures.symbol(
            variables: ["g", "b"], [("BatchNorm", ["eps": "0.001"], [0, 1, 2])])
        let parameters = Fixtures.list([
            ("g", [3]), ("b", [3]), ("aux:node3_moving_mean", [3]), ("aux:node3_moving_var", [3]),
        ])
        let list = try NDArrayList(.bytes(parameters), path: "p")
        let model = try MXNetModel(symbol, path: "s", parameters: MXNetParameters(list, path: "p"))
        #expect(model.graph.nodes.map(\.operation) == ["BatchNormalization"])
        #expect(model.graph.nodes[0].inputs.suffix(2) == ["node3_moving_mean", "node3_moving_var"])
    }

    @Test func `labels leave no trace, and sizes stay open where they can`() throws {
        let symbol = try Fixtures.symbol(
            variables: ["softmax_label"],
            [("mean", ["axis": "(2, 3)"], [0]), ("SoftmaxOutput", [:], [2, 1])])
        let list = try NDArrayList(.bytes(Fixtures.list([])), path: "p")
        let graph = try MXNetModel(
            symbol, path: "s", parameters: MXNetParameters(list, path: "p")
        ).graph
        #expect(graph.inputs.map(\.text) == ["data [N, C, H, W]"])
        #expect(graph.outputs.map(\.text) == ["node3_output [N, node3_output_1]"])
        let bytes = try graph.encoded(
            weights: ByteWindow(.bytes(Fixtures.list([]))), placement: .inside)
        #expect(
            try GraphEnding.of(GraphOutline(.bytes(bytes)), output: "node3_output").kind == .softmax
        )
    }

    @Test func `a hard sigmoid in three operators is one, unless its parts are needed`() throws {
        func operations(_ last: (operation: String, attributes: [String: String], inputs: [Int]))
            throws -> [String]
        {
            let symbol = try Fixtures.symbol([
                ("_plus_scalar", ["scalar": "3"], [0]),
                ("clip", ["a_min": "0", "a_max": "6"], [1]),
                ("_div_scalar", ["scalar": "6"], [2]), last,
            ])
            let list = try NDArrayList(.bytes(Fixtures.list([])), path: "p")
            let parameters = try MXNetParameters(list, path: "p")
            return try MXNetModel(symbol, path: "s", parameters: parameters).graph.nodes
                .map(\.operation)
        }
        #expect(try operations(("elemwise_mul", [:], [0, 3])) == ["HardSigmoid", "Mul"])
        #expect(
            try operations(("elemwise_mul", [:], [2, 3])) == ["Add", "Clip", "Div", "Mul"])
        #expect(
            try operations(("elemwise_mul", [:], [1, 3])) == ["Add", "Clip", "Div", "Mul"])
    }

    @Test(.timeLimit(.minutes(5)))
    func `a network that is too large is refused in good time`() {
        let chain = (0..<20_000).map { index in
            (operation: "relu", attributes: [String: String](), inputs: [index])
        }
        // The last operator is wrong for every picture size that the import tries.
        let sentence = Fixtures.refusal { () throws(SymbolError) in
            try Fixtures.symbol(chain + [("FullyConnected", ["num_hidden": "3"], [20_000])])
        }
        #expect(sentence.contains("it has 1 inputs; expected 3"))
        let parts = (0..<100).map { _ in
            (operation: "split", attributes: ["num_outputs": "16384", "axis": "0"], inputs: [1])
        }
        let wide = Fixtures.refusal { () throws(SymbolError) in
            let long = ("broadcast_axis", ["axis": "0", "size": "16384"], [0])
            let joined = ("add_n", [String: String](), Array(2..<102))
            return try Fixtures.symbol([long] + parts + [joined])
        }
        #expect(wide.contains("larger than any that is known") || wide.contains("at most"))
        let deep = (0..<40).map { index in
            (operation: "expand_dims", attributes: ["axis": "0"], inputs: [index])
        }
        let sentences = Fixtures.refusal { () throws(SymbolError) in try Fixtures.symbol(deep) }
        #expect(sentences.contains("would have 33 dimensions"))
    }

    @Test func `mutated networks never trap`() throws {
        var generator = SeededGenerator(seed: 5)
        for folder in Fixtures.committed("networks") + Fixtures.committed("operators") {
            let found = try ModelFolder(folder)
            guard case .mxnet(let path) = found.format else { continue }
            let bytes = try File.contents(of: found.model.value, limit: 1 << 20)
            let list = try NDArrayList(.file(path), path: path)
            for _ in 0..<25 {
                var mutant = bytes
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let place = Int.random(in: mutant.indices, using: &generator)
                    // Digits produce wrong numbers rather than broken syntax.
                    mutant[place] =
                        Bool.random(using: &generator)
                        ? .random(in: 0x28...0x39, using: &generator)
                        : .random(in: 0...255, using: &generator)
                }
                do {
                    let model = try MXNetModel(
                        SymbolGraph(mutant), path: "s",
                        parameters: MXNetParameters(list, path: "p"))
                    _ = try model.graph.encoded(
                        weights: ByteWindow(.file(path)), placement: .external(file: "p"))
                } catch {
                    // Any error is fine; a trap would end the process.
                }
            }
        }
    }
}
