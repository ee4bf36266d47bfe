// Whether two answers agree, and if not, their first difference (docs/rulings.md#recordings).
//
// Without a tolerance, they agree if they are the same bytes. With one, each probability may differ
// by the tolerance, and two neighbouring labels may be swapped if their recorded probabilities
// differ by no more than it; everything else must be equal. A label that was not recorded, because
// it ranked just below the last one, is a difference.

internal import Basics
internal import Glibc
internal import Inference

/// The outcome of a comparison.
struct AnswerComparison: Equatable {
    /// The largest deviation of a probability.
    struct Deviation: Equatable {
        let difference: Double
        let label: Label
    }

    /// The first difference as a clause, "label 2 “4”: 0.25, recorded 0.125"; `nil`: they agree.
    let mismatch: String?
    /// Whether the answers are equal byte for byte.
    let isIdentical: Bool
    /// `nil` if no labels could be compared.
    let worst: Deviation?

    /// Compares an answer with its reference, both compact JSON; `name` is the reference's name in
    /// the report: "recorded".
    init(
        of answer: [UInt8], with reference: [UInt8], called name: String, tolerance: Double = 0
    ) {
        isIdentical = answer == reference
        var rule = Rule(name: name, tolerance: tolerance)
        var mismatch: String?
        if let found = RecordedAnswer(reading: answer),
            let expected = RecordedAnswer(reading: reference)
        {
            mismatch = rule.mismatch(found, expected)
            worst = rule.worst
            if mismatch == nil, tolerance > 0 {
                self.mismatch = nil
                return
            }
        } else {
            worst = nil
        }
        self.mismatch =
            isIdentical ? nil : mismatch ?? Self.firstByte(answer, reference, called: name)
    }

    /// The first byte that differs, with an excerpt of both texts.
    private static func firstByte(
        _ answer: [UInt8], _ reference: [UInt8], called name: String
    ) -> String {
        let offset = zip(answer, reference).prefix { $0 == $1 }.count
        let excerpt = { (bytes: [UInt8]) -> String in
            guard offset < bytes.count else { return "the end" }
            let part = bytes[offset..<min(bytes.count, offset + 24)]
            return "“\(String(decoding: part, as: UTF8.self).onOneLine())”"
        }
        return "byte \(offset): \(excerpt(answer)), \(name) \(excerpt(reference))"
    }
}

/// Compares the contents of answers within a tolerance.
private struct Rule {
    let name: String
    let tolerance: Double
    private(set) var worst: AnswerComparison.Deviation?

    init(name: String, tolerance: Double) {
        self.name = name
        self.tolerance = tolerance
    }

    mutating func mismatch(_ answer: RecordedAnswer, _ reference: RecordedAnswer) -> String? {
        guard answer.isList == reference.isList else {
            let kind = { (isList: Bool) in isList ? "a list" : "one answer" }
            return "\(kind(answer.isList)), \(name) \(kind(reference.isList))"
        }
        guard answer.elements.count == reference.elements.count else {
            return "\(answer.elements.count) predictions, \(name) \(reference.elements.count)"
        }
        for (index, pair) in zip(answer.elements, reference.elements).enumerated() {
            if let found = mismatch(pair.0, pair.1) {
                return answer.isList ? "prediction \(index + 1): \(found)" : found
            }
        }
        return nil
    }

    private mutating func mismatch(
        _ answer: RecordedAnswer.Element, _ reference: RecordedAnswer.Element
    ) -> String? {
        if answer.uri != reference.uri {
            return "uri \(quoted(answer.uri)), \(name) \(quoted(reference.uri))"
        }
        switch (answer.content, reference.content) {
        case (.entries(let entries), .entries(let expected)): return mismatch(entries, expected)
        case (.entries, .failure(let code, _)): return "labels, \(name) \(code)"
        case (.failure(let code, let sentence), .entries):
            return "\(code) (\(quoted(sentence))), \(name) labels"
        case (.failure(let code, let sentence), .failure(let expectedCode, let expected)):
            if code != expectedCode { return "\(code), \(name) \(expectedCode)" }
            return sentence == expected ? nil : "\(quoted(sentence)), \(name) \(quoted(expected))"
        }
    }

    private mutating func mismatch(
        _ entries: [RecordedAnswer.Entry], _ expected: [RecordedAnswer.Entry]
    ) -> String? {
        guard entries.count == expected.count else {
            return "\(entries.count) labels, \(name) \(expected.count)"
        }
        var (index, first) = (0, String?.none)
        // Continues after a difference, to find the largest deviation.
        while index < entries.count {
            let swaps = first == nil && isSwap(at: index, entries, expected)
            for offset in swaps ? [0, 1] : [0] {
                let reference = expected[swaps ? index + 1 - offset : index]
                let found = mismatch(entries[index + offset], reference, at: index + offset)
                first = first ?? found
            }
            index += swaps ? 2 : 1
        }
        return first
    }

    private func isSwap(
        at index: Int, _ entries: [RecordedAnswer.Entry], _ expected: [RecordedAnswer.Entry]
    ) -> Bool {
        guard tolerance > 0, index + 1 < entries.count,
            entries[index].label != expected[index].label,
            entries[index].label == expected[index + 1].label,
            entries[index + 1].label == expected[index].label
        else { return false }
        let (upper, lower) = (expected[index].probability, expected[index + 1].probability)
        return isWithin(Self.distance(upper, lower), of: upper)
    }

    private mutating func mismatch(
        _ entry: RecordedAnswer.Entry, _ expected: RecordedAnswer.Entry, at index: Int
    ) -> String? {
        let (found, recorded) = (entry.probability, expected.probability)
        guard entry.label == expected.label else {
            return "label \(index + 1): \(entry.label.quoted) \(found), "
                + "\(name) \(expected.label.quoted) \(recorded)"
        }
        let distance = Self.distance(found, recorded)
        if distance > worst?.difference ?? -1 {
            worst = AnswerComparison.Deviation(difference: distance, label: entry.label)
        }
        guard !isWithin(distance, of: recorded) else { return nil }
        return "label \(index + 1) \(entry.label.quoted): \(found), \(name) \(recorded) "
            + "(\(distance.short) apart)"
    }

    /// Allows for rounding: a decimal read as a binary number is off by up to half an ulp.
    private func isWithin(_ distance: Double, of probability: String) -> Bool {
        let magnitude = max(1, (Double(probability) ?? 1).magnitude)
        return distance == 0
            || tolerance > 0 && distance.isFinite
                && distance <= tolerance + 4 * Double.ulpOfOne * magnitude
    }

    private static func distance(_ one: String, _ other: String) -> Double {
        guard one != other else { return 0 }
        let distance = ((Double(one) ?? .nan) - (Double(other) ?? .nan)).magnitude
        return distance.isNaN ? .infinity : distance
    }

    private func quoted(_ text: String?) -> String {
        guard let text else { return "none" }
        return "“\(text.prefix(120).description.onOneLine())”"
    }
}

extension Label {
    /// For people, in one line: "“cat”", "#3".
    var quoted: String {
        switch self {
        case .name(let name): "“\(name.prefix(120).description.onOneLine())”"
        case .index: text
        }
    }
}

extension Double {
    /// Two significant digits: "5e-08", "0.0012".
    var short: String {
        guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
        let power = Int(log10(magnitude).rounded(.down))
        let digits = Int((self / pow(10, Double(power)) * 10).rounded())
        return "\(Double("\(digits)e\(power - 1)") ?? self)"
    }
}
