// What a graph does to its picture before the first layer, and what follows for the pixels it is fed.

import Tensors
import Testing

@testable import Inference
@testable import Onnx

@Suite struct GraphHeadTests {
    typealias Step = (operation: String, values: [Float])

    /// A graph that begins with these operators, each with a constant as its second input; no values
    /// stand for an operator without one.
    private static func outline(_ steps: [Step], constantFirst: Bool = false) throws -> GraphOutline
    {
        var graph = OnnxGraph(name: "head")
        var value = "x"
        for (index, step) in steps.enumerated() {
            var inputs = [value]
            if !step.values.isEmpty {
                let constant = "c\(index)"
                graph.constants.append(
                    OnnxConstant(
                        name: constant, shape: [1, step.values.count, 1, 1],
                        content: .floats(step.values)))
                inputs = constantFirst ? [constant, value] : [value, constant]
            }
            value = "v\(index)"
            graph.nodes.append(node(step.operation, inputs, [value]))
        }
        graph.nodes.append(node("Conv", [value, "w"], ["y"]))
        return try outline(graph)
    }

    private static func node(
        _ operation: String, _ inputs: [String], _ outputs: [String]
    ) -> OnnxNode {
        OnnxNode(
            name: outputs[0], operation: operation, inputs: inputs, outputs: outputs, attributes: []
        )
    }

    private static func outline(_ graph: OnnxGraph) throws -> GraphOutline {
        try GraphOutline(
            .bytes(graph.encoded(weights: ByteWindow(.bytes([])), placement: .inside)))
    }

    @Test(
        arguments: [
            ([], nil),
            ([("Identity", []), ("Transpose", [])], nil),
            ([("Div", [255])], .bytes),
            ([("Mul", [1 / 255])], .bytes),
            ([("Cast", []), ("Mul", [1 / 127.5]), ("Sub", [1])], .bytes),
            ([("Mul", [1 / 127.5]), ("Add", [-1])], .bytes),
            ([("Sub", [123.675, 116.28, 103.53]), ("Div", [58.395, 57.12, 57.375])], .bytes),
            ([("Sub", [103.939, 116.779, 123.68])], .bytes),
            (
                [("Div", [255]), ("Sub", [0.485, 0.456, 0.406]), ("Div", [0.229, 0.224, 0.225])],
                .bytes
            ),
            ([("Sub", [0.485, 0.456, 0.406]), ("Div", [0.229, 0.224, 0.225])], .unit),
            ([("Mul", [2]), ("Sub", [1])], .unit),
            ([("Sub", [0.5]), ("Div", [0.5])], .unit),
            ([("Mul", [255]), ("Sub", [123.68, 116.779, 103.939])], .unit),
            ([("Mul", [255])], .unit),
            ([("Div", [10])], .unclear),
            ([("Mul", [0])], .unclear),
            ([("Relu", []), ("Div", [255])], nil),
        ] as [([Step], GraphHead.Range?)])
    func `the range that a graph scales by itself`(steps: [Step], range: GraphHead.Range?) throws {
        let head = GraphHead(try Self.outline(steps), input: "x")
        #expect(head.range == range, "\(head)")
        #expect(head.scales == (range != nil))
    }

    @Test func `a constant may stand first, but not where it is divided or subtracted from`() throws
    {
        let scaled = GraphHead(
            try Self.outline([("Mul", [1 / 255])], constantFirst: true), input: "x")
        #expect(scaled.range == .bytes)
        for operation in ["Div", "Sub"] {
            let outline = try Self.outline([(operation, [255])], constantFirst: true)
            #expect(!GraphHead(outline, input: "x").scales)
        }
    }

    @Test func `the text names each operator and its numbers`() throws {
        let outline = try Self.outline([("Div", [255]), ("Sub", [0.5, 0.25, 0.5])])
        #expect(GraphHead(outline, input: "x").text == "Div 255.0, Sub [0.5, 0.25, 0.5]")
        #expect(GraphHead(outline, input: "nothing").text.isEmpty)
    }

    /// Three channels taken apart, scaled one by one, and joined again.
    private static func byChannel(_ numbers: [(Float, Float)]) throws -> GraphOutline {
        var graph = OnnxGraph(name: "channels")
        for (index, pair) in numbers.enumerated() {
            graph.constants += [
                OnnxConstant(name: "i\(index)", shape: [], content: .integers([index])),
                OnnxConstant(name: "a\(index)", shape: [], content: .floats([pair.0])),
                OnnxConstant(name: "b\(index)", shape: [], content: .floats([pair.1])),
            ]
            graph.nodes += [
                node("Gather", ["x", "i\(index)"], ["g\(index)"]),
                node("Unsqueeze", ["g\(index)"], ["u\(index)"]),
                node("Mul", ["u\(index)", "a\(index)"], ["m\(index)"]),
                node("Add", ["m\(index)", "b\(index)"], ["s\(index)"]),
            ]
        }
        graph.nodes += [
            node("Concat", numbers.indices.map { "s\($0)" }, ["joined"]),
            node("Conv", ["joined", "w"], ["y"]),
        ]
        return try outline(graph)
    }

