// What a network's numbers are, by its graph and by its answers, and so what is applied to them.
//
// The graph decides where its end is understood, since it holds for every picture. Numbers decide
// where it is not, and overrule it where they contradict it. `amphora.json` decides in any case, and
// what it contradicts is said.

internal import Onnx

/// The activation, and what a person should know about it.
struct ScoreReading: Sendable, Equatable {
    /// What the numbers are before anything is applied.
    enum Numbers: Sendable, Equatable { case probabilities, logarithms, scores }

    let numbers: Numbers
    /// What showed it.
    let evidence: Origin
    let activation: Resolved<Activation>
    let warnings: [ModelWarning]

    /// So few numbers may lie within 0…1 by chance.
    private static let fewNumbers = 12

    /// Reads one row of `classes` numbers. `exported` is the activation that an exporter's file asks for.
    init(
        _ ending: GraphEnding, _ measured: Measurement, classes: Int, written: Activation?,
        exported: Resolved<Activation>? = nil
    ) {
        var warnings: [ModelWarning] = []
        (numbers, evidence) = Self.numbers(ending, measured, classes, &warnings)
        if let written {
            activation = Resolved(written, .key("activation", in: Manifest.fileName))
            // What the person wrote settles a guess.
            warnings = Self.objections(to: written, numbers, evidence, classes)
        } else {
            activation = Self.activation(numbers, evidence, exported, classes, &warnings)
        }
        if measured.isConstant {
            warnings.append(
                .notice(
                    "the network answers \(measured.smallest) to every input that was tried"
                        + (ending.kind == .softmax && measured.smallest == 1
                            ? ": a softmax over one value is always 1" : "")))
        }
        self.warnings = warnings
    }

    /// Whether the numbers are probabilities once the activation is applied.
    var isProbability: Bool {
        switch activation.value {
        case .softmax, .sigmoid: true
        case .exp: numbers == .logarithms
        case .none: numbers == .probabilities
        }
    }

    private static func numbers(
        _ ending: GraphEnding, _ measured: Measurement, _ classes: Int,
        _ warnings: inout [ModelWarning]
    ) -> (Numbers, Origin) {
        let graph = Origin.graph("ends in \(ending.operators)")
        let seen = Origin.measured(measured.evidence)
        func contradiction(_ reading: Numbers) -> (Numbers, Origin) {
            warnings.append(
                .guess(
                    "the graph ends in \(ending.operators), but the network's answers are "
                        + "\(measured.range): they are taken as scores; \"activation\" in "
                        + "\(Manifest.fileName) settles it"))
            return (reading, seen)
        }
        switch ending.kind {
        case .softmax, .sigmoid:
            if !measured.isFinite { return (.probabilities, graph) }
            if ending.kind == .softmax, let sum = measured.commonSum, measured.isScaled {
                warnings.append(
                    .notice(
                        "the network multiplies or adds probabilities: each row sums to \(sum); they "
                            + "are answered as they are; an export without the multiplication "
                            + "answers probabilities"))
                return (.probabilities, graph)
            }
            if measured.isBounded { return (.probabilities, graph) }
            return contradiction(.scores)
        case .logProbabilities:
            if measured.greatest <= 1e-5 || !measured.isFinite { return (.logarithms, graph) }
            return contradiction(.scores)
        case .scores:
            guard measured.kind == .distribution else { return (.scores, graph) }
            warnings.append(
                .notice(
                    "the graph ends in \(ending.operators), but every answer that was tried sums "
                        + "to 1: the answers are taken as probabilities"))
            return (.probabilities, seen)
        case .limited, .unknown:
            switch measured.kind {
            case .distribution: return (.probabilities, seen)
            case .logDistribution: return (.logarithms, seen)
            case .other: return (.scores, seen)
            case .bounded:
                let isLimited = ending.kind == .limited
                if isLimited || measured.inputs * classes < fewNumbers {
                    warnings.append(
                        .guess(
                            "the graph ends in \(ending.operators), which "
                                + (isLimited ? "keeps any numbers in a range and " : "")
                                + "does not tell probabilities from scores; the network's answers "
                                + "are \(measured.range), so they are taken as probabilities; "
                                + "\"activation\" in \(Manifest.fileName) settles it"))
                }
                return (.probabilities, seen)
            }
        }
    }

    private static func activation(
        _ numbers: Numbers, _ evidence: Origin, _ exported: Resolved<Activation>?, _ classes: Int,
        _ warnings: inout [ModelWarning]
    ) -> Resolved<Activation> {
        switch numbers {
        case .probabilities, .logarithms:
            let own: Activation = numbers == .probabilities ? .none : .exp
            // The softmax of logarithms of probabilities is their exponential.
            let agrees = own == .exp && exported?.value == .softmax
            if let exported, exported.value != .none, !agrees {
                warnings.append(
                    .notice(
                        "\(exported.origin) asks for \(exported.value), but the network's answers "
                            + "are \(words(numbers)) (\(evidence)); "
                            + (own == .exp ? "they are exponentiated" : "none is added")))
            }
            return Resolved(own, evidence)
        case .scores:
            // As transformers does: a single score is a yes or a no.
            guard classes == 1 else { return exported ?? Resolved(.softmax, evidence) }
            if let exported, [.sigmoid, .none].contains(exported.value) { return exported }
            return Resolved(.sigmoid, evidence)
        }
    }

    /// What speaks against an activation that a person wrote.
    private static func objections(
        to written: Activation, _ numbers: Numbers, _ evidence: Origin, _ classes: Int
    ) -> [ModelWarning] {
        let start =
            "\(Manifest.fileName): \"activation\" is \(written), but the network's answers are "
            + "\(words(numbers)) (\(evidence))"
        switch (numbers, written) {
        case (.probabilities, .softmax), (.probabilities, .sigmoid), (.probabilities, .exp):
            return [.notice("\(start): they are changed once more; \"none\" leaves them")]
        case (.logarithms, .sigmoid), (.logarithms, .none):
            return [.notice("\(start); \"exp\" makes probabilities of them")]
        case (.scores, .none), (.scores, .exp):
            return [.notice("\(start); \"softmax\" or \"sigmoid\" makes probabilities of them")]
        case (.scores, .softmax) where classes == 1:
            return [.notice("\(start): the softmax of one is always 1; \"sigmoid\" is meant")]
        default: return []
        }
    }

    private static func words(_ numbers: Numbers) -> String {
        switch numbers {
        case .probabilities: "probabilities already"
        case .logarithms: "logarithms of probabilities"
        case .scores: "scores"
        }
    }
}

extension Measurement {
    /// Whether the numbers are what the graph's ending makes; never where it does not tell.
    func agrees(with ending: GraphEnding) -> Bool {
        switch ending.kind {
        case .softmax: kind == .distribution
        case .sigmoid: isBounded && smallest < 1
        case .logProbabilities: greatest <= 1e-5
        case .scores: kind != .distribution
        case .limited, .unknown: false
        }
    }
}
