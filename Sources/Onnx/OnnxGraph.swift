// An ONNX graph as we build it: nodes, constants, inputs and outputs.
//
// Covers only what our own importers write: operators of ONNX's default domain, numeric and text
// attributes, tensors of float32 and int64. Weights are positions in a file and are read when the
// graph is encoded. Source: onnx.proto.

package import Tensors

/// The values of a constant tensor.
package enum TensorContent: Equatable {
    case floats([Float])
    case integers([Int])
    /// `count` numbers at `offset` of the file of weights; float32 in the graph.
    case stored(offset: Int, count: Int, type: ScalarType)

    /// The size of the values in the graph.
    package var byteCount: Int {
        switch self {
        case .floats(let values): values.count * 4
        case .integers(let values): values.count * 8
        case .stored(_, let count, _): count * 4
        }
    }
}

/// A constant of the graph.
package struct OnnxConstant: Equatable {
    /// The value that nodes refer to.
    package let name: String
    /// The length of each dimension; empty for a single number.
    package let shape: [Int]
    /// Its numbers, or where they are stored.
    package let content: TensorContent

    /// Creates a constant.
    package init(name: String, shape: [Int], content: TensorContent) {
        self.name = name
        self.shape = shape
        self.content = content
    }
}

/// An attribute's value.
package enum OnnxAttribute: Equatable {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
}

/// One operator; an empty name stands for an input that is left out.
package struct OnnxNode: Equatable {
    /// For people; the format doesn't use it.
    package var name: String
    /// The operator's name in ONNX's default domain.
    package let operation: String
    /// Names of values, in the order of the operator.
    package var inputs: [String]
    /// Names of the values that it makes.
    package var outputs: [String]
    /// In the order in which they are written.
    package let attributes: [(name: String, value: OnnxAttribute)]

    /// Creates a node.
    package init(
        name: String, operation: String, inputs: [String], outputs: [String],
        attributes: [(name: String, value: OnnxAttribute)]
    ) {
        self.name = name
        self.operation = operation
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// Compares everything, attributes in their order.
    package static func == (a: Self, b: Self) -> Bool {
        a.name == b.name && a.operation == b.operation && a.inputs == b.inputs
            && a.outputs == b.outputs && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
    }
}

/// An input or an output.
package struct OnnxValue: Equatable {
    /// A dimension: fixed, or open with a name.
    package enum Length: Equatable {
        case fixed(Int)
        case open(String)
    }

    /// The value that nodes refer to.
    package let name: String
    /// The length of each dimension.
    package let shape: [Length]

    /// Creates an input or an output.
    package init(name: String, shape: [Length]) {
        self.name = name
        self.shape = shape
    }

    /// For people: "data [N, 3, 224, 224]".
    package var text: String {
        let lengths = shape.map { length in
            switch length {
            case .fixed(let length): "\(length)"
            case .open(let name): name
            }
        }
        return "\(name) [\(lengths.joined(separator: ", "))]"
    }
}

/// A complete float32 model.
package struct OnnxGraph {
    /// The version of ONNX's operators: the first with all that we write, so that readers since
    /// 2022 accept it.
    package static let opset = 17
    /// The version of the format that goes with it.
    package static let irVersion = 8

    /// For people; the format doesn't use it.
    package var name: String
    /// A node stands after those whose outputs it uses.
    package var nodes: [OnnxNode] = []
    /// Weights and other fixed tensors.
    package var constants: [OnnxConstant] = []
    /// What the engine must bind.
    package var inputs: [OnnxValue] = []
    /// What the engine gives.
    package var outputs: [OnnxValue] = []
    /// What had to be guessed about the network, as a sentence; kept in the file's metadata.
    package var guess: String?
    /// The key of that sentence in the metadata of a model file.
    package static let guessKey = "amphora.guess"

    /// Creates a graph.
    package init(
        name: String, nodes: [OnnxNode] = [], constants: [OnnxConstant] = [],
        inputs: [OnnxValue] = [], outputs: [OnnxValue] = []
    ) {
        self.name = name
        self.nodes = nodes
        self.constants = constants
        self.inputs = inputs
        self.outputs = outputs
    }

    /// The number of weights.
    package var parameterCount: Int {
        constants.reduce(0) { sum, constant in
            if case .stored(_, let count, _) = constant.content { sum + count } else { sum }
        }
    }
}
