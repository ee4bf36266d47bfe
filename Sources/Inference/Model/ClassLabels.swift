// The labels of the classes, once the network's own names and the number of its classes are known.
//
// A list that is longer or shorter than the classes is an error: the classes would be shifted, and
// every answer wrong, without a sign of it.

internal import Onnx

/// Decides the labels.
struct ClassLabels: Sendable, Equatable {
    let labels: Resolved<Labels>
    let warnings: [ModelWarning]

    /// TensorFlow's names for its class 0, which other networks do not have.
    private static let background: Set<String> = ["background", "dummy", "__background__"]

    /// The classes of ImageNet and of COCO, with class 0 before them.
    private static let tensorFlowClasses = [1001, 91, 81]

    /// The number of names in the list that comes first; 0 if there is none.
    static func count(_ sources: [Resolved<Labels>]) -> Int {
        sources.first { !$0.value.isPlaceholder }?.value.names.count ?? 0
    }

    /// The first list that fits, else the graph's own names, for a network of `numbers` per picture.
    /// `isWritten`: `amphora.json` has the labels. Throws `invalidSettings` if there is not one for each
    /// class.
    init(
        _ sources: [Resolved<Labels>], isWritten: Bool, own: ScoreOutput.ClassNames?,
        through operation: String?, numbers: Int
    ) throws(ModelError) {
        let isPair = numbers == 1 && sources.contains { $0.value.names.count == 2 }
        let choice = try LabelChoice(sources, classes: isPair ? 2 : numbers)
        let folder = Self.withoutSupposed(choice.labels, numbers: numbers)
        let graph = own.flatMap { names in
            names.count == numbers || numbers == 1 && names.count <= 2
                ? Self.labels(names, operation) : nil
        }
        var warnings: [ModelWarning] = []
        switch (graph, own) {
        case (let graph?, .texts?) where operation == "ZipMap" && !isWritten:
            // The names are tied to the columns in the graph itself.
            if folder.origin != .default, folder.value != graph.value {
                warnings.append(
                    .notice(
                        "\(folder.origin) has other labels, or another order, than the model's "
                            + "ZipMap, which decides; \"labels\" in \(Manifest.fileName) overrides "
                            + "both"))
            }
            labels = graph
        case (let graph?, _) where folder.origin == .default:
            labels = graph
        default:
            labels = folder
            warnings = choice.warnings
        }
        self.warnings = warnings + (try Self.check(labels, numbers: numbers))
    }

    /// Names that only a library supposes, or that name nothing, do not count where they don't fit.
    private static func withoutSupposed(
        _ labels: Resolved<Labels>, numbers: Int
    ) -> Resolved<Labels> {
        guard !fits(labels.value, numbers) else { return labels }
        if labels.value.isPlaceholder { return Resolved(.none, .default) }
        if case .library = labels.origin { return Resolved(.none, .default) }
        return labels
    }

    /// Whether there is a label for each class; one number may stand for two.
    private static func fits(_ labels: Labels, _ numbers: Int) -> Bool {
        let count = labels.names.count
        return count == numbers || numbers == 1 && count == 2
    }

    private static func labels(
        _ names: ScoreOutput.ClassNames, _ operation: String?
    ) -> Resolved<Labels> {
        let origin = Origin.graph("class labels of \(operation ?? "its classifier")")
        switch names {
        case .texts(let texts): return Resolved(Labels(names: texts), origin)
        case .numbers(let numbers): return Resolved(Labels(names: numbers.map(String.init)), origin)
        }
    }

    private static func check(
        _ labels: Resolved<Labels>, numbers: Int
    ) throws(ModelError) -> [ModelWarning] {
        let count = labels.value.names.count
        guard labels.origin != .default, count > 0 else { return [] }
        guard fits(labels.value, numbers) else {
            let what =
                numbers == 1
                ? "the network answers with one number, for one or two labels"
                : "the network has \(numbers) classes"
            let problem =
                "\(count) labels, but \(what): one label for each class is needed, in the "
                + "network's order\(remedy(labels.value, numbers))"
            switch labels.origin {
            case .key(let key, in: let file):
                throw .invalidSettings(file: file, problems: ["\"\(key)\" has \(problem)"])
            case .file(let file): throw .invalidSettings(file: file, problems: [problem])
            default: throw .unsupported("the \(labels.origin) has \(problem)")
            }
        }
        guard labels.value.count == count else {
            return [
                .notice(
                    "\(labels.origin) names \(labels.value.count) of \(count) classes; the others "
                        + "are answered by their index")
            ]
        }
        return repeated(labels)
    }

    private static func remedy(_ labels: Labels, _ numbers: Int) -> String {
        let first = labels.names.first ?? ""
        let isBackground = background.contains(first.lowercased())
        switch labels.names.count - numbers {
        case 1 where isBackground:
            return "; \"\(first)\" is TensorFlow's class 0, which this network does not have: "
                + "remove it from the labels"
        case -1 where !isBackground && tensorFlowClasses.contains(numbers):
            return "; TensorFlow's networks have a class 0 before the others: add the label "
                + "\"background\" at the beginning if this is one"
        default:
            guard let empty = labels.names.firstIndex(where: { $0.allSatisfy(\.isWhitespace) })
            else { return "" }
            return "; label \(empty + 1) of the list is empty"
        }
    }

    /// Names that stand for more than one class. ImageNet has two of them.
    private static func repeated(_ labels: Resolved<Labels>) -> [ModelWarning] {
        var first: [String: Int] = [:]
        var twice: [(name: String, classes: (Int, Int))] = []
        for (index, name) in labels.value.names.enumerated() where labels.value.names.count > 1 {
            if let before = first[name] {
                twice.append((name, (before, index)))
            } else {
                first[name] = index
            }
        }
        guard let example = twice.first, twice.count * 100 > labels.value.names.count else {
            return []
        }
        return [
            ModelWarning.notice(
                "\(labels.origin) has the same label for classes \(example.classes.0) and "
                    + "\(example.classes.1), “\(example.name.prefix(60))”"
                    + (twice.count > 1 ? ", and \(twice.count - 1) more" : "")
            ).onOneLine
        ]
    }
}
