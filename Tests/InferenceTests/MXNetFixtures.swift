// Networks of MXNet with MXNet's own answers, and helpers that import and run them.

import Basics
import Glibc
import Tensors

@testable import Inference
@testable import MXNetImport
@testable import Onnx

/// An array of float32 as numpy stores it.
struct NumpyArray {
    let shape: [Int]
    let values: [Float]

    /// Reads an `.npy` of version 1 or 2 in C order, float32 or float64.
    init(_ path: String) throws(InputError) {
        let bytes = try File.contents(of: path, limit: 1 << 28)
        let long = bytes[6] > 1
        var length = Int(bytes[8]) + Int(bytes[9]) << 8
        if long { length += Int(bytes[10]) << 16 + Int(bytes[11]) << 24 }
        let start = (long ? 12 : 10) + length
        let header = String(decoding: bytes[..<start], as: UTF8.self)
        precondition(header.contains("'<f4'") || header.contains("'<f8'"), header)
        precondition(header.contains("'fortran_order': False"), header)
        let type: ScalarType = header.contains("'<f4'") ? .float32 : .float64
        let text = header.split(separator: "(")[1].split(separator: ")")[0]
        shape = text.split(separator: ",").compactMap { Int($0.drop { $0 == " " }) }
        let floats = type.float32Bytes(of: Array(bytes[start...]))
        var values: [Float] = []
        for place in stride(from: 0, to: floats.count, by: 4) {
            var bits: UInt32 = 0
            for index in 0..<4 { bits |= UInt32(floats[place + index]) << UInt32(8 * index) }
            values.append(Float(bitPattern: bits))
        }
        self.values = values
    }
}

enum MXNetFixtures {
    private static let root = ModelFixtures.path("mxnet")

    /// The committed folders of a kind: "operators" or "networks".
    static func committed(_ kind: String) -> [String] { folders(in: "\(root)/\(kind)") }

    /// A committed `.params` file.
    static func parameters(_ name: String) -> String { "\(root)/parameters/\(name).params" }

    /// The folders in the folder that an environment variable names.
    static func folders(from variable: String) -> [String] {
        guard let root = unsafe getenv(variable) else { return [] }
        return folders(in: unsafe String(cString: root))
    }

    private static func folders(in root: String) -> [String] {
        do throws(InputError) {
            return try File.names(in: root).map { "\(root)/\($0)" }
                .filter { File.kind(of: $0) == .folder }
        } catch {
            return []
        }
    }

    /// Imports the network in a folder. The input's shape is given where the input is not a
    /// picture.
    static func graph(
        _ folder: String, input: [Int]? = nil
    ) throws(ModelError) -> (graph: OnnxGraph, parameters: String) {
        let found = try ModelFolder(folder)
        guard case .mxnet(let parameters) = found.format else {
            throw .notFound("\(folder) holds no network of MXNet")
        }
        let bytes = try ModelError.reading { () throws(InputError) in
            try File.contents(of: found.model.value, limit: SymbolGraph.sizeLimit)
        }
        let symbol: SymbolGraph
        do throws(SymbolError) {
            symbol = try SymbolGraph(bytes)
        } catch {
            throw error.of(file: found.model.value)
        }
        let list = try NDArrayList(.file(parameters), path: parameters)
        let model = try MXNetModel(
            symbol, path: found.model.value,
            parameters: MXNetParameters(list, path: parameters), input: input)
        return (model.graph, parameters)
    }

    /// A network of operators in the form of "symbol.json": each has an operator's name, its
    /// attributes, and its inputs' numbers; number 0 is the input.
    static func symbol(
        variables: [String] = [],
        _ nodes: [(operation: String, attributes: [String: String], inputs: [Int])]
    ) throws(SymbolError) -> SymbolGraph {
        func text(_ value: String) -> String { "\"\(value)\"" }
        var items = (["data"] + variables).map {
            #"{"op": "null", "name": \#(text($0)), "inputs": []}"#
        }
        for node in nodes {
            let attributes = node.attributes.map { "\(text($0)): \(text($1))" }
            let inputs = node.inputs.map { "[\($0), 0, 0]" }
            items.append(
                """
                {"op": \(text(node.operation)), "name": "node\(items.count)", \
                "attrs": {\(attributes.joined(separator: ", "))}, \
                "inputs": [\(inputs.joined(separator: ", "))]}
                """)
        }
        let document = """
            {"nodes": [\(items.joined(separator: ", "))], "heads": [[\(items.count - 1), 0, 0]]}
            """
        return try SymbolGraph(Array(document.utf8))
    }

    /// A `.params` file in memory: float32 arrays of zeros, of the newest dense form.
    static func list(_ arrays: [(name: String, shape: [Int])]) -> [UInt8] {
        var bytes = little(0x112, 8) + little(0, 8) + little(arrays.count, 8)
        for array in arrays {
            bytes += little(0xF993_FAC9, 4) + little(0, 4) + little(array.shape.count, 4)
            for length in array.shape { bytes += little(length, 8) }
            bytes += little(1, 8) + little(0, 4)
            bytes += [UInt8](repeating: 0, count: 4 * array.shape.reduce(1, *))
        }
        bytes += little(arrays.count, 8)
        for array in arrays { bytes += little(array.name.utf8.count, 8) + Array(array.name.utf8) }
        return bytes
    }

    /// A number in little-endian bytes.
    static func little(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// The sentence that refuses a network, or "" if it can be imported.
    static func refusal(
        _ symbol: () throws(SymbolError) -> SymbolGraph, parameters: [UInt8] = list([]),
        input: [Int]? = nil
    ) -> String {
        do {
            let list = try NDArrayList(.bytes(parameters), path: "net.params")
            _ = try MXNetModel(
                symbol(), path: "net-symbol.json",
                parameters: MXNetParameters(list, path: "net.params"), input: input)
            return ""
        } catch let error as SymbolError {
            return error.of(file: "net-symbol.json").description
        } catch {
            return "\(error)"
        }
    }

    /// The engine's answer to an input, with the weights inside the model.
    static func answer(_ folder: String, _ input: NumpyArray) throws(ModelError) -> [Float] {
        let (graph, parameters) = try graph(folder, input: input.shape)
        let bytes = try graph.encoded(
            weights: ByteWindow(.file(parameters)), placement: .inside)
        return try answer(of: .bytes(bytes), input)
    }

    /// The same, opened as the product opens it.
    static func served(_ folder: String, _ input: NumpyArray) throws(ModelError) -> [Float] {
        try answer(of: ModelFolder(folder).source(), input)
    }

    private static func answer(
        of source: ModelSource, _ input: NumpyArray
    ) throws(ModelError) -> [Float] {
        let model = try Engine.open(source, options: ModelFixtures.engine)
        let context = try model.makeContext(inputShape: input.shape, output: 0)
        context.withInput { (tensor: inout MutableSpan<Float>) in
            for index in input.values.indices { tensor[index] = input.values[index] }
        }
        try context.infer()
        return context.withOutput { output in output.indices.map { output[$0] } }
    }

    /// The greatest difference, and the greatest expected value.
    static func difference(_ a: [Float], _ b: [Float]) -> (difference: Float, magnitude: Float) {
        guard a.count == b.count else { return (.infinity, 0) }
        var difference: Float = 0
        for (a, b) in zip(a, b) {
            // A NaN equals nothing.
            difference =
                a == b ? difference : max(difference, abs(a - b).isNaN ? .infinity : abs(a - b))
        }
        return (difference, b.reduce(0) { max($0, abs($1)) })
    }
}
