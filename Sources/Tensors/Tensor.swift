// An array of numbers or strings: what goes into a model's inputs and comes out of its outputs.
//
// Row-major order; numbers as the engine keeps them, little-endian. The formats in which tensors travel
// are in files of their own.

/// An array with a type and a shape.
package struct Tensor: Sendable, Equatable {
    /// The elements in row-major order.
    package enum Values: Sendable, Equatable {
        /// Numbers and Booleans, little-endian, `element.size` bytes each; a Boolean is 0 or 1.
        case bytes([UInt8])
        /// Strings; UTF-8 where they are text.
        case strings([[UInt8]])
    }

    /// The type of one element.
    package let element: ElementType
    /// The length of each dimension; empty for a single element.
    package let shape: [Int]
    /// As many elements as the shape has room for.
    package let values: Values

    /// Creates a tensor. It must hold as many elements as its shape has room for.
    package init(element: ElementType, shape: [Int], values: Values) {
        let count = shape.elementCount ?? -1
        switch values {
        case .bytes(let bytes): precondition(bytes.count == count * (element.size ?? 0))
        case .strings(let strings): precondition(element == .string && strings.count == count)
        }
        self.element = element
        self.shape = shape
        self.values = values
    }

    /// The number of elements.
    package var count: Int {
        switch values {
        case .bytes(let bytes): element.size.map { bytes.count / $0 } ?? 0
        case .strings(let strings): strings.count
        }
    }
}

/// A tensor under the name of a model's input or output.
package struct NamedTensor: Sendable, Equatable {
    /// As the graph spells it.
    package let name: String
    package let tensor: Tensor

    /// Names a tensor.
    package init(name: String, tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}
