// The operators at the ends of classifiers, by what they do to the meaning of numbers.
//
// Sources: the operator lists of ONNX, of ai.onnx.ml, and of ONNX Runtime's com.microsoft, whose
// quantizer writes operators of its own.

/// What an operator does to scores or probabilities.
enum EndingOperator: Equatable {
    /// Its result is of this kind, whatever goes in.
    case decides(GraphEnding.Kind)
    /// Moves or stores the numbers of one of its inputs otherwise; each stays what it is.
    case moves(input: Int)
    /// Keeps numbers in a range: probabilities stay what they are, scores become something else.
    case bounds
    /// The mean or the greatest of several numbers.
    case averages
    /// Cuts off what is below zero.
    case rectifies
    /// Joins, adds or multiplies these inputs.
    case merges([Int])
    /// Computes with one or two numbers each.
    case arithmetic
    case unknown

    init(_ node: GraphOutline.Node) {
        switch node.domain {
        case "", "ai.onnx": self = Self.standard[node.operation] ?? Self.several(node)
        case "com.microsoft", "com.microsoft.nchwc": self = Self.contributed(node)
        case "ai.onnx.ml": self = Self.learned(node)
        default: self = .unknown
        }
    }

    private static let standard: [String: EndingOperator] = {
        var table: [String: EndingOperator] = [
            "Softmax": .decides(.softmax), "Sigmoid": .decides(.sigmoid),
            "HardSigmoid": .decides(.sigmoid), "LogSoftmax": .decides(.logProbabilities),
            "Clip": .bounds, "Relu": .rectifies,
        ]
        for operation in [
            "Identity", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Cast",
            "CastLike", "Dropout", "Slice", "Gather", "GatherElements", "GatherND", "Split",
            "Expand", "Tile", "QuantizeLinear", "DequantizeLinear",
        ] {
            table[operation] = .moves(input: 0)
        }
        for operation in [
            "ReduceMean", "ReduceMax", "GlobalAveragePool", "GlobalMaxPool", "AveragePool",
            "MaxPool",
        ] {
            table[operation] = .averages
        }
        for operation in [
            "Gemm", "MatMul", "MatMulInteger", "QLinearMatMul", "Conv", "ConvInteger",
            "QLinearConv", "ConvTranspose", "Einsum", "BatchNormalization", "LayerNormalization",
            "InstanceNormalization", "GroupNormalization", "RMSNormalization", "LeakyRelu", "Elu",
            "Selu", "Celu", "PRelu", "Gelu", "HardSwish", "Mish", "Swish",
        ] {
            table[operation] = .decides(.scores)
        }
        for operation in ["Mul", "Div", "Add", "Sub", "Exp", "Log", "Neg"] {
            table[operation] = .arithmetic
        }
        return table
    }()

    /// Operators of any number of inputs.
    private static func several(_ node: GraphOutline.Node) -> EndingOperator {
        switch node.operation {
        case "Mean", "Sum", "Max", "Min", "Concat": .merges(Array(node.inputs.indices))
        case "Where": .merges([1, 2])
        default: .unknown
        }
    }

    private static func contributed(_ node: GraphOutline.Node) -> EndingOperator {
        switch node.operation {
        case "QLinearSoftmax": .decides(.softmax)
        case "QLinearSigmoid": .decides(.sigmoid)
        case "QuantizeLinear", "DequantizeLinear", "ReorderOutput": .moves(input: 0)
        case "QLinearGlobalAveragePool", "QLinearAveragePool", "QLinearReduceMean": .averages
        case "QLinearAdd", "QLinearMul": .merges([0, 3])
        case "QLinearConcat": .merges(Array(stride(from: 2, to: node.inputs.count, by: 3)))
        case "QGemm", "FusedMatMul", "MatMulNBits", "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul", "QLinearLeakyRelu", "Gelu", "FastGelu", "BiasGelu",
            "QuickGelu", "SkipLayerNormalization":
            .decides(.scores)
        case "FusedGemm", "FusedConv", "Conv": fused(node)
        default: .unknown
        }
    }

    /// An operator with weights and the activation that the engine fused into it.
    private static func fused(_ node: GraphOutline.Node) -> EndingOperator {
        switch node.attributes["activation"] {
        case nil, .text("")?, .text("Relu")?, .text("LeakyRelu")?: .decides(.scores)
        case .text("Sigmoid")?, .text("HardSigmoid")?: .decides(.sigmoid)
        default: .unknown
        }
    }

    private static func learned(_ node: GraphOutline.Node) -> EndingOperator {
        switch node.operation {
        case "LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier":
            switch node.attributes["post_transform"] {
            case .text("SOFTMAX")?: .decides(.softmax)
            case .text("LOGISTIC")?: .decides(.sigmoid)
            default: .unknown
            }
        case "Normalizer": .arithmetic
        case "ArrayFeatureExtractor", "ZipMap": .moves(input: 0)
        default: .unknown
        }
    }
}
