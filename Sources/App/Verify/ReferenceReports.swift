// The reports of `amphora verify --reference`: for people a line for each picture and a summary, for
// machines one JSON object. Its keys are only ever added.

internal import Basics
internal import Inference
internal import Onnx
internal import Serving

/// Prints a report for people.
final class ReferenceText: ReferenceReport {
    /// Prints the heading.
    init(_ loaded: LoadedClassifier) {
        print("\(loaded.path) · \(loaded.model.engine), with its optimisations and without\n")
    }

    func add(_ name: String, _ outcome: ReferenceOutcome, isWithin: Bool) {
        print(Self.line(name, outcome, isWithin: isWithin))
    }

    func end(_ tally: ReferenceTally) {
        print("")
        for line in Self.summary(of: tally) { print(line) }
    }

    /// The line about a picture.
    static func line(_ name: String, _ outcome: ReferenceOutcome, isWithin: Bool) -> String {
        switch outcome {
        case .failed(let sentence): "✗ \(name) · \(sentence)"
        case .compared(let difference):
            "\(isWithin ? "✓" : "✗") \(name) · \(words(difference))"
        }
    }

    /// The summary.
    static func summary(of tally: ReferenceTally) -> [String] {
        var rows = [("pictures", TerminalText.grouped(tally.pictures))]
        if tally.differing > 0 { rows.append(("different", TerminalText.grouped(tally.differing))) }
        if tally.failed > 0 { rows.append(("failed", TerminalText.grouped(tally.failed))) }
        if let worst = tally.worst {
            rows.append(("worst difference", "\(worst.name): \(words(worst.difference))"))
        }
        rows.append(("tolerance", "\(tally.tolerance)"))
        rows.append(("verdict", verdict(tally.conclusion)))
        return rows.map { name, text in
            name + String(repeating: " ", count: max(2, 18 - name.count)) + text
        }
    }

    private static func words(_ difference: ReferenceOutcome.Difference) -> String {
        guard difference.value != 0 else { return "0" }
        return "\(difference.value.short), label \(difference.label.quoted): \(difference.served) "
            + "as served, \(difference.reference) without optimisations"
    }

    private static func verdict(_ conclusion: ReferenceTally.Conclusion) -> String {
        switch conclusion {
        case .equal: "the engine's optimisations keep the answers"
        case .different: "the engine's optimisations change the answers"
        case .unproved: "not proved: not every picture could be classified"
        }
    }
}

/// Gathers a report and prints it at the end.
final class ReferenceJSON: ReferenceReport {
    private let model: String
    private let engine: String
    private var results: [(name: String, outcome: ReferenceOutcome)] = []

    init(_ loaded: LoadedClassifier) {
        model = loaded.path
        engine = loaded.model.engine
    }

    func add(_ name: String, _ outcome: ReferenceOutcome, isWithin: Bool) {
        results.append((name, outcome))
    }

    func end(_ tally: ReferenceTally) {
        var json = JSONWriter()
        json.object { json in
            json.field("verdict", tally.conclusion.rawValue)
            json.field("model", model)
            json.field("engine", engine)
            json.field("tolerance", raw: "\(tally.tolerance)")
            json.field("pictures", tally.pictures)
            json.field("different", tally.differing)
            json.field("failed", tally.failed)
            if let worst = tally.worst {
                json.field("worst_difference", raw: "\(worst.difference.value)")
            }
            json.key("results")
            json.array(results) { json, result in
                json.object { json in
                    json.field("picture", result.name)
                    switch result.outcome {
                    case .failed(let sentence): json.field("error", sentence)
                    case .compared(let difference):
                        json.field("difference", raw: "\(difference.value)")
                        json.field("label", difference.label.text)
                        json.field("served", raw: "\(difference.served)")
                        json.field("reference", raw: "\(difference.reference)")
                    }
                }
            }
        }
        print(String(decoding: json.bytes, as: UTF8.self))
    }
}
