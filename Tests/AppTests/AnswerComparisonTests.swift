// When two answers agree: byte for byte, or within a tolerance (docs/rulings.md#recordings).

import Inference
import Testing

@testable import App

@Suite struct AnswerComparisonTests {
    private static let recorded = results([("cat", "0.5"), ("dog", "0.25"), ("owl", "0.125")])

    private static func results(_ labels: [(String, String)], uri: String? = "a.png") -> String {
        let entries = labels.map { #"{"label":"\#($0.0)","prob":"\#($0.1)"}"# }
        let name = uri.map { #""uri":"\#($0)","# } ?? ""
        return #"{\#(name)"results":[\#(entries.joined(separator: ","))]}"#
    }

    private static func failure(_ code: String, _ sentence: String) -> String {
        #"{"uri":"a.png","error":"\#(sentence)","code":"\#(code)"}"#
    }

    private func compare(
        _ answer: String, _ reference: String, tolerance: Double = 0
    ) -> AnswerComparison {
        AnswerComparison(
            of: Array(answer.utf8), with: Array(reference.utf8), called: "recorded",
            tolerance: tolerance)
    }

    @Test func `the same bytes agree`() {
        for text in [Self.recorded, Self.failure("Function.A", "b"), #"{"predictions":[]}"#, "x"] {
            let comparison = compare(text, text)
            #expect(comparison.mismatch == nil)
            #expect(comparison.isIdentical)
        }
        #expect(compare(Self.recorded, Self.recorded).worst?.difference == 0)
        #expect(compare("x", "x").worst == nil)
    }

    @Test(arguments: [
        (
            results([("cat", "0.5"), ("dog", "0.24"), ("owl", "0.125")]),
            "label 2 “dog”: 0.24, recorded 0.25 (0.01 apart)"
        ),
        (
            results([("cat", "0.5"), ("cow", "0.25"), ("owl", "0.125")]),
            "label 2: “cow” 0.25, recorded “dog” 0.25"
        ),
        (
            results([("dog", "0.25"), ("cat", "0.5"), ("owl", "0.125")]),
            "label 1: “dog” 0.25, recorded “cat” 0.5"
        ),
        (results([("cat", "0.5"), ("dog", "0.25")]), "2 labels, recorded 3"),
        (
            results([("cat", "0.5"), ("dog", "0.25"), ("owl", "0.125")], uri: "b.png"),
            "uri “b.png”, recorded “a.png”"
        ),
        (
            results([("cat", "0.5"), ("dog", "0.25"), ("owl", "0.125")], uri: nil),
            "uri none, recorded “a.png”"
        ),
        (
            results([("cat", "0.50"), ("dog", "0.25"), ("owl", "0.125")]),
            "byte 52: “0\"},{\"label\":\"dog\",\"prob”, recorded “\"},{\"label\":\"dog\",\"prob\"”"
        ),
        (
            failure("Function.A", "it \\u001b[31m broke"),
            "Function.A (“it \\u{1b}[31m broke”), recorded labels"
        ),
        (#"{"predictions":[]}"#, "a list, recorded one answer"),
        ("nothing", "byte 0: “nothing”, recorded “{\"uri\":\"a.png\",\"results\"”"),
        (String(recorded.dropLast()), "byte \(recorded.utf8.count - 1): the end, recorded “}”"),
    ])
    func `the first difference is reported`(answer: String, clause: String) {
        let comparison = compare(answer, Self.recorded)
        #expect(comparison.mismatch == clause)
        #expect(!comparison.isIdentical)
    }

    @Test func `failures need the same code and sentence, whatever the tolerance`() {
        let recorded = Self.failure("Function.A", "one")
        for tolerance in [0, 0.5] {
            let code = compare(
                Self.failure("Function.B", "one"), recorded, tolerance: tolerance)
            #expect(code.mismatch == "Function.B, recorded Function.A")
            let sentence = compare(
                Self.failure("Function.A", "two"), recorded, tolerance: tolerance)
            #expect(sentence.mismatch == "“two”, recorded “one”")
            #expect(
                compare(Self.recorded, recorded, tolerance: tolerance).mismatch
                    == "labels, recorded Function.A")
        }
    }

    @Test(arguments: [
        ("0.25", "0.26", 0.01, true), ("0.25", "0.26", 0.0099999999, false),
        ("0.99503565", "0.99503555", 1e-7, true), ("0.99503565", "0.99503555", 9.9e-8, false),
        ("1e-05", "0.0", 1e-5, true), ("1e-05", "0.0", 9e-6, false),
        ("12.5", "12.375", 0.125, true), ("nan", "nan", 0.1, true), ("nan", "0.5", 0.1, false),
        ("inf", "inf", 0.1, true), ("inf", "0.5", 0.1, false),
    ])
    func `a tolerance counts up to its edge`(
        found: String, recorded: String, tolerance: Double, agrees: Bool
    ) {
        for (one, other) in [(found, recorded), (recorded, found)] {
            let comparison = compare(
                Self.results([("cat", one)]), Self.results([("cat", other)]),
                tolerance: tolerance)
            #expect((comparison.mismatch == nil) == agrees)
            #expect(comparison.isIdentical == (one == other))
        }
    }

    @Test func `neighbours within the tolerance of each other may change places`() {
        let recorded = Self.results([("a", "0.30"), ("b", "0.29"), ("c", "0.28"), ("d", "0.10")])
        let swapped = Self.results([("b", "0.30"), ("a", "0.29"), ("c", "0.28"), ("d", "0.10")])
        let first = compare(swapped, recorded, tolerance: 0.01)
        #expect(first.mismatch == nil)
        #expect(first.worst == .init(difference: 0.010000000000000009, label: .name("b")))
        #expect(compare(swapped, recorded, tolerance: 0.009).mismatch != nil)
        // A label may change places with a direct neighbour only.
        let rotated = Self.results([("b", "0.30"), ("c", "0.29"), ("a", "0.28"), ("d", "0.10")])
        #expect(compare(rotated, recorded, tolerance: 0.05).mismatch != nil)
        // These were far apart when recorded; that they are near now does not count.
        let near = Self.results([("a", "0.30"), ("b", "0.29"), ("d", "0.19"), ("c", "0.19")])
        #expect(
            compare(near, recorded, tolerance: 0.1).mismatch
                == "label 3: “d” 0.19, recorded “c” 0.28")
    }

    @Test func `the worst difference is found after a mismatch, too`() {
        let answer = Self.results([("cat", "0.6"), ("dog", "0.75"), ("owl", "0.125")])
        let comparison = compare(answer, Self.recorded)
        #expect(comparison.mismatch == "label 1 “cat”: 0.6, recorded 0.5 (0.1 apart)")
        #expect(comparison.worst == .init(difference: 0.5, label: .name("dog")))
    }

    @Test func `lists are compared one by one`() {
        let list = { (elements: [String]) in
            #"{"predictions":[\#(elements.joined(separator: ","))]}"#
        }
        let bad = Self.failure("Function.A", "b")
        let recorded = list([Self.recorded, bad])
        #expect(compare(list([Self.recorded]), recorded).mismatch == "1 predictions, recorded 2")
        #expect(
            compare(list([Self.recorded, Self.recorded]), recorded).mismatch
                == "prediction 2: labels, recorded Function.A")
    }

    @Test(arguments: [
        (5.000000413701855e-08, "5e-08"), (0.00123456, "0.0012"), (0.5, "0.5"), (12.34, "12.0"),
        (0, "0"), (.infinity, "inf"), (9.99e-5, "0.0001"), (1e-300, "1e-300"),
    ])
    func `differences are short`(value: Double, text: String) { #expect(value.short == text) }
}
