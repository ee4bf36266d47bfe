// Activations, other elementwise functions, and operators that are the identity at inference.

internal import Onnx
internal import Tensors

/// Converters of elementwise functions.
enum Activations {
    static let table = ConverterTable.join([
        [
            "Activation": activation, "LeakyReLU": leaky, "clip": clip, "Cast": cast,
            "cast": cast, "amp_cast": cast, "hard_sigmoid": hardSigmoid, "rsqrt": rsqrt,
            "square": square, "_npi_clip": clip, "_npx_activation": activation,
            "log_sigmoid": logSigmoid, "mish": mish, "expm1": expMinusOne, "log1p": logPlusOne,
        ],
        ConverterTable.entries(functions.keys, function),
        ConverterTable.entries(functions.keys.map { "_npi_\($0)" }, function),
        ["_npi_square": square, "_npi_expm1": expMinusOne, "_npi_log1p": logPlusOne],
        ConverterTable.entries(identities, identity),
    ])

    /// Functions that ONNX has too.
    private static let functions = [
        "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "abs": "Abs", "absolute": "Abs",
        "negative": "Neg",
        "sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "erf": "Erf",
        "reciprocal": "Reciprocal", "floor": "Floor", "ceil": "Ceil", "rint": "Round",
        "sign": "Sign", "sin": "Sin", "cos": "Cos", "softsign": "Softsign", "_npx_relu": "Relu",
        "_npx_sigmoid": "Sigmoid",
    ]

    private static let identities = [
        "identity", "_copy", "BlockGrad", "stop_gradient", "make_loss", "MakeLoss", "Dropout",
        "LinearRegressionOutput", "MAERegressionOutput", "_npx_dropout",
        "IdentityAttachKLSparseReg",
    ]

    @Sendable private static func function(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let name = node.node.operation
        let bare = name.hasPrefix("_npi_") ? String(name.dropFirst(5)) : name
        return [try node.map(functions[bare] ?? "", node.only())]
    }

    /// Operators for training: at inference they return their input.
    @Sendable private static func identity(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        node.attributes.ignore(
            "p", "axes", "mode", "grad_scale", "valid_thresh", "normalization",
            "sparseness_target", "penalty", "out_grad", "cudnn_off")
        guard node.node.attributes["mode"] != "always" else {
            throw node.attributes.unsupported("mode", supported: "\"training\"")
        }
        return [try node.input(0)]
    }

    @Sendable private static func activation(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        let type = node.attributes.text("act_type") ?? ""
        switch type {
        case "relu": return [try node.map("Relu", data)]
        case "sigmoid": return [try node.map("Sigmoid", data)]
        case "tanh": return [try node.map("Tanh", data)]
        case "softrelu": return [try node.map("Softplus", data)]
        case "softsign": return [try node.map("Softsign", data)]
        case "log_sigmoid": return [try negatedSoftplus(node, data)]
        case "mish": return [try gated(node, data)]
        default:
            throw node.attributes.unsupported(
                "act_type",
                supported: "relu, sigmoid, tanh, softrelu, softsign, log_sigmoid or mish")
        }
    }

    @Sendable private static func leaky(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let slope = try node.attributes.number("slope") ?? 0.25
        let lower = try node.attributes.number("lower_bound") ?? 0.125
        let upper = try node.attributes.number("upper_bound") ?? 0.334
        let type = node.attributes.text("act_type") ?? "leaky"
        let data = try node.input(0)
        if type != "prelu" { try node.expect(inputs: 1) }
        switch type {
        case "leaky":
            return [try node.map("LeakyRelu", data, [("alpha", .float(Float(slope)))])]
        case "rrelu":
            let mean = Float((lower + upper) / 2)
            return [try node.map("LeakyRelu", data, [("alpha", .float(mean))])]
        case "elu":
            return [try node.map("Elu", data, [("alpha", .float(Float(slope)))])]
        case "selu": return [try node.map("Selu", data)]
        case "gelu", "gelu_erf": return [try gelu(node, data)]
        case "prelu": return [try prelu(node, data)]
        default:
            throw node.attributes.unsupported(
                "act_type", supported: "leaky, rrelu, elu, selu, gelu or prelu")
        }
    }