    @Test func `torchvision's transform_input takes pixels that are normalized already`() throws {
        let outline = try Self.byChannel([(0.458, -0.03), (0.448, -0.088), (0.45, -0.188)])
        #expect(GraphHead(outline, input: "x").range == .imageNet)
        let other = try Self.byChannel([(1 / 127.5, -1), (1 / 127.5, -1), (1 / 127.5, -1)])
        #expect(GraphHead(other, input: "x").range == .bytes)
    }

    @Test func `a quantized network tells the range of its input`() throws {
        var graph = OnnxGraph(name: "quantized")
        graph.constants.append(
            OnnxConstant(name: "scale", shape: [], content: .floats([1 / 255])))
        graph.nodes = [
            Self.node("QuantizeLinear", ["x", "scale"], ["q"]),
            Self.node("DequantizeLinear", ["q", "scale"], ["d"]),
            Self.node("Conv", ["d", "w"], ["y"]),
        ]
        let head = GraphHead(try Self.outline(graph), input: "x")
        #expect(head.range == nil)
        let range = try #require(head.quantized)
        #expect(range.lowerBound == 0 && abs(range.upperBound - 1) < 1e-6)
    }

    // MARK: The order of the colours

    private static let caffe: [Float] = [103.939, 116.779, 123.68]

    @Test(
        arguments: [
            ([("Sub", caffe)], .bgr), ([("Add", caffe.map { -$0 })], .bgr),
            ([("Sub", caffe.reversed())], .rgb),
            ([("Sub", [0.406, 0.456, 0.485]), ("Div", [0.225, 0.224, 0.229])], .bgr),
            (
                [("Div", [255]), ("Sub", [0.485, 0.456, 0.406]), ("Div", [0.229, 0.224, 0.225])],
                .rgb
            ),
            ([("Sub", [127.5])], nil), ([("Sub", [10, 20, 30])], nil), ([], nil),
        ] as [([Step], GraphHead.ColorOrder?)])
    func `ImageNet's means tell the order of the colours`(
        steps: [Step], order: GraphHead.ColorOrder?
    ) throws {
        #expect(GraphHead(try Self.outline(steps), input: "x").order == order)
    }

    /// The channels are reversed by a Gather or by Split and Concat, then the means subtracted.
    @Test(arguments: ["Gather", "Split"])
    func `means behind a reversal are those of the other order`(operation: String) throws {
        var graph = OnnxGraph(name: "reversed")
        graph.constants = [
            OnnxConstant(name: "order", shape: [3], content: .integers([2, 1, 0])),
            OnnxConstant(name: "mean", shape: [1, 3, 1, 1], content: .floats(Self.caffe)),
        ]
        graph.nodes =
            operation == "Gather"
            ? [Self.node("Gather", ["x", "order"], ["f"])]
            : [
                Self.node("Split", ["x"], ["r", "g", "b"]),
                Self.node("Concat", ["b", "g", "r"], ["f"]),
            ]
        graph.nodes += [
            Self.node("Sub", ["f", "mean"], ["s"]), Self.node("Conv", ["s", "w"], ["y"]),
        ]
        let head = GraphHead(try Self.outline(graph), input: "x")
        #expect(head.order == .rgb && head.range == .bytes)
    }

    @Test func `a first normalization with a mean of bytes takes pixels as they are`() throws {
        func head(mean: [Float]) throws -> GraphHead {
            var graph = OnnxGraph(name: "normalized")
            for (name, numbers) in [
                ("scale", [1, 1, 1]), ("bias", [0, 0, 0]), ("mean", mean),
                ("variance", [3364, 3249, 3249]),
            ] as [(String, [Float])] {
                graph.constants.append(
                    OnnxConstant(name: name, shape: [3], content: .floats(numbers)))
            }
            graph.nodes = [
                Self.node("BatchNormalization", ["x", "scale", "bias", "mean", "variance"], ["n"]),
                Self.node("Conv", ["n", "w"], ["y"]),
            ]
            return GraphHead(try Self.outline(graph), input: "x")
        }
        let bytes = try head(mean: Self.caffe)
        #expect(bytes.range == .bytes && bytes.order == .bgr)
        // Learned from pictures that were normalized before.
        #expect(try head(mean: [0.02, -0.01, 0.03]).range == nil)
    }

    // MARK: What follows

