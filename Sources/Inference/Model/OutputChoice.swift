// Which of a model's outputs holds the classes.
//
// What `amphora.json` names, else what fits the labels, else what ends in an activation, else what has
// the name of scores, else what is computed from the others. Two that remain are a tie, and refused.

internal import Onnx
internal import Tensors

/// The chosen output, and what decided.
struct OutputChoice: Sendable, Equatable {
    let output: OutputCandidate
    let origin: Origin
    /// The others, as the graph declares them.
    let others: [String]
    let warnings: [ModelWarning]

    /// The usual names of scores, the commonest first.
    private static let names = [
        "logits", "probabilities", "scores", "output", "probs", "prob", "probability", "score",
        "predictions", "prediction",
    ]

    /// Chooses for a number of labels, 0 if there are none; `name` is what `amphora.json` says.
    /// `measure` runs the network to see an open width. Throws `unsupported`, `invalidSettings` and
    /// what `measure` throws.
    init(
        _ candidates: [OutputCandidate], named name: String?, labels: Int, in outline: GraphOutline,
        measure: (OutputCandidate) throws(ModelError) -> Int?
    ) throws(ModelError) {
        (output, origin) = try Self.choose(candidates, name, labels, outline, measure)
        warnings = Self.equals(output, origin, among: candidates)
        others = candidates.map(\.score.name).filter { [output] in $0 != output.score.name }
        guard let selection = output.score.selection else { return }
        throw .unsupported(
            "the model's output \"\(output.score.name)\" holds the best scores only, in an order "
                + "of their own; export the scores before the \(selection)")
    }

    private static let lastOne = Origin.graph("computed from the other outputs")

    /// That the last one of several outputs is taken, where one before it has as many values.
    private static func equals(
        _ output: OutputCandidate, _ origin: Origin, among candidates: [OutputCandidate]
    ) -> [ModelWarning] {
        let other = candidates.first {
            $0 != output && $0.isEligible && $0.width == output.width
        }
        guard origin == lastOne, let other else { return [] }
        return [
            .guess(
                "the outputs \"\(other.score.name)\" and \"\(output.score.name)\" may each hold "
                    + "the classes; \"\(output.score.name)\" is taken, since it is computed from "
                    + "the other; \"output\" in \(Manifest.fileName) settles it")
        ]
    }

    private static func choose(
        _ candidates: [OutputCandidate], _ name: String?, _ labels: Int, _ outline: GraphOutline,
        _ measure: (OutputCandidate) throws(ModelError) -> Int?
    ) throws(ModelError) -> (OutputCandidate, Origin) {
        if let name { return (try named(name, candidates), .key("output", in: Manifest.fileName)) }
        var left = candidates.filter(\.isEligible)
        guard let first = left.first else { throw nothing(candidates) }
        if left.count == 1 { return (first, .model) }
        if labels > 0 {
            var widths: [Int?] = []
            for candidate in left { widths.append(try width(candidate, measure)) }
            for wanted in labels == 2 ? [2, 1] : [labels] {
                let fitting = zip(left, widths).filter { $0.1 == wanted }.map(\.0)
                if let only = fitting.first, fitting.count == 1 {
                    return (only, .graph("as many values as labels, \(labels)"))
                }
                guard fitting.isEmpty else {
                    left = fitting
                    break
                }
            }
        }
        let active = left.filter { $0.ending.isProbability || $0.ending.kind == .logProbabilities }
        if let only = active.first, active.count == 1 {
            return (only, .graph("ends in \(only.ending.operators)"))
        }
        if active.count > 1 { left = active }
        for name in names {
            if let match = left.first(where: { plain($0.score.name) == name }) {
                return (match, .graph("its name, \"\(match.score.name)\""))
            }
        }
        if let last = left.first(where: { last in
            let before = outline.ancestors(of: last.score.tensor)
            return left.allSatisfy { $0 == last || before.contains($0.score.tensor) }
        }) {
            return (last, lastOne)
        }
        let sources = Set(left.map { outline.scores(before: $0.score.tensor) })
        if sources.count == 1 { return (left[0], .graph("the others are made of the same scores")) }
        throw .unsupported(
            "the model's outputs \(list(left, " and ")) may each hold the classes; \"output\" in "
                + "\(Manifest.fileName) chooses one")
    }

    private static func named(
        _ name: String, _ candidates: [OutputCandidate]
    ) throws(ModelError) -> OutputCandidate {
        let found = candidates.first { $0.score.name == name || $0.score.tensor == name }
        let key = Origin.key("output", in: Manifest.fileName)
        guard let found else {
            throw key.failure("is \"\(name)\"; expected one of \(list(candidates, ", "))")
        }
        guard found.isEligible else {
            throw key.failure("names \(found.text), which can't be scores of classes")
        }
        return found
    }

    private static func nothing(_ candidates: [OutputCandidate]) -> ModelError {
        let quantized = candidates.first {
            $0.description.element.isQuantized && $0.quantization == nil && $0.width != .none
        }
        if let quantized {
            return .unsupported(
                "the model's output \(quantized.text) is quantized, and the graph holds no scale "
                    + "for it; export it with a DequantizeLinear at its end")
        }
        return .unsupported(
            "none of the model's outputs holds classes (\(list(candidates, "; "))); numbers of "
                + "shape [N, classes] or [classes] are supported")
    }

    private static func width(
        _ candidate: OutputCandidate, _ measure: (OutputCandidate) throws(ModelError) -> Int?
    ) throws(ModelError) -> Int? {
        if case .known(let width) = candidate.width { return width }
        return try measure(candidate)
    }

    private static func list(_ candidates: [OutputCandidate], _ separator: String) -> String {
        candidates.map(\.text).joined(separator: separator)
    }

    /// A name without what TensorFlow appends to it, in small letters.
    private static func plain(_ name: String) -> String {
        let end = name.hasSuffix(":0") ? name.dropLast(2) : name[...]
        return end.lowercased()
    }
}

extension GraphOutline {
    /// All values that a value is computed from.
    fileprivate func ancestors(of value: String) -> Set<String> {
        var found: Set<String> = []
        var waiting = [value]
        while let next = waiting.popLast() {
            for input in producer(of: next)?.inputs ?? [] where found.insert(input).inserted {
                waiting.append(input)
            }
        }
        return found
    }
}
