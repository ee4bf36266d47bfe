// `onnx`: our own reading of an ONNX file, and our decisions about its inputs and outputs.
//
// The bytes are the name of the output to follow, a NUL, and the file. The names and shapes that
// the engine would report are made from the first bytes of the file: the engine itself is not
// fuzzed.

import Onnx
import Tensors

@testable import Inference

extension FuzzTarget {
    /// Walks through a file, in memory and on disk.
    static let onnx = FuzzTarget(name: "onnx") { bytes throws(Violation) in
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let output = String(decoding: parts[0], as: UTF8.self)
        let model = parts.count > 1 ? parts[1] : []
        let told = try read(.bytes(Array(model)), output)
        try ScratchFolder.with([("net.onnx", model)]) { folder throws(Violation) in
            let again = try read(.file("\(folder)/net.onnx"), output)
            try require(again == told, "a file says something else than its bytes")
        }
        try require(told != nil, "bytes in memory can't be read")
        if let summary = told?.summary {
            try require(
                summary.nodes >= 0 && summary.nodes <= model.count, "\(summary.nodes) nodes")
            try require((summary.parameters ?? 0) >= 0, "fewer than no parameters")
        }
        try describe(Array(model.prefix(32)), name: output)
    }

    private struct Reading: Equatable {
        let summary: GraphSummary
        let ending: GraphEnding
    }

    /// A model whose outputs are other tensors is still that model.
    private static func edit(_ source: ModelSource) throws(ModelError) {
        let outline = try GraphOutline(source)
        let outputs = ScoreOutput.all(in: outline)
        let changed: ModelSource
        do throws(ModelError) {
            changed = try source.answering(outputs, in: outline)
        } catch {
            return  // The file can't be followed.
        }
        let edited = try GraphOutline(changed)
        let names = edited.outputs.map(\.name)
        guard names.count <= outline.outputs.count, edited.nodes.count <= outline.nodes.count,
            outputs.allSatisfy({ names.contains($0.tensor) })
        else { preconditionFailure("other outputs: \(names)") }
    }

    private static func read(
        _ source: ModelSource, _ output: String
    ) throws(Violation) -> Reading? {
        try unlessRefused { () throws(ModelError) in
            let reading = Reading(
                summary: try GraphSummary(source),
                ending: try GraphEnding.of(GraphOutline(source), output: output))
            try edit(source)
            // It also ends with a very small budget.
            _ = try GraphEnding.of(GraphOutline(source, fieldBudget: 3), output: output)
            return reading
        }
    }

    /// Inputs and outputs of any shape, as an engine could report them.
    private static func describe(_ bytes: [UInt8], name: String) throws(Violation) {
        var shapes: [[Int?]] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            shapes.append(
                line.map { byte in
                    byte == 0x3F ? nil : byte < 0x80 ? Int(byte) : 1 << (Int(byte) & 63)
                })
        }
        let tensors = shapes.enumerated().map { index, shape in
            TensorDescription(
                name: index == 0 ? name : "\(name)\(index)",
                element: ElementType(code: Int(bytes.last ?? 1) % 20), shape: shape)
        }
        for element in [ElementType.float32, .uint8] {
            let first = TensorDescription(name: name, element: element, shape: shapes[0])
            let input = try unlessRefused { () throws(ModelError) in
                try NetworkInput([first])
            }
            if let input {
                try require([1, 3].contains(input.channels), "\(input.channels) channels")
                try require((input.height ?? 1) > 0 && (input.width ?? 1) > 0, "no pixels")
            }
            for tensor in tensors {
                let width = OutputCandidate.width(of: tensor.shape, batch: max(1, shapes.count))
                try require(width != .known(0), "a network without classes")
            }
        }
    }
}
