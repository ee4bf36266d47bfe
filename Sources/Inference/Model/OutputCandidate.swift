// One of a model's outputs, as a place where the scores of the classes may be.

internal import Onnx
internal import Tensors

/// An output, with all that its choice depends on.
struct OutputCandidate: Sendable, Equatable {
    /// The number of scores that a shape has room for.
    enum Width: Sendable, Equatable {
        case known(Int)
        /// The graph leaves it open.
        case open
        /// The shape is not that of scores.
        case none
    }

    /// Its index among the engine's outputs.
    let index: Int
    let score: ScoreOutput
    let description: TensorDescription
    let ending: GraphEnding
    /// For whole numbers that stand for others.
    let quantization: Quantization?
    let width: Width

    /// Describes an output of a network that is asked with `batch` pictures at a time.
    init(
        index: Int, _ score: ScoreOutput, _ description: TensorDescription,
        _ outline: GraphOutline, batch: Int
    ) {
        self.index = index
        self.score = score
        self.description = description
        ending = GraphEnding.of(outline, output: score.tensor)
        let isQuantized = description.element.isQuantized
        quantization = isQuantized ? Quantization(of: score.tensor, in: outline) : nil
        width = Self.width(of: description.shape, batch: batch)
    }

    /// Whether it may hold the scores of the classes.
    var isEligible: Bool {
        description.element.isScore && width != .none
            && (quantization != nil || !description.element.isQuantized)
    }

    /// The name, and what is behind it, for sentences.
    var text: String {
        let declared = "\"\(score.name)\""
        let tensor = "\(description.element) \(description.shapeText)"
        return score.operation.map { "\(declared): \($0) of \(tensor)" } ?? "\(declared): \(tensor)"
    }

    /// `[N, C]`, `[C]`, `[N, C, 1, 1]`, `[N, 1, 1, C]` and `[1, N, C]`; `[N]` is one number for
    /// each picture.
    static func width(of shape: [Int?], batch: Int) -> Width {
        guard let first = shape.first else { return .open }
        guard shape.count > 1 else {
            guard let first else { return .open }
            guard first > 0 else { return .none }
            return .known(batch > 1 && first == batch ? 1 : first)
        }
        guard first == nil || first == batch, !shape.contains(0) else { return .none }
        let rest = shape.dropFirst().filter { $0 != 1 }
        let known = rest.compactMap(\.self)
        if known.count > 1 { return .none }
        if let only = known.first { return .known(only) }
        return rest.isEmpty ? .known(1) : .open
    }

    /// The number of scores for each picture in an answer of this shape; `nil` if it has another
    /// form.
    static func scores(in shape: [Int], batch: Int) -> Int? {
        var lengths = shape[...]
        if batch > 1 {
            guard lengths.popFirst() == batch else { return nil }
        }
        let rest = lengths.filter { $0 != 1 }
        guard rest.count <= 1, rest.first != 0 else { return nil }
        return rest.first ?? 1
    }
}
