// The source pixels of each output pixel on one axis, and their weights, as TensorFlow's
// `scale_and_translate` has them, and its `resize_bicubic` with centres at half pixels.
//
// Single precision throughout, in TensorFlow's order. `sinf` is libm's, as TensorFlow's is. The two
// operators share this form because both give pixels outside the picture no weight.

import Glibc

/// How an axis is resampled.
struct TensorFlowScale: Equatable {
    let input: Int
    let output: Int
    let filter: Preprocessing.Filter
    let antialias: Bool

    /// Whether the weights are those of `resize_bicubic`, which has 1,024 positions for a pixel.
    private var isTabulated: Bool { filter == .bicubic && !antialias }

    /// The source pixels of an output pixel; their weights replace those in `weights`.
    func span(of index: Int, weights: inout [Float]) -> Range<Int> {
        weights.removeAll(keepingCapacity: true)
        return isTabulated
            ? tabulated(index, into: &weights) : continuous(index, into: &weights)
    }

    private func continuous(_ index: Int, into weights: inout [Float]) -> Range<Int> {
        let scale = Float(output) / Float(input)
        let inverse = Float(1.0 / Double(scale))
        let widening = antialias ? max(inverse, 1) : 1
        let narrowing = 1 / widening
        let center = (Float(index) + 0.5) * inverse
        guard center <= Float(input) else { return 0..<0 }
        let reach = radius * widening
        let first = Int((center - reach - 0.5).rounded(.up))
        let last = Int((center + reach - 0.5).rounded(.down))
        let span = min(max(first, 0), input - 1)..<min(max(last, 0), input - 1) + 1
        var sum: Float = 0
        for source in span {
            let weight = weight((Float(source) + 0.5 - center) * narrowing)
            weights.append(weight)
            sum += weight
        }
        normalise(&weights, sum)
        return span
    }

    private func tabulated(_ index: Int, into weights: inout [Float]) -> Range<Int> {
        let position = (Float(index) + 0.5) * (Float(input) / Float(output)) - 0.5
        let lower = position.rounded(.down)
        let step = Int(((position - lower) * Float(Self.steps)).rounded(.toNearestOrEven))
        let start = Int(lower) - 1
        let span = max(start, 0)..<min(start + 4, input)
        let all = [
            Self.outer(step), Self.inner(step), Self.inner(Self.steps - step),
            Self.outer(Self.steps - step),
        ]
        var sum: Float = 0
        for source in span {
            weights.append(all[source - start])
            sum += all[source - start]
        }
        normalise(&weights, sum)
        return span
    }

    private func normalise(_ weights: inout [Float], _ sum: Float) {
        // The operators leave a sum this close to zero without weights.
        let factor = abs(sum) >= 1000 * Float.leastNormalMagnitude ? 1 / sum : 0
        for index in weights.indices { weights[index] *= factor }
    }

    // MARK: Filters

    /// Half the width outside which the weight is zero, in source pixels.
    private var radius: Float {
        switch filter {
        case .bicubic: 2
        case .lanczos: 3
        default: 1
        }
    }

    private func weight(_ signed: Float) -> Float {
        let distance = abs(signed)
        switch filter {
        case .bicubic:
            if distance >= 2 { return 0 }
            if distance >= 1 { return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2 }
            return ((1.5 * distance - 2.5) * distance) * distance + 1
        case .lanczos:
            if distance > 3 { return 0 }
            if distance <= 1e-3 { return 1 }
            let pi: Float = 3.14159265359
            return 3 * sinf(pi * distance) * sinf(pi * distance / 3)
                / (pi * pi * distance * distance)
        default: return max(0, 1 - distance)
        }
    }

    private static let steps = 1024

    /// The weight of the two nearest pixels, at a distance of `step` 1,024ths.
    private static func inner(_ step: Int) -> Float {
        let distance = Double(Float(Double(step) / Double(steps)))
        return Float(((-0.5 + 2) * distance - (-0.5 + 3)) * distance * distance + 1)
    }

    /// The weight of the two others, at a distance of one pixel more.
    private static func outer(_ step: Int) -> Float {
        let distance = Double(Float(Double(Float(Double(step) / Double(steps))) + 1))
        return Float(((-0.5 * distance + 2.5) * distance - 4) * distance + 2)
    }
}
