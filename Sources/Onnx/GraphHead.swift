// What a graph does to its picture before the first layer: scales and shifts by constants, that is,
// whether it normalizes by itself.
//
// `HeadWalk` follows the input; here is what the factors and shifts that it finds mean.

internal import Tensors

/// The scaling at the beginning of a graph: each value x becomes factor · x + shift.
package struct GraphHead: Sendable, Equatable {
    /// The range of the values that a network takes by itself.
    package enum Range: Sendable, Equatable {
        /// 0…255: pixels as they are.
        case bytes
        /// 0…1.
        case unit
        /// Pixels that were normalized with ImageNet's mean and deviation before: torchvision's
        /// `transform_input`, which only moves them to another mean and deviation.
        case imageNet
        /// It scales, but for which range is not clear.
        case unclear
    }

    /// An order of colours.
    package enum ColorOrder: Sendable, Equatable { case rgb, bgr }

    /// One for all channels, or one for each.
    package private(set) var factor: [Double] = [1]
    /// One for all channels, or one for each.
    package private(set) var shift: [Double] = [0]
    /// The range that a quantized network keeps of its input, where it is not scaled before.
    package private(set) var quantized: ClosedRange<Double>?
    /// The order of the colours that ImageNet's means tell, in the order of the graph's input.
    package private(set) var order: ColorOrder?
    /// The operators, as people read them: "Div by 255, Sub [0.485, 0.456, 0.406]".
    package private(set) var text = ""

    /// A graph that begins with its first layer.
    package init() {}

    /// Follows an input of a model.
    package init(_ outline: GraphOutline, input: String) {
        var walk = HeadWalk(outline: outline)
        self = walk.head(of: input)
        order = imageNetOrder
    }

    /// Whether values change at all.
    package var scales: Bool { factor != [1] || shift != [0] }

    /// For which values the head is made; `nil` where it changes none.
    package var range: Range? {
        guard scales, factor.allSatisfy({ $0 != 0 }) else { return scales ? .unclear : nil }
        if isTransformInput { return .imageNet }
        let means = pairs.map { $0.shift == 0 ? 0 : abs($0.shift / $0.factor) }
        let mean = means.max() ?? 0
        let size = pairs.map { abs($0.factor) }.max() ?? 1
        // A mean is in the units of what comes in, and a deviation is the inverse of the factor.
        if mean > 1.5 { return .bytes }
        if mean > 0 {
            return mean <= 1 && size >= 0.5 ? .unit : size <= 1.0 / 32 ? .bytes : .unclear
        }
        if size <= 1.0 / 32 { return .bytes }
        return size >= 100 ? .unit : .unclear
    }

    /// Factor and shift by channel.
    private var pairs: [(factor: Double, shift: Double)] {
        (0..<max(factor.count, shift.count)).map { index in
            (factor[factor.count == 1 ? 0 : index], shift[shift.count == 1 ? 0 : index])
        }
    }

    /// x · (std / 0.5) + (mean − 0.5) / 0.5, as torchvision's GoogLeNet and Inception v3 do.
    private var isTransformInput: Bool {
        let expected = [(0.458, -0.03), (0.448, -0.088), (0.45, -0.188)]
        return pairs.count == 3
            && zip(pairs, expected).allSatisfy { pair, expected in
                abs(pair.factor - expected.0) < 1e-4 && abs(pair.shift - expected.1) < 1e-4
            }
    }

    /// ImageNet's means differ by channel, so their order is that of the colours.
    private var imageNetOrder: ColorOrder? {
        guard pairs.count == 3, factor.allSatisfy({ $0 != 0 }) else { return nil }
        let means = pairs.map { -$0.shift / $0.factor }
        let bytes = (means.max() ?? 0) > 1.5 ? means : means.map { $0 * 255 }
        return Self.order(ofMeans: bytes)
    }

    /// The order of the colours whose means, in levels of a byte, are about ImageNet's; `nil` where
    /// they are others.
    package static func order(ofMeans means: [Double]) -> ColorOrder? {
        let known = [123.7, 116.5, 103.8]
        func fits(_ order: [Double]) -> Bool {
            means.count == 3 && zip(means, order).allSatisfy { abs($0 - $1) < 3 }
        }
        return fits(known) ? .rgb : fits(known.reversed()) ? .bgr : nil
    }

    // MARK: Steps

    /// x · values.
    mutating func multiply(_ values: [Double], _ text: String) {
        factor = Self.each(factor, values, *)
        shift = Self.each(shift, values, *)
        add(text)
    }

    /// x + values.
    mutating func add(_ values: [Double], _ text: String) {
        shift = Self.each(shift, values, +)
        add(text)
    }

    /// The network keeps a range of its input in whole numbers.
    mutating func quantize(_ range: ClosedRange<Double>) {
        if !scales, quantized == nil { quantized = range }
    }

    /// Several channels, each with a head of its own, become one picture.
    mutating func join(_ channels: [GraphHead]) {
        guard channels.contains(where: { $0.text != text }) else { return }
        factor = channels.map { $0.factor[0] }
        shift = channels.map { $0.shift[0] }
        text = channels.first { $0.text != text }.map { "\($0.text), … by channel" } ?? text
    }

    private mutating func add(_ step: String) { text += text.isEmpty ? step : ", \(step)" }

    private static func each(
        _ a: [Double], _ b: [Double], _ combine: (Double, Double) -> Double
    ) -> [Double] {
        (0..<max(a.count, b.count)).map { index in
            combine(a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
        }
    }
}
