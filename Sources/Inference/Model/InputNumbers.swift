// The numbers that a network takes where no file states them: decided by its input's type, by how its
// graph begins, or by the range that a quantized network keeps of its input.

internal import Onnx
internal import Tensors

extension Manifest {
    /// Whether it states how pixels become numbers.
    var statesNumbers: Bool { scale != nil || mean != nil || std != nil }
}

extension ModelSettings {
    /// Replaces the default numbers by those that the network is made for, and tells what decided.
    /// `isStated`: a file states numbers, so that the graph's beginning decides nothing.
    static func adapt(
        _ defaults: inout Preprocessing, to input: NetworkInput, _ head: GraphHead, isStated: Bool
    ) -> Origin {
        // ImageNet's mean and deviation are of colours.
        if input.channels == 1 { (defaults.mean, defaults.std) = ([0], [1]) }
        guard !input.element.isInteger else {
            (defaults.scale, defaults.mean, defaults.std) = (1, [0], [1])
            return .model
        }
        guard !isStated else { return .default }
        if let range = head.range {
            switch range {
            case .imageNet: break
            case .bytes: (defaults.scale, defaults.mean, defaults.std) = (1, [0], [1])
            case .unit, .unclear:
                (defaults.scale, defaults.mean, defaults.std) = (1 / 255, [0], [1])
            }
            return .graph("begins with \(head.text)")
        }
        guard let kept = head.quantized, let (scale, mean, std) = numbers(for: kept) else {
            return .default
        }
        (defaults.scale, defaults.mean, defaults.std) = (scale, [mean], [std])
        return .graph("input quantized for \(Self.text(kept))")
    }

    /// Numbers in a range that only one usual way of scaling gives.
    private static func numbers(
        for kept: ClosedRange<Double>
    ) -> (scale: Double, mean: Float, std: Float)? {
        switch (kept.lowerBound, kept.upperBound) {
        case (-0.05...0.05, 0.5...1.1): (1.0 / 255, 0, 1)
        case (-2...2, 128...260): (1, 0, 1)
        case (-1.1...(-0.8), 0.8...1.1): (1.0 / 255, 0.5, 0.5)
        default: nil
        }
    }

    static func text(_ range: ClosedRange<Double>) -> String {
        func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        return "\(rounded(range.lowerBound))…\(rounded(range.upperBound))"
    }
}
