// What a network's answers to a few different inputs show about its numbers.
//
// Whatever operators a graph ends in, probabilities can be told by their values: rows that sum to 1,
// or numbers that never leave 0…1. Single answers prove little, so all of them must agree.

import Glibc
internal import Onnx
internal import Tensors

/// Facts about the rows of numbers that a network answered.
package struct Measurement: Sendable, Equatable {
    /// What all rows have in common.
    package enum Kind: Sendable, Equatable {
        /// Never below 0, and each row sums to 1.
        case distribution
        /// Within 0…1, with other sums.
        case bounded
        /// Never above 0, and the exponentials of each row sum to 1.
        case logDistribution
        /// Anything else.
        case other
    }

    /// The number of inputs that were tried.
    package private(set) var inputs = 0
    /// Over all rows.
    package private(set) var smallest = Float.infinity
    /// Over all rows.
    package private(set) var greatest = -Float.infinity
    /// Whether every number was one.
    package private(set) var isFinite = true
    /// The least and the greatest sum of a row.
    private var sums: (least: Float, most: Float) = (.infinity, -.infinity)
    private var exponentialSums: (least: Float, most: Float) = (.infinity, -.infinity)
    private var classes = 0
    private let tolerance: Float

    /// Numbers of `element` are this exact; sums of eight-bit numbers are too coarse to tell.
    init(of element: ElementType) {
        tolerance = element == .float32 || element == .float64 ? 5e-3 : 2e-2
    }

    /// Takes the answer to one more input.
    mutating func add(_ row: [Float]) {
        inputs += 1
        classes = row.count
        var (sum, exponentialSum) = (Float(0), Float(0))
        for value in row {
            if !value.isFinite { isFinite = false }
            smallest = min(smallest, value)
            greatest = max(greatest, value)
            sum += value
            exponentialSum += expf(value)
        }
        sums = (min(sums.least, sum), max(sums.most, sum))
        exponentialSums = (
            min(exponentialSums.least, exponentialSum), max(exponentialSums.most, exponentialSum)
        )
    }

    /// What all rows have in common. A single number per row is no distribution, even if it is 1.
    package var kind: Kind {
        guard inputs > 0, isFinite else { return .other }
        if smallest >= -1e-6, classes > 1, Self.isOne(sums, tolerance) { return .distribution }
        if isBounded { return .bounded }
        if greatest <= 1e-6, classes > 1, Self.isOne(exponentialSums, tolerance) {
            return .logDistribution
        }
        return .other
    }

    /// Whether all numbers are within 0…1.
    package var isBounded: Bool { isFinite && smallest >= -1e-6 && greatest <= 1 + 1e-3 }

    /// Whether the same number came every time.
    package var isConstant: Bool { inputs > 1 && smallest == greatest }

    /// The sum of every row, where it is the same and nothing is negative: 100 for percents.
    package var commonSum: Float? {
        guard isFinite, smallest >= -1e-6, sums.most > 0,
            sums.most - sums.least <= tolerance * sums.most
        else { return nil }
        return sums.most
    }

    /// Whether rows of several numbers have a common sum other than 1.
    var isScaled: Bool {
        inputs > 1 && classes > 1 && commonSum != nil && kind != .distribution && !isConstant
    }

    /// The evidence, as people read it.
    package var evidence: String {
        let tried = inputs == 1 ? "1 input" : "\(inputs) inputs"
        switch kind {
        case .distribution: return "\(tried), rows from 0 on that sum to 1"
        case .bounded: return "\(tried), values within 0…1: \(range)"
        case .logDistribution: return "\(tried), rows whose exponentials sum to 1"
        case .other: return isFinite ? "\(tried), values \(range)" : "\(tried), not all numbers"
        }
    }

    /// "−3.2 to 4.1"
    package var range: String { "\(Self.short(smallest)) to \(Self.short(greatest))" }

    private static func isOne(_ sums: (least: Float, most: Float), _ tolerance: Float) -> Bool {
        sums.least >= 1 - tolerance && sums.most <= 1 + tolerance
    }

    /// Three significant digits.
    private static func short(_ value: Float) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        let power = pow(10, 2 - floor(log10(Double(value.magnitude))))
        let rounded = (Double(value) * power).rounded() / power
        return "\(Float(rounded))"
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.inputs == b.inputs && a.smallest == b.smallest && a.greatest == b.greatest
            && a.isFinite == b.isFinite && a.sums == b.sums
            && a.exponentialSums == b.exponentialSums && a.classes == b.classes
    }
}
