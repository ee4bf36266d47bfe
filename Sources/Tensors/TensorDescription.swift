// Descriptions of a model's inputs and outputs, independent of the engine.

/// The name, element type and shape of one input or output of a model.
package struct TensorDescription: Sendable, Equatable {
    /// As the graph spells it.
    package let name: String
    /// The type of one element.
    package let element: ElementType
    /// The length of each dimension; `nil` if the graph leaves it open.
    package let shape: [Int?]

    /// Creates a description.
    package init(name: String, element: ElementType, shape: [Int?]) {
        self.name = name
        self.element = element
        self.shape = shape
    }

    /// The shape as people write it: `[?, 3, 224, 224]`.
    package var shapeText: String {
        "[" + shape.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }
}
