// What an ONNX file says, without its weights: versions, metadata, inputs, outputs, operators with
// their attributes, and constants small enough to reason about.
//
// The engine reports only inputs and outputs, so what decides about preprocessing and answers is read
// here, once, at load. It is evidence and not validation: a file that can't be followed to its end
// gives what was read so far and `isComplete == false`; the engine decides whether it is valid.
// Source: onnx.proto.

package import Tensors

/// An ONNX model without its weights. Any thread.
package struct GraphOutline: Sendable, Equatable {
    /// One operator (NodeProto).
    package struct Node: Sendable, Equatable {
        /// The operator's name.
        package var operation = ""
        /// Its operator set; empty for ONNX's own.
        package var domain = ""
        /// Names of values; empty where one is left out.
        package var inputs: [String] = []
        /// Names of the values that it makes.
        package var outputs: [String] = []
        /// By name; graphs and sparse tensors are `.other`.
        package var attributes: [String: Attribute] = [:]

        /// Whether the operator is ONNX's own and not one of the same name from another domain.
        package var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

        /// A whole number among the attributes.
        package func integer(_ name: String) -> Int? {
            if case .integer(let value)? = attributes[name] { value } else { nil }
        }

        /// Whole numbers among the attributes.
        package func integers(_ name: String) -> [Int]? {
            if case .integers(let values)? = attributes[name] { values } else { nil }
        }

        /// A number among the attributes.
        package func float(_ name: String) -> Float? {
            if case .float(let value)? = attributes[name] { value } else { nil }
        }

        /// Texts among the attributes.
        package func texts(_ name: String) -> [String]? {
            if case .texts(let values)? = attributes[name] { values } else { nil }
        }
    }

    /// The value of an attribute (AttributeProto).
    package enum Attribute: Sendable, Equatable {
        case integer(Int)
        case float(Float)
        case text(String)
        case integers([Int])
        case floats([Float])
        case texts([String])
        case tensor(Constant)
        /// A graph, or a kind that nothing here needs.
        case other
    }

    /// A constant tensor (TensorProto): an initializer, or the value of a `Constant`.
    package struct Constant: Sendable, Equatable {
        /// The type of its elements.
        package var element = ElementType(code: 0)
        /// The length of each dimension; empty for a single number.
        package var shape: [Int] = []
        /// Its numbers; `nil` where there are more than `longestConstant`, where they lie outside the
        /// file, or where they are no numbers.
        package var values: [Double]?
        /// The number of elements; `nil` if it is too large for an integer.
        package var count: Int?
    }

    /// An input or an output, as declared (ValueInfoProto).
    package struct Value: Sendable, Equatable {
        /// As nodes refer to it.
        package var name = ""
        /// 0 for a value that is no tensor.
        package var element = ElementType(code: 0)
        /// `nil` in place of open lengths; `nil` as a whole where no shape is declared.
        package var shape: [Int?]?
    }

    /// The most elements of a constant that are kept.
    package static let longestConstant = 4096

    /// The version of the format.
    package internal(set) var irVersion = 0
    /// The version of each operator set, by domain; ONNX's own is "".
    package internal(set) var opsets: [String: Int] = [:]
    /// The program that wrote it.
    package internal(set) var producer = ""
    /// That program's version.
    package internal(set) var producerVersion = ""
    /// What the exporter noted (`metadata_props`), in the file's order.
    package internal(set) var metadata: [(key: String, value: String)] = []
    /// The names of operators that the file itself defines.
    package internal(set) var functions: Set<String> = []
    /// Initializers are among them in old files.
    package internal(set) var inputs: [Value] = []
    /// In the graph's order.
    package internal(set) var outputs: [Value] = []
    /// In the graph's order: each stands after those whose outputs it uses.
    package internal(set) var nodes: [Node] = []
    /// Initializers, by name.
    package internal(set) var constants: [String: Constant] = [:]
    /// Files beside the model that hold weights, as the model spells their names.
    package internal(set) var externalFiles: [String] = []
    /// Whether the whole file could be followed within the limits.
    package internal(set) var isComplete = true
    /// The node that makes each value, and those that use it: indices of `nodes`.
    private var producers: [String: Int] = [:]
    private var users: [String: [Int]] = [:]

    /// Nothing; the reader fills it.
    init() {}

    /// The version of ONNX's own operators; 0 where the file names none.
    package var opset: Int { opsets[""] ?? 0 }

    /// What the exporter noted under a key.
    package func note(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    /// The node that makes a value.
    package func producer(of value: String) -> Node? {
        value.isEmpty ? nil : producers[value].map { nodes[$0] }
    }

    /// The nodes that use a value, in the graph's order.
    package func consumers(of value: String) -> [Node] {
        value.isEmpty ? [] : (users[value] ?? []).map { nodes[$0] }
    }

    /// A value that is fixed: an initializer, or what a `Constant` holds.
    package func constant(_ value: String) -> Constant? {
        if let constant = constants[value] { return constant }
        guard let node = producer(of: value), node.isStandard, node.operation == "Constant" else {
            return nil
        }
        switch node.attributes.first?.value {
        case .tensor(let constant)?: return constant
        case .float(let number)?:
            return Constant(element: .float32, values: [Double(number)], count: 1)
        case .floats(let numbers)?:
            return Constant(
                element: .float32, shape: [numbers.count], values: numbers.map { Double($0) },
                count: numbers.count)
        case .integer(let number)?:
            return Constant(element: .int64, values: [Double(number)], count: 1)
        case .integers(let numbers)?:
            return Constant(
                element: .int64, shape: [numbers.count], values: numbers.map { Double($0) },
                count: numbers.count)
        default: return nil
        }
    }

    /// Notes which node makes and which use each value.
    mutating func connect() {
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producers[output] = index }
            for input in node.inputs where !input.isEmpty && users[input]?.last != index {
                users[input, default: []].append(index)
            }
        }
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.irVersion == b.irVersion && a.opsets == b.opsets && a.producer == b.producer
            && a.producerVersion == b.producerVersion
            && a.metadata.elementsEqual(b.metadata) { $0 == $1 }
            && a.functions == b.functions && a.inputs == b.inputs && a.outputs == b.outputs
            && a.nodes == b.nodes && a.constants == b.constants
            && a.externalFiles == b.externalFiles && a.isComplete == b.isComplete
    }
}
