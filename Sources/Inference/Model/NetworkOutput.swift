// The output of a network that has the scores of the classes.

internal import Onnx

/// One float32 value for each class of one picture.
struct NetworkOutput: Sendable, Equatable {
    /// Its index among the graph's outputs.
    let index: Int
    let name: String
    /// `nil` if the graph leaves it open.
    let classes: Int?

    /// Chooses among a model's outputs: the first float32 one of rank 2, else the first whose
    /// dimensions after the second are all 1, else the first of rank 1. Throws `unsupported`.
    init(_ outputs: [TensorDescription]) throws(ModelError) {
        let floats = outputs.indices.filter { outputs[$0].element == .float32 }
        let index =
            floats.first { outputs[$0].shape.count == 2 }
            ?? floats.first {
                outputs[$0].shape.count > 2 && outputs[$0].shape.dropFirst(2).allSatisfy { $0 == 1 }
            }
            ?? floats.first { outputs[$0].shape.count == 1 }
        guard let index else {
            let list = outputs.map { "\"\($0.name)\": \($0.element) \($0.shapeText)" }
            throw .unsupported(
                "none of the model's outputs holds classes (\(list.joined(separator: "; "))); "
                    + "float32 of shape [N, classes] or [classes] is supported")
        }
        let shape = outputs[index].shape
        if shape.count > 1, let batch = shape[0], batch != 1 {
            throw .unsupported(
                "the model's output \"\(outputs[index].name)\" has the shape "
                    + "\(outputs[index].shapeText): a fixed batch of \(batch); 1 or an open one is "
                    + "supported")
        }
        guard shape[shape.count > 1 ? 1 : 0] != 0 else {
            throw .unsupported(
                "the model's output \"\(outputs[index].name)\" has no classes: its shape is "
                    + outputs[index].shapeText)
        }
        self.index = index
        name = outputs[index].name
        classes = shape.count > 1 ? shape[1] : shape[0]
    }
}