    @Test func `a graph that subtracts means with blue first is given blue first`() throws {
        let (settings, warnings) = try Self.settings([("Sub", Self.caffe)], manifest: Self.exact)
        #expect(settings.channels.value == .bgr && settings.scale.value == 1)
        #expect("\(settings.channels.origin)".contains("Sub [103.939, 116.779, 123.68]"))
        #expect(warnings == [])
        let raw = #"{"preprocess": "raw"}"#
        #expect(
            try Self.settings([("Sub", Self.caffe)], manifest: raw).1.guesses.first?
                .contains("in the order of blue first") == true)
        let both = #"{"preprocess": "raw", "input": {"channels": "BGR"}}"#
        let (written, silent) = try Self.settings([("Sub", Self.caffe)], manifest: both)
        #expect(written.channels.value == .bgr && silent == [])
    }

    @Test func `stated means in the order of blue first are said`() throws {
        let numbers =
            #"{"preprocess": {"resize": {"to": "exact", "size": 8}, "scale": 1, "#
            + #""mean": [103.939, 116.779, 123.68], "std": [1, 1, 1]}}"#
        let (_, warnings) = try Self.settings([], manifest: numbers)
        #expect(warnings.guesses.first?.contains("\"channels\": \"BGR\"") == true)
    }

    @Test func `a scale above 1 is said`() throws {
        let (_, warnings) = try Self.settings(
            [], manifest: #"{"preprocess": {"preset": "unit", "scale": 255}}"#)
        #expect(warnings.first?.sentence.contains("so they reach 65025.0") == true)
    }

    private static func settings(
        _ steps: [Step], manifest json: String = "{}", shape: [Int?] = [1, 3, 8, 8]
    ) throws -> (ModelSettings, [ModelWarning]) {
        let head = GraphHead(try outline(steps), input: "x")
        let manifest = try Manifest(Array(json.utf8))
        let input = try NetworkInput([
            TensorDescription(name: "x", element: .float32, shape: shape)
        ])
        let settings = try ModelSettings(manifest, input: input, head: head)
        return (settings, settings.guesses(head, layout: input.layout, format: .onnx))
    }

    private static let exact = #"{"preprocess": {"resize": {"to": "exact", "size": 8}}}"#

    @Test func `a graph that divides by 255 gets pixels as they are, and that is no guess`() throws
    {
        let (settings, warnings) = try Self.settings([("Div", [255])], manifest: Self.exact)
        #expect(settings.scale == Resolved(1, .graph("begins with Div 255.0")))
        #expect(settings.mean.value == [0, 0, 0] && settings.std.value == [1, 1, 1])
        #expect(warnings == [])
    }

    @Test func `a graph that subtracts means of 0…1 gets 0…1`() throws {
        let (settings, _) = try Self.settings([("Sub", [0.5]), ("Div", [0.5])])
        #expect(settings.scale.value == 1.0 / 255 && settings.mean.value == [0, 0, 0])
    }

    @Test func `a scaling that is not clear is a guess`() throws {
        let (_, warnings) = try Self.settings([("Div", [10])], manifest: Self.exact)
        #expect(warnings.guesses.count == 1)
        #expect(warnings.guesses.first?.contains("begins with Div 10.0") == true)
    }

    @Test func `what no file says is one guess, and a word of amphora.json settles it`() throws {
        let (_, bare) = try Self.settings([])
        #expect(bare.guesses.count == 1)
        let sentence = bare.guesses.first ?? ""
        #expect(sentence.contains("the shorter side to 9 and a crop of 8×8"))
        #expect(sentence.contains("minus the mean [0.485, 0.456, 0.406]"))
        #expect(sentence.contains("\"torchvision\""))
        let (_, keras) = try Self.settings([], shape: [1, 8, 8, 3])
        #expect(keras.guesses.first?.contains("NHWC is the order of Keras") == true)
        #expect(keras.guesses.first?.contains("\"keras-tf\"") == true)
        let (_, resized) = try Self.settings([], manifest: Self.exact)
        #expect(resized.guesses.first?.contains("shorter side") == false)
        let all =
            #"{"preprocess": {"resize": {"to": "exact", "size": 8}, "mean": [0, 0, 0], "std": [1, 1, 1]}}"#
        #expect(try Self.settings([], manifest: all).1 == [])
    }

    @Test func `normalizing twice is said`() throws {
        let numbers =
            #"{"preprocess": {"resize": {"to": "exact", "size": 8}, "mean": [0.5, 0.5, 0.5], "#
            + #""std": [0.5, 0.5, 0.5]}}"#
        let (_, warnings) = try Self.settings([("Div", [255])], manifest: numbers)
        #expect(warnings.count == 1 && warnings.guesses.isEmpty)
        #expect(warnings.first?.sentence.contains("both are done") == true)
    }

    @Test func `a mean of bytes beside values of 0…1 is said`() throws {
        let numbers =
            #"{"preprocess": {"resize": {"to": "exact", "size": 8}, "mean": [123, 117, 104], "#
            + #""std": [1, 1, 1]}}"#
        let (_, warnings) = try Self.settings([], manifest: numbers)
        #expect(warnings.guesses.first?.contains("\"preprocess.scale\" is 1") == true)
    }
}