    /// One slope for all channels, or one for each.
    private static func prelu(_ node: NodeImport, _ data: Tensor) throws(SymbolError) -> Tensor {
        try node.expect(inputs: 2)
        let gamma = try node.input(1)
        let count = try node.product(gamma.shape).length
        guard data.rank >= 2, count == 1 || count == node.builder.pin(data.shape[1]) else {
            throw .malformed(
                "its slopes have the shape \(gamma.shapeText); expected one number, or one for "
                    + "each channel of \(data.shapeText)")
        }
        let ones = Array(repeating: Dimension.fixed(1), count: data.rank - 2)
        let slopes = try node.reshaped(gamma, to: [.fixed(count)] + ones)
        return try node.add("PRelu", [data, slopes], shape: data.shape)
    }

    /// x · (1 + erf(x / √2)) / 2, in the form that the engine fuses into one operator.
    private static func gelu(_ node: NodeImport, _ data: Tensor) throws(SymbolError) -> Tensor {
        let scaled = try node.combine("Div", data, 2.0.squareRoot())
        let erf = try node.combine("Add", node.map("Erf", scaled), 1)
        let product = try node.add("Mul", [data, erf], shape: data.shape)
        return try node.combine("Mul", product, 0.5)
    }

    /// −softplus(−x), which does not overflow.
    private static func negatedSoftplus(
        _ node: NodeImport, _ data: Tensor
    ) throws(SymbolError) -> Tensor {
        try node.map("Neg", node.map("Softplus", node.map("Neg", data)))
    }

    private static func gated(_ node: NodeImport, _ data: Tensor) throws(SymbolError) -> Tensor {
        let gate = try node.map("Tanh", node.map("Softplus", data))
        return try node.add("Mul", [data, gate], shape: data.shape)
    }

    @Sendable private static func logSigmoid(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try negatedSoftplus(node, node.only())] }

    @Sendable private static func mish(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] { [try gated(node, node.only())] }

    @Sendable private static func expMinusOne(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        [try node.combine("Sub", node.map("Exp", node.only()), 1)]
    }

    @Sendable private static func logPlusOne(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        [try node.map("Log", node.combine("Add", node.only(), 1))]
    }

    @Sendable private static func rsqrt(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        [try node.map("Reciprocal", node.map("Sqrt", node.only()))]
    }

    @Sendable private static func square(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let data = try node.only()
        return [try node.add("Mul", [data, data], shape: data.shape)]
    }

    @Sendable private static func clip(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let least = try node.attributes.number("a_min")
        let greatest = try node.attributes.number("a_max")
        let data = try node.only()
        guard least != nil || greatest != nil else { return [data] }
        let bounds = [least ?? -Double.infinity, greatest ?? .infinity]
        return [
            try node.add(
                "Clip", [data] + bounds.map { node.builder.floats([Float($0)]) },
                shape: data.shape)
        ]
    }

    /// α·x + β between 0 and 1.
    @Sendable private static func hardSigmoid(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let alpha = try node.attributes.number("alpha") ?? 0.2
        let beta = try node.attributes.number("beta") ?? 0.5
        return [
            try node.map(
                "HardSigmoid", node.only(),
                [("alpha", .float(Float(alpha))), ("beta", .float(Float(beta)))])
        ]
    }

    /// All is computed in float32: a cast between floating-point types changes nothing, and one to
    /// integers drops the fraction.
    @Sendable private static func cast(
        _ node: inout NodeImport
    ) throws(SymbolError) -> [Tensor] {
        let type = node.attributes.text("dtype") ?? ""
        let data = try node.only()
        let codes = ["uint8": 2, "int8": 3, "int32": 6, "int64": 7]
        if ["float32", "float16", "float64", "bfloat16"].contains(type) { return [data] }
        guard let code = codes[type] else {
            throw node.attributes.unsupported(
                "dtype",
                supported: "float16, float32, float64, bfloat16, uint8, int8, int32 or int64")
        }
        let whole = try node.map("Cast", data, [("to", .integer(code))])
        return [try node.map("Cast", whole, [("to", .integer(ElementType.float32.code))])]
    }
}
