// `symbol`: MXNet's network and its parameters, imported and written as ONNX.
//
// The bytes are `symbol.json`, which holds no NUL, then a NUL and the parameters: either the file
// itself or, since a fuzzer changes text more easily than headers, one line "name type length
// length …" for each array, which is filled with zeros.

import Onnx

@testable import Inference
@testable import MXNetImport

extension FuzzTarget {
    /// Imports a network, and reads the written file back.
    static let symbol = FuzzTarget(name: "symbol") { bytes throws(Violation) in
        let halves = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let parameters = halves.count > 1 ? MadeUpParameters.file(halves[1]) : []
        let graph = try unlessRefused { () throws(ModelError) in
            try imported(Array(halves[0]), parameters)
        }
        if let graph { try check(graph, parameters) }
    }

    private static func imported(
        _ symbol: [UInt8], _ parameters: [UInt8]
    ) throws(ModelError) -> OnnxGraph {
        let graph: SymbolGraph
        do throws(SymbolError) {
            graph = try SymbolGraph(symbol)
        } catch {
            throw error.of(file: "net-symbol.json")
        }
        let list = try NDArrayList(.bytes(parameters), path: "net.params")
        return try MXNetModel(
            graph, path: "net-symbol.json",
            parameters: MXNetParameters(list, path: "net.params")
        ).graph
    }

    /// Every value has one producer, which precedes its users, and the file says what the graph
    /// says.
    private static func check(_ graph: OnnxGraph, _ parameters: [UInt8]) throws(Violation) {
        var made = Set(graph.inputs.map(\.name))
        var count = made.count
        for constant in graph.constants {
            made.insert(constant.name)
            count += 1
        }
        for node in graph.nodes {
            for input in node.inputs where !input.isEmpty {
                try require(made.contains(input), "\(node.name) takes \(input) before it is made")
            }
            made.formUnion(node.outputs)
            count += node.outputs.count
        }
        try require(made.count == count, "two values have one name")
        for output in graph.outputs {
            try require(made.contains(output.name), "the output \(output.name) is not made")
        }
        try require(!graph.outputs.isEmpty, "a network without outputs")
        for placement in [WeightPlacement.inside, .external(file: "net.params")] {
            try checkFile(of: graph, parameters, placement)
        }
    }

    private static func checkFile(
        of graph: OnnxGraph, _ parameters: [UInt8], _ placement: WeightPlacement
    ) throws(Violation) {
        // The import has checked everything that is written: writing must refuse nothing.
        let sizes = graph.constants.map(\.content.byteCount).reduce(0, +)
        guard sizes <= 16 << 20 else { return }
        do throws(ModelError) {
            let bytes = try graph.encoded(
                weights: ByteWindow(.bytes(parameters)), placement: placement)
            let summary = try GraphSummary(.bytes(bytes))
            _ = try GraphEnding.of(GraphOutline(.bytes(bytes)), output: graph.outputs[0].name)
            guard summary.opset == OnnxGraph.opset, summary.nodes == graph.nodes.count,
                summary.producer == "amphora", summary.extensions.isEmpty
            else {
                throw .unsupported("it reads \(summary) of \(graph.nodes.count) nodes")
            }
        } catch {
            throw Violation("the file that was written: \(error)")
        }
    }
}

/// Parameters for a network that a fuzzer made up.
private enum MadeUpParameters {
    /// The size of all arrays of a file, in bytes.
    private static let room = 1 << 20

    /// The bytes themselves if they are a file of arrays, else the file that their lines describe.
    static func file(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.first != 0x12 else { return Array(bytes) }
        var arrays: [UInt8] = []
        var names: [UInt8] = []
        var count = 0
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            let numbers = words.dropFirst().map {
                Int(String(decoding: $0, as: UTF8.self)) ?? 1
            }
            let flag = numbers.first ?? 0
            let shape = numbers.dropFirst().prefix(8).map { $0.magnitude % 65_536 }
            let size = [4, 8, 2, 1, 4, 1, 8, 1, 2, 2, 4, 8, 2]
            let values = shape.reduce(UInt(1)) { min($0, UInt(room)) * $1 }
            guard size.indices.contains(flag), !shape.isEmpty,
                values < room, arrays.count < room
            else { continue }
            arrays += little(0xF993_FAC9, 4) + little(0, 4) + little(UInt(shape.count), 4)
            for length in shape { arrays += little(length, 8) }
            arrays += little(1, 8) + little(UInt(flag), 4)
            arrays += [UInt8](repeating: 0, count: Int(values) * size[flag])
            names += little(UInt(words[0].count), 8) + words[0]
            count += 1
        }
        return little(0x112, 8) + little(0, 8) + little(UInt(count), 8) + arrays
            + little(UInt(count), 8) + names
    }

    private static func little(_ value: UInt, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt(8 * $0)) }
    }
}
