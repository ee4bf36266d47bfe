// Compares what came with what a model takes.

internal import Basics

extension TensorDescription {
    /// The greatest product of the lengths beside a length of 0.
    private static let emptyLimit = 1 << 20

    /// What it takes, for errors: “x” takes float32 of shape [?, 3].
    var takes: String { "input \(quoted(name)) takes \(element) of shape \(shapeText)" }

    /// An error about what came for this input instead.
    func fault(_ came: String) -> TensorFault { .wrong("\(takes); \(came)") }

    /// Throws unless a shape fits.
    package func check(shape came: [Int]) throws(TensorFault) {
        guard came.count == shape.count else {
            throw fault("\(came.count) dimensions came, \(came)")
        }
        for (length, expected) in zip(came, shape) where expected != nil && length != expected {
            throw fault("shape \(came) came")
        }
        // No element takes room here, but rows of an answer would.
        let lists = came.filter { $0 != 0 }.elementCount ?? .max
        guard !came.contains(0) || lists <= Self.emptyLimit else {
            throw fault("shape \(came) came, which is too large")
        }
    }

    /// Throws unless a tensor's type and shape fit.
    package func check(_ tensor: Tensor) throws(TensorFault) {
        guard tensor.element == element else { throw fault("\(tensor.element) came") }
        try check(shape: tensor.shape)
    }

    /// A shape with the dimensions of length 1 at its end that people leave out: a column of numbers for
    /// an input of shape [?, 1]. Throws unless it fits then.
    func completed(_ came: [Int]) throws(TensorFault) -> [Int] {
        var full = came
        while full.count < shape.count, shape[full.count...].allSatisfy({ $0 == 1 }) {
            full.append(1)
        }
        try check(shape: full)
        return full
    }
}

extension [TensorDescription] {
    /// The description of a name. Throws an error that names the nearest one.
    func named(_ name: String) throws(TensorFault) -> TensorDescription {
        if let found = first(where: { $0.name == name }) { return found }
        let names = map(\.name)
        let hint =
            nearestName(to: name, among: names).map { "; the nearest is \(quoted($0))" } ?? ""
        throw .wrong("the model has no input \(quoted(name))\(hint)")
    }

    /// The tensors in the model's order. Throws if one is missing or given twice.
    func ordered(_ tensors: [NamedTensor]) throws(TensorFault) -> [NamedTensor] {
        var ordered: [NamedTensor] = []
        for description in self {
            let found = tensors.filter { $0.name == description.name }
            guard let tensor = found.first else {
                throw description.fault("it is missing")
            }
            guard found.count == 1 else { throw description.fault("it is given twice") }
            ordered.append(tensor)
        }
        return ordered
    }
}
