// What the first weights that a picture meets say about its shape: the symbol itself does not say how
// many channels the network's pictures have, nor how many dimensions its input has.
//
// The picture is followed from the network's input through operators that keep its channels, up to the
// first one with an array of its own. Nothing is checked here; the import does that.

internal import Onnx

/// The input's shape, as far as the first weights fix it.
enum FirstWeights: Equatable {
    /// So many channels, and so many dimensions of space beside them.
    case channels(Int, spatial: Int, isLast: Bool)
    /// So many channels; the dimensions are unknown.
    case normalized(channels: Int)
    /// So many values in all dimensions after the batch.
    case values(Int)
    /// So many values in the last dimension.
    case features(Int)
    /// The network has weights, but they are met too late.
    case unknown
    /// The network has no weights, so it takes any number of channels.
    case absent

    /// Follows the picture through the nodes that the network needs.
    init(
        _ symbol: SymbolGraph, _ parameters: MXNetParameters, input: SymbolNode, needed: [Bool]
    ) {
        var carriers: Set<Int> = []
        var flattened: Set<Int> = []
        var hasWeights = false
        for (index, node) in symbol.nodes.enumerated() where needed[index] {
            if node.isVariable {
                if node.name == input.name { carriers.insert(index) } else { hasWeights = true }
                continue
            }
            guard let first = node.inputs.first?.node else { continue }
            let carries = carriers.contains(first)
            guard carries || flattened.contains(first) else { continue }
            let shapes = node.inputs.dropFirst().map { entry in
                parameters[symbol.nodes[entry.node].name]?.shape ?? []
            }
            if let found = Self(node, shapes.first ?? [], isFlat: !carries) {
                self = found
                return
            }
            if Self.flattening.contains(node.operation) {
                flattened.insert(index)
            } else if Self.keepsChannels(node.operation) {
                if carries { carriers.insert(index) } else { flattened.insert(index) }
            }
        }
        self = hasWeights ? .unknown : .absent
    }

    private static let flattening: Set<String> = ["Flatten", "flatten"]
    private static let keeping: Set<String> = [
        "Activation", "relu", "sigmoid", "tanh", "softsign", "LeakyReLU", "clip", "Cast", "cast",
        "identity", "_copy", "BlockGrad", "Dropout", "Pad", "pad", "Pooling", "Pooling_v1", "LRN",
        "abs", "sqrt", "square", "exp", "log", "negative", "UpSampling",
    ]

    private static func keepsChannels(_ operation: String) -> Bool {
        keeping.contains(operation) || operation.hasSuffix("_scalar")
            || operation.hasPrefix("broadcast_") || operation.hasPrefix("elemwise_")
    }

    /// What an operator's array says; `nil` if it has none that matters.
    private init?(_ node: SymbolNode, _ shape: [Int], isFlat: Bool) {
        let isLast = node.attributes["layout"]?.hasSuffix("C") == true
        switch node.operation {
        case "Convolution", "Convolution_v1", "Deconvolution":
            guard (3...5).contains(shape.count) else { return nil }
            let isTurned = node.operation == "Deconvolution"
            var attributes = AttributeText(node.attributes)
            let groups = (try? attributes.integer("num_group")) ?? 1
            let perGroup = isLast ? shape[shape.count - 1] : shape[1]
            let (channels, overflows) = perGroup.multipliedReportingOverflow(by: groups)
            guard groups > 0, !overflows else { return nil }
            self = .channels(
                isTurned ? shape[0] : channels, spatial: shape.count - 2, isLast: isLast)
        case "BatchNorm", "BatchNorm_v1", "InstanceNorm":
            guard shape.count == 1, !isFlat else { return nil }
            self = .normalized(channels: shape[0])
        case "FullyConnected":
            guard shape.count == 2 else { return nil }
            var attributes = AttributeText(node.attributes)
            let flattens = (try? attributes.flag("flatten", default: true)) ?? true
            self = flattens || isFlat ? .values(shape[1]) : .features(shape[1])
        default: return nil
        }
    }
}

extension FirstWeights {
    /// Sizes that networks are known to take, ImageNet's first.
    private static let knownSizes = [
        224, 299, 32, 28, 64, 331, 256, 128, 96, 112, 160, 192, 320, 384,
    ]
    /// Others, tried where weights decide; round ones first.
    private static let otherSizes = [32, 16, 8, 4, 2, 1].flatMap { step in
        (1...512).filter {
            $0 % step == 0 && (step == 32 || $0 % (2 * step) != 0) && !knownSizes.contains($0)
        }
    }
    /// A smaller square is rather a list of numbers than a picture.
    private static let leastSide = 8

    /// The shapes to try, in order. `size`: the height and width of pictures, if configured.
    func shapes(
        size: (height: Int, width: Int)?, channelsLast: Bool
    ) -> [PictureShape] {
        func pictures(_ channels: Int, isLast: Bool, isOpen: Bool = false) -> [PictureShape] {
            let known = Self.knownSizes.map { [$0, $0] }
            return ((size.map { [[$0.height, $0.width]] } ?? []) + known).map {
                PictureShape(
                    channels: channels, sides: $0, channelsLast: isLast, channelsAreOpen: isOpen)
            }
        }
        func others(_ channels: Int, spatial: Int = 2, isLast: Bool) -> [PictureShape] {
            Self.otherSizes.map {
                PictureShape(
                    channels: channels, sides: Array(repeating: $0, count: spatial),
                    channelsLast: isLast
                ).tried
            }
        }
        switch self {
        case .channels(let channels, spatial: 2, let isLast):
            return pictures(channels, isLast: isLast) + others(channels, isLast: isLast)
        case .channels(let channels, let spatial, let isLast):
            return Self.knownSizes.map {
                PictureShape(
                    channels: channels, sides: Array(repeating: $0, count: spatial),
                    channelsLast: isLast)
            } + others(channels, spatial: spatial, isLast: isLast)
        case .normalized(let channels):
            return pictures(channels, isLast: channelsLast)
                + others(channels, isLast: channelsLast)
        case .values(let count): return Self.shapes(ofValues: count, size, channelsLast)
        case .features(let count): return [PictureShape([1, count])]
        case .unknown:
            return [3, 1].flatMap { pictures($0, isLast: channelsLast) }
        case .absent: return pictures(3, isLast: channelsLast, isOpen: true)
        }
    }

    /// A picture of three channels or one, if the values make a square one; else a list.
    private static func shapes(
        ofValues count: Int, _ size: (height: Int, width: Int)?, _ channelsLast: Bool
    ) -> [PictureShape] {
        var sizes = size.map { [[$0.height, $0.width]] } ?? []
        for channels in [3, 1] {
            let side = Int(Double(count / channels).squareRoot())
            if side >= leastSide, side * side * channels == count { sizes.append([side, side]) }
        }
        let pictures = sizes.compactMap { sides -> PictureShape? in
            let (pixels, overflows) = sides[0].multipliedReportingOverflow(by: sides[1])
            guard !overflows, count % pixels == 0 else { return nil }
            return PictureShape(
                channels: count / pixels, sides: sides, channelsLast: channelsLast)
        }
        return pictures + [PictureShape([1, count])]
    }
}
