// A network whose batch has a fixed length serves requests of any number of rows: they are cut into
// pieces of that length, and the last piece is filled with copies of its last row.

internal import Onnx
internal import Tensors

/// A batch dimension of fixed length. Any thread.
struct FixedBatch: Sendable, Equatable {
    /// The rows of one inference.
    let count: Int

    /// `nil` where the first dimensions are open or differ, so that they are no batch of fixed length.
    /// An array of one dimension may be one row of features; of length 1 it can't be.
    init?(_ inputs: [TensorDescription], _ outputs: [TensorDescription]) {
        guard let count = inputs.first?.shape.first ?? nil, count > 0,
            inputs.allSatisfy({ ($0.shape.count > 1 || count == 1) && $0.shape.first == count }),
            outputs.allSatisfy({ ($0.shape.first ?? nil) == count })
        else { return nil }
        self.count = count
    }

    /// The same arrays with an open batch.
    func opened(_ tensors: [TensorDescription]) -> [TensorDescription] {
        tensors.map {
            TensorDescription(
                name: $0.name, element: $0.element, shape: [nil] + $0.shape.dropFirst())
        }
    }

    /// Infers piece by piece. Throws `unsupported` for inputs with different numbers of rows and for
    /// outputs that can't be joined, and what `infer` throws.
    func infer(
        _ inputs: [NamedTensor],
        with infer: ([NamedTensor]) throws(ModelError) -> [NamedTensor]
    ) throws(ModelError) -> [NamedTensor] {
        let rows = inputs.first?.tensor.shape.first ?? 0
        guard inputs.allSatisfy({ $0.tensor.shape.first == rows }) else {
            throw .unsupported("the inputs have different numbers of rows")
        }
        if rows == count { return try infer(inputs) }
        guard rows > 0 else {
            throw .unsupported("the inputs have no row; the network takes \(count) at a time")
        }
        var parts: [[NamedTensor]] = []
        for start in stride(from: 0, to: rows, by: count) {
            let end = min(start + count, rows)
            let piece = inputs.map { input in
                NamedTensor(
                    name: input.name, tensor: input.tensor.rows(start..<end, filledTo: count))
            }
            let part = try infer(piece)
            try requireRows(part, like: parts.first)
            parts.append(
                part.map { output in
                    NamedTensor(
                        name: output.name,
                        tensor: output.tensor.rows(0..<end - start, filledTo: end - start))
                })
        }
        return parts[0].indices.map { index in
            NamedTensor(
                name: parts[0][index].name, tensor: Tensor(joining: parts.map { $0[index].tensor }))
        }
    }

    /// Refuses outputs of a piece that have not the batch's rows, or not the shape of the first piece:
    /// engines don't hold a network to the shapes that it declares.
    private func requireRows(
        _ part: [NamedTensor], like first: [NamedTensor]?
    ) throws(ModelError) {
        for (index, output) in part.enumerated() {
            let shape = output.tensor.shape
            let row = first?[index].tensor.shape.dropFirst() ?? shape.dropFirst()
            guard shape.first == count, row == shape.dropFirst() else {
                throw .unsupported(
                    "output \"\(output.name)\" has the shape \(shape) for \(count) rows, and can't be "
                        + "joined to more: send \(count) rows at a time")
            }
        }
    }
}
