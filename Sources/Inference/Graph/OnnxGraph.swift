// An ONNX graph as we build it: nodes, constants, inputs and outputs.
//
// Only what our own importers write: operators of ONNX's default domain, attributes of numbers and
// texts, tensors of float32 and int64. Weights are named by their place in a file and read when the
// graph is encoded. Source: onnx.proto.

/// The values of a constant tensor.
enum TensorContent: Equatable {
    case floats([Float])
    case integers([Int])
    /// `count` numbers from `offset` of the file of weights; float32 in the graph.
    case stored(offset: Int, count: Int, type: ScalarType)

    /// The size of the values in the graph.
    var byteCount: Int {
        switch self {
        case .floats(let values): values.count * 4
        case .integers(let values): values.count * 8
        case .stored(_, let count, _): count * 4
        }
    }
}

/// A constant of the graph.
struct OnnxConstant: Equatable {
    let name: String
    let shape: [Int]
    let content: TensorContent
}

/// An attribute's value.
enum OnnxAttribute: Equatable {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
}

/// One operator; an empty name stands for an input that is left out.
struct OnnxNode: Equatable {
    var name: String
    let operation: String
    var inputs: [String]
    var outputs: [String]
    let attributes: [(name: String, value: OnnxAttribute)]

    static func == (a: Self, b: Self) -> Bool {
        a.name == b.name && a.operation == b.operation && a.inputs == b.inputs
            && a.outputs == b.outputs && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
    }
}

/// An input or an output.
struct OnnxValue: Equatable {
    /// A dimension: fixed, or open under a name.
    enum Length: Equatable {
        case fixed(Int)
        case open(String)
    }

    let name: String
    let shape: [Length]

    /// For people: "data [N, 3, 224, 224]".
    var text: String {
        let lengths = shape.map { length in
            switch length {
            case .fixed(let length): "\(length)"
            case .open(let name): name
            }
        }
        return "\(name) [\(lengths.joined(separator: ", "))]"
    }
}

/// A whole model of float32.
struct OnnxGraph {
    /// The version of ONNX's operators: the first with all that we write, so that readers from
    /// 2022 on take it.
    static let opset = 17
    /// The version of the format that goes with it.
    static let irVersion = 8

    var name: String
    var nodes: [OnnxNode] = []
    var constants: [OnnxConstant] = []
    var inputs: [OnnxValue] = []
    var outputs: [OnnxValue] = []

    /// The number of weights.
    var parameterCount: Int {
        constants.reduce(0) { sum, constant in
            if case .stored(_, let count, _) = constant.content { sum + count } else { sum }
        }
    }
}
