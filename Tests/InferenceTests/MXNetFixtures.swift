// Networks of MXNet with what MXNet itself answered, and the way to ours.

import Glibc

@testable import Inference

/// An array of float32 as numpy stores it.
struct NumpyArray {
    let shape: [Int]
    let values: [Float]

    /// Reads an `.npy` of version 1 or 2 in C order, float32 or float64.
    init(_ path: String) throws(ModelError) {
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
    /// Committed ones, by name.
    static func folder(_ name: String) -> String { ModelFixtures.path("mxnet/\(name)") }

    /// The names of the committed networks.
    static func names() -> [String] {
        do throws(ModelError) {
            return try File.names(in: ModelFixtures.path("mxnet"))
                .filter { File.kind(of: folder($0)) == .folder }
        } catch {
            return []
        }
    }

    /// The networks below the folder that an environment variable names.
    static func names(below variable: String) -> [String] {
        guard let root = unsafe getenv(variable).map({ unsafe String(cString: $0) }) else {
            return []
        }
        do throws(ModelError) {
            return try File.names(in: root).map { "\(root)/\($0)" }
                .filter { File.kind(of: $0) == .folder }
        } catch {
            return []
        }
    }

    /// Imports what is in a folder; the input's shape is given where it is not a picture.
    static func graph(
        _ folder: String, input: [Int]? = nil
    ) throws(ModelError) -> (graph: OnnxGraph, parameters: String) {
        let found = try ModelFolder(folder)
        guard case .mxnet(let parameters) = found.format else {
            throw .notFound("\(folder) holds no network of MXNet")
        }
        let bytes = try File.contents(of: found.model.value, limit: SymbolGraph.sizeLimit)
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

    /// What the engine answers to an input.
    static func answer(
        _ folder: String, _ input: NumpyArray, isPicture: Bool = false
    ) throws(ModelError) -> [Float] {
        let (graph, parameters) = try graph(folder, input: isPicture ? nil : input.shape)
        let bytes = try graph.encoded(
            weights: ByteWindow(.file(parameters)), placement: .inside)
        let model = try Engine.open(.bytes(bytes), options: ModelFixtures.engine)
        let context = try model.makeContext(inputShape: input.shape, output: 0)
        context.withInput { tensor in
            for index in input.values.indices { tensor[index] = input.values[index] }
        }
        try context.infer()
        return context.withOutput { output in output.indices.map { output[$0] } }
    }

    /// The greatest difference, and the greatest value that was expected.
    static func difference(_ a: [Float], _ b: [Float]) -> (difference: Float, magnitude: Float) {
        guard a.count == b.count else { return (.infinity, 0) }
        var difference: Float = 0
        for (a, b) in zip(a, b) {
            // A NaN is no match for anything.
            difference =
                a == b ? difference : max(difference, abs(a - b).isNaN ? .infinity : abs(a - b))
        }
        return (difference, b.reduce(0) { max($0, abs($1)) })
    }
}
