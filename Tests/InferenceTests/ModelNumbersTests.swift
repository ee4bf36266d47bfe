// Activations, the order of results, and numbers as text: all as numpy has them.

import Onnx
import TestSupport
import Testing

@testable import Inference

@Suite struct ModelNumbersTests {
    @Test func `probabilities are written as numpy writes them`() throws {
        let lines = try ModelFixtures.lines("numpy_float32.txt")
        #expect(lines.count > 300)
        for line in lines {
            let parts = line.split(separator: " ")
            let bits = try #require(UInt32(parts[0], radix: 16))
            #expect(probabilityText(Float(bitPattern: bits)) == parts[1])
        }
    }

    @Test(arguments: [
        (0.5098194 as Float, "0.5098194"), (1, "1.0"), (0, "0.0"), (1e-5, "1e-05"),
        (0.00012, "0.00012"), (.nan, "nan"), (-.infinity, "-inf"), (-0.25, "-0.25"),
    ])
    func `the texts of the contract`(value: Float, text: String) {
        #expect(probabilityText(value) == text)
    }

    @Test func `softmax is numpy's to the last place or two`() throws {
        let expected = try ModelFixtures.lines("numpy_softmax.txt").map {
            Float(bitPattern: try #require(UInt32($0, radix: 16)))
        }
        var scores = (0..<1000).map { (Float($0 * 7919 % 1000) - 500) / 64 }
        try Activation.softmax.apply(to: &scores)
        for (score, reference) in zip(scores, expected) {
            #expect(abs(score - reference) <= 2 * reference.ulp)
        }
    }

    @Test func `softmax of great and equal scores is exact`() throws {
        var scores: [Float] = [1e30, 1e30, -1e30, -.infinity]
        try Activation.softmax.apply(to: &scores)
        #expect(scores == [0.5, 0.5, 0, 0])
    }

    @Test(arguments: [1, 7, 8, 9, 127, 128, 129, 257, 1000, 21841])
    func `softmax of any number of equal scores is even`(count: Int) throws {
        var scores = [Float](repeating: -3, count: count)
        try Activation.softmax.apply(to: &scores)
        #expect(scores == [Float](repeating: 1 / Float(count), count: count))
    }

    @Test func `sigmoid stays between 0 and 1`() throws {
        var scores: [Float] = [0, 200, -200]
        try Activation.sigmoid.apply(to: &scores)
        #expect(scores == [0.5, 1, 0])
    }

    @Test func `no activation leaves every bit`() throws {
        var scores: [Float] = [-0.25, 3, 0x1p-140]
        try Activation.none.apply(to: &scores)
        #expect(scores == [-0.25, 3, 0x1p-140])
    }

    @Test(arguments: [
        (Activation.softmax, [1, Float.nan, 2]), (.softmax, [1, .infinity]),
        (.softmax, [-.infinity, -.infinity]), (.sigmoid, [0, .nan]), (.none, [.nan]),
        (.none, [0, -.infinity]),
    ])
    func `scores that are no numbers are an error`(activation: Activation, scores: [Float]) {
        var values = scores
        #expect { try activation.apply(to: &values) } throws: { error in
            guard case ModelError.nonFiniteOutput = error else { return false }
            return true
        }
    }

    @Test func `the greatest come first and the lower index among equals`() {
        let values: [Float] = [0.1, 0.4, 0.1, 0.4, 0]
        #expect(topK(values.span, 3) == [1, 3, 0])
        #expect(topK(values.span, 5) == [1, 3, 0, 2, 4])
        #expect(topK(values.span, 1000) == [1, 3, 0, 2, 4])
        #expect(topK(values.span, 0) == [])
        #expect(topK([Float]().span, 5) == [])
    }

    @Test func `any choice is the head of a stable sort`() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<200 {
            let values = (0..<Int.random(in: 1...60, using: &generator)).map { _ in
                Float(Int.random(in: 0...9, using: &generator))
            }
            let sorted = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
            let k = Int.random(in: 1...70, using: &generator)
            #expect(topK(values.span, k) == Array(sorted.prefix(k)))
        }
    }
}
