// The report of `amphora verify` for people: a line for each record that differs, then a summary.

internal import Inference
internal import Serving

/// Prints a report.
final class VerificationText: VerificationReport {
    /// The most records that are listed; the rest are only counted.
    private static let shownLines = 20

    private let tolerance: Double
    private var shown = 0
    private var hidden = 0

    /// Prints the heading.
    init(_ loaded: LoadedClassifier, recording: String, tolerance: Double) {
        self.tolerance = tolerance
        print("\(loaded.path) · \(loaded.model.engine) · \(recording)\n")
    }

    func add(_ verdict: Verdict) {
        guard let line = Self.line(of: verdict) else { return }
        guard shown < Self.shownLines else { return hidden += 1 }
        shown += 1
        print(line)
    }

    func end(_ tally: Tally) {
        if hidden > 0 { print("  … and \(TerminalText.grouped(hidden)) more") }
        if shown > 0 { print("") }
        for line in Self.summary(of: tally, tolerance: tolerance) { print(line) }
    }

    /// The line about a record; `nil` if the record agrees.
    static func line(of verdict: Verdict) -> String? {
        if let malformed = verdict.malformed { return "✗ line \(verdict.line): \(malformed)" }
        guard !verdict.agrees else { return nil }
        let clauses = verdict.differences.map { difference in
            difference.ways.isEmpty
                ? difference.reason
                : "\(difference.ways.joined(separator: ", ")): \(difference.reason)"
        }
        return "✗ line \(verdict.line) · \(verdict.name) · \(clauses.joined(separator: "; "))"
    }

    /// The summary.
    static func summary(of tally: Tally, tolerance: Double) -> [String] {
        let count = TerminalText.grouped
        let ways = [Way.inProcess] + Way.allCases.filter(tally.asked.contains).map(\.rawValue)
        var rows = [("records", count(tally.records)), ("ways", ways.joined(separator: ", "))]
        rows.append(("identical", "\(count(tally.identical)), byte for byte"))
        if tolerance > 0 { rows.append(("within tolerance", count(tally.tolerated))) }
        if tally.differing > 0 { rows.append(("different", count(tally.differing))) }
        if tally.withoutPicture > 0 {
            rows.append(("picture changed", "\(count(tally.withoutPicture)), or absent"))
        }
        if tally.malformed > 0 { rows.append(("malformed", count(tally.malformed))) }
        if tally.leftOut > 0 {
            rows.append(("not asked", "\(count(tally.leftOut)) times, too large for the way"))
        }
        rows.append(("worst difference", worst(tally.worst)))
        rows.append(("tolerance", tolerance == 0 ? "0" : "\(tolerance)"))
        rows.append(("verdict", verdict(tally)))
        return rows.map { name, text in
            name + String(repeating: " ", count: max(2, 18 - name.count)) + text
        }
    }

    private static func worst(_ worst: Verdict.Worst?) -> String {
        guard let worst else { return "none: no labels were compared" }
        guard worst.difference > 0 else { return "0" }
        return "\(worst.difference.short), label \(worst.label.quoted) of \(worst.name), line "
            + "\(worst.line)"
    }

    private static func verdict(_ tally: Tally) -> String {
        switch tally.conclusion {
        case .agreement: return "no skew"
        case .skew:
            let verb = tally.differing == 1 ? "differs" : "differ"
            return "skew: \(counted(tally.differing, "record")) \(verb)"
        case .unproved:
            return "not proved: \(counted(tally.withoutPicture, "picture")) changed or absent"
        case .unusable:
            return "the recording can't be used: \(counted(tally.malformed, "line")) malformed"
        }
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(TerminalText.grouped(count)) \(noun)\(count == 1 ? "" : "s")"
    }
}
