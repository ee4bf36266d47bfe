// MXNet's `symbol.json`: a network as nodes that name their inputs by number.
//
// Reads all versions of the format: a node's attributes are under `attrs`, `attr` or `param`; the
// last holds the operator's own, apart from the user's. Checks that the nodes form a graph: inputs
// precede the node that uses them, so there is no cycle, and heads exist. The importer interprets
// the operators. Source: nnvm's SaveJSON and mxnet's legacy_json_util.

internal import Basics
internal import Onnx

/// What is wrong with a network, as a clause.
enum SymbolError: Error, Equatable {
    /// It contradicts itself or the format.
    case malformed(String)
    /// It is valid, but cannot be imported.
    case unsupported(String)

    /// The sentence about a file.
    func of(file path: String) -> ModelError {
        switch self {
        case .malformed(let clause): .unreadable(path: path, reason: clause)
        case .unsupported(let clause): .unsupported("\(path): \(clause)")
        }
    }
}

/// One output of one node.
struct SymbolEntry: Equatable {
    let node: Int
    let output: Int
}

/// An operator, or a variable where the operator is "null".
struct SymbolNode: Equatable {
    let operation: String
    let name: String
    let attributes: [String: String]
    let inputs: [SymbolEntry]

    /// Whether it is a given array: the picture or a parameter.
    var isVariable: Bool { operation == "null" }
}

/// A network.
struct SymbolGraph: Equatable {
    /// Each node's inputs are earlier ones.
    let nodes: [SymbolNode]
    /// The network's outputs.
    let heads: [SymbolEntry]

    /// The largest file that is read, in bytes; the largest known networks have two million.
    static let sizeLimit = 32 << 20
    private static let valueLimit = 2_000_000
    private static let headLimit = 1024

    /// Reads a network. Throws a clause that names the place.
    init(_ bytes: [UInt8]) throws(SymbolError) {
        let document: JSONValue
        do throws(InputError) {
            document = try JSONValue(reading: bytes, maxValues: Self.valueLimit)
        } catch {
            throw .malformed(error.reason)
        }
        guard case .object(let members) = document else {
            throw .malformed("it is \(document.kind); expected an object")
        }
        guard case .array(let items)? = members["nodes"] else {
            throw .malformed("it has no list \"nodes\", so it is not an MXNet network")
        }
        guard case .array(let heads)? = members["heads"] else {
            throw .malformed("it has no list \"heads\"")
        }
        var nodes: [SymbolNode] = []
        nodes.reserveCapacity(items.count)
        for item in items { nodes.append(try SymbolNode(item, number: nodes.count)) }
        self.nodes = nodes
        var entries: [SymbolEntry] = []
        for head in heads {
            entries.append(try SymbolEntry(head, before: nodes.count, "\"heads\""))
        }
        guard !entries.isEmpty else { throw .malformed("\"heads\" is empty") }
        guard entries.count <= Self.headLimit else {
            throw .unsupported("\(entries.count) outputs are not supported; \(Self.headLimit) are")
        }
        self.heads = entries
    }
}

extension SymbolEntry {
    /// Reads `[node, output]` or `[node, output, version]`; the version is ignored.
    fileprivate init(_ value: JSONValue, before limit: Int, _ what: String) throws(SymbolError) {
        guard case .array(let numbers) = value, (2...3).contains(numbers.count),
            let node = numbers[0].integer(0...Int(Int32.max)),
            let output = numbers[1].integer(0...Int(Int32.max))
        else {
            throw .malformed("\(what) holds \(value.summary); expected [node, output, version]")
        }
        guard node < limit else {
            throw .malformed(
                "\(what) refers to node \(node); only the \(limit) nodes before it are allowed")
        }
        self.node = node
        self.output = output
    }
}

extension SymbolNode {
    private static let nameLimit = 512

    fileprivate init(_ value: JSONValue, number: Int) throws(SymbolError) {
        guard case .object(let members) = value else {
            throw .malformed("node \(number) is \(value.kind); expected an object")
        }
        guard case .string(let operation)? = members["op"],
            case .string(let name)? = members["name"]
        else {
            throw .malformed("node \(number) has no strings \"op\" and \"name\"")
        }
        guard name.utf8.count <= Self.nameLimit, operation.utf8.count <= Self.nameLimit else {
            throw .malformed("the name of node \(number) has more than \(Self.nameLimit) bytes")
        }
        self.operation = operation
        self.name = name
        var attributes: [String: String] = [:]
        // The operator's own attributes come last: they override a user's of the same name.
        for key in ["attr", "attrs", "param"] {
            guard let value = members[key] else { continue }
            guard case .object(let pairs) = value else {
                throw .malformed("\"\(key)\" of node \"\(name)\" is \(value.kind)")
            }
            for (key, value) in pairs {
                guard case .string(let text) = value else {
                    throw .malformed(
                        "attribute \"\(key)\" of node \"\(name)\" is \(value.kind); expected a "
                            + "string")
                }
                attributes[key] = text
            }
        }
        self.attributes = attributes
        guard case .array(let inputs)? = members["inputs"] else {
            throw .malformed("node \"\(name)\" has no list \"inputs\"")
        }
        var entries: [SymbolEntry] = []
        for input in inputs {
            entries.append(
                try SymbolEntry(input, before: number, "\"inputs\" of node \"\(name)\""))
        }
        self.inputs = entries
    }
}
