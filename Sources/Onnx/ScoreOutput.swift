// Which tensor of a graph holds the scores that a declared output is made of.
//
// Classifiers of scikit-learn and Custom Vision end in ZipMap, a list of dictionaries; others end in
// the k best values and their indices, or in the best index alone. None of these is a tensor with one
// score for each class, but each is made from one, and that tensor can be answered instead.

internal import Tensors

/// A declared output, and the tensor with its scores. Any thread.
package struct ScoreOutput: Sendable, Equatable {
    /// The names of classes that operators hold.
    package enum ClassNames: Sendable, Equatable {
        case texts([String])
        case numbers([Int])

        /// One for each class.
        package var count: Int {
            switch self {
            case .texts(let texts): texts.count
            case .numbers(let numbers): numbers.count
            }
        }
    }

    /// As the graph declares it.
    package let name: String
    /// The tensor; the output itself where nothing stands between.
    package let tensor: String
    /// The operator that is looked through; `nil` if none is.
    package let operation: String?
    /// From the operator, or from the classifier before it.
    package let classNames: ClassNames?
    /// The operator that chose the best scores, of classes that the output does not tell; `nil`
    /// where there is none.
    package let selection: String?

    private static let longestChain = 32
    private static let moving: Set<String> = [
        "Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
    ]

    /// The declared outputs of a model, each with its tensor.
    package static func all(in outline: GraphOutline) -> [ScoreOutput] {
        let plain = outline.outputs.map { ScoreOutput($0.name, in: outline) }
        let elements = zip(plain, outline.outputs).map { output, declared in
            output.operation == nil && !declared.element.isScore
        }
        guard elements.allSatisfy({ $0 }) else { return plain }
        // Nothing but labels and indices: the scores of the best one, if they can be found.
        return plain.map { $0.beforeChoice(in: outline) ?? $0 }
    }

    /// The declared outputs as they are, with ZipMaps alone looked through.
    package static func maps(in outline: GraphOutline) -> [ScoreOutput] {
        outline.outputs.map { declared in
            let output = ScoreOutput(declared.name, in: outline)
            return output.operation == "ZipMap" ? output : ScoreOutput(declared.name)
        }
    }

    private init(_ name: String) {
        self.name = name
        tensor = name
        operation = nil
        classNames = nil
        selection = nil
    }

    private init(_ name: String, in outline: GraphOutline) {
        self.name = name
        let stem = outline.stem(of: name, through: Self.moving)
        let node = outline.producer(of: stem)
        switch (node?.domain ?? "", node?.operation ?? "") {
        case ("ai.onnx.ml", "ZipMap"):
            operation = "ZipMap"
            tensor = node?.inputs.first ?? name
            classNames = node?.classNames
            selection = nil
        case ("", "TopK"), ("ai.onnx", "TopK"):
            let isValues = node?.outputs.first == stem
            operation = isValues ? "TopK" : nil
            tensor = isValues ? node?.inputs.first ?? name : name
            classNames = isValues ? Self.classNames(before: tensor, in: outline) : nil
            selection = nil
        default:
            let best = node.flatMap { BestScore($0, in: outline, output: name)?.scores }
            operation = best.flatMap { _ in node?.operation }
            tensor = best ?? name
            classNames = Self.classNames(before: tensor, in: outline)
            selection = best == nil ? Self.selection(name, in: outline) : nil
        }
    }

    private init(_ name: String, tensor: String, operation: String, _ classNames: ClassNames?) {
        self.name = name
        self.tensor = tensor
        self.operation = operation
        self.classNames = classNames
        selection = nil
    }

    /// The scores from which an output chooses the best class: ArgMax, and the names behind it.
    private func beforeChoice(in outline: GraphOutline) -> ScoreOutput? {
        var value = name
        var names: ClassNames?
        for _ in 0..<Self.longestChain {
            value = outline.stem(of: value, through: Self.moving)
            guard let node = outline.producer(of: value), let input = node.inputs.first else {
                return nil
            }
            switch node.operation {
            case "ArgMax":
                return ScoreOutput(
                    name, tensor: input, operation: "ArgMax",
                    names ?? Self.classNames(before: input, in: outline))
            case "LabelEncoder" where node.domain == "ai.onnx.ml":
                names = node.encodedNames
                value = input
            default: return nil
            }
        }
        return nil
    }

    /// The names in the nearest classifier before a tensor.
    private static func classNames(
        before tensor: String, in outline: GraphOutline
    ) -> ClassNames? {
        var value = tensor
        for _ in 0..<longestChain {
            guard let node = outline.producer(of: value) else { return nil }
            if node.domain == "ai.onnx.ml", let names = node.classNames { return names }
            value = node.inputs.first ?? ""
        }
        return nil
    }

    /// The operator that chose the values from which a tensor is computed, one by one.
    private static func selection(_ tensor: String, in outline: GraphOutline) -> String? {
        var value = tensor
        for _ in 0..<longestChain {
            guard let node = outline.producer(of: value), node.isStandard else { return nil }
            if node.operation == "TopK" || BestScore(node, in: outline, output: tensor) != nil {
                return node.operation
            }
            guard moving.union(["Softmax", "Sigmoid", "Mul", "Div"]).contains(node.operation) else {
                return nil
            }
            value = node.inputs.first ?? ""
        }
        return nil
    }
}

extension ElementType {
    /// Whether scores can have this type; whole numbers of eight and sixteen bits are quantized ones.
    package var isScore: Bool {
        [.float32, .float16, .bfloat16, .float64].contains(self) || isQuantized
    }

    /// Whether numbers of this type stand for others, by a scale and a zero point.
    package var isQuantized: Bool { [.int8, .uint8, .int16, .uint16].contains(self) }
}

extension GraphOutline.Node {
    /// The names of a classifier's or a ZipMap's classes.
    fileprivate var classNames: ScoreOutput.ClassNames? {
        if let texts = texts("classlabels_strings"), !texts.isEmpty { return .texts(texts) }
        for key in ["classlabels_int64s", "classlabels_ints"] {
            if let numbers = integers(key), !numbers.isEmpty { return .numbers(numbers) }
        }
        return nil
    }

    /// The names that a LabelEncoder gives to the numbers from 0 on.
    fileprivate var encodedNames: ScoreOutput.ClassNames? {
        if let texts = texts("classes_strings"), !texts.isEmpty { return .texts(texts) }
        guard let keys = integers("keys_int64s"), keys == Array(keys.indices) else { return nil }
        if let texts = texts("values_strings"), texts.count == keys.count { return .texts(texts) }
        if let numbers = integers("values_int64s"), numbers.count == keys.count {
            return .numbers(numbers)
        }
        return nil
    }
}
