// From the network's last values to probabilities, in float32, as numpy computes them.
//
// Softmax is `e = exp(x - max(x)); e / sum(e)` with numpy's pairwise sum, so that a value computed
// here and one computed in a notebook differ by the rounding of `exp` at most.

import Glibc
package import Onnx

/// What is applied to the network's output.
package enum Activation: String, Sendable, CaseIterable {
    case softmax, sigmoid
    /// For networks that answer with logarithms of probabilities.
    case exp
    case none

    /// Turns scores into probabilities, in place. Throws `nonFiniteOutput` if a score or a
    /// probability is not a number, since NaN cannot be ordered. A score of −∞ is valid: networks
    /// mask classes with it.
    package func apply(to scores: inout [Float]) throws(ModelError) {
        switch self {
        case .softmax: Self.softmax(&scores)
        case .sigmoid:
            for index in scores.indices { scores[index] = 1 / (1 + expf(-scores[index])) }
        case .exp:
            for index in scores.indices { scores[index] = expf(scores[index]) }
        case .none: break
        }
        guard let index = scores.firstIndex(where: { !$0.isFinite }) else { return }
        throw .nonFiniteOutput("the network's score of class \(index) is not a finite number")
    }

    private static func softmax(_ scores: inout [Float]) {
        // A NaN never compares as greater, but it spreads through the sum and is found afterwards.
        var maximum = -Float.infinity
        for score in scores where score > maximum { maximum = score }
        for index in scores.indices { scores[index] = expf(scores[index] - maximum) }
        let sum = pairwiseSum(scores.span)
        for index in scores.indices { scores[index] /= sum }
    }

    /// numpy's sum: eight running sums up to 128 values; above, two halves, summed separately.
    private static func pairwiseSum(_ values: Span<Float>) -> Float {
        let count = values.count
        if count > 128 {
            let half = count / 2 - (count / 2) % 8
            return pairwiseSum(values.extracting(first: half))
                + pairwiseSum(values.extracting(droppingFirst: half))
        }
        var sum: Float = 0
        let blocks = count - count % 8
        if blocks > 0 {
            var lanes = SIMD8<Float>(repeating: 0)
            for start in stride(from: 0, to: blocks, by: 8) {
                for lane in 0..<8 { lanes[lane] += values[start + lane] }
            }
            sum =
                ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
                + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
        }
        for index in blocks..<count { sum += values[index] }
        return sum
    }
}
