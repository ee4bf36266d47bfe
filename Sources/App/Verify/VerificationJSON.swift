// `amphora verify --json`: one object, for machines. Keys are only ever added.

internal import Basics
internal import Inference
internal import Runtime
internal import Serving

/// Gathers a report and prints it at the end.
final class VerificationJSON: VerificationReport {
    /// The most records that are listed; the rest are only counted.
    private static let toldRecords = 1000

    private let recording: String
    private let model: String
    private let engine: String
    private let tolerance: Double
    private var told: [Verdict] = []

    init(_ loaded: LoadedClassifier, recording: String, tolerance: Double) {
        self.recording = recording
        model = loaded.path
        engine = loaded.model.engine
        self.tolerance = tolerance
    }

    func add(_ verdict: Verdict) {
        if !verdict.agrees, told.count < Self.toldRecords { told.append(verdict) }
    }

    func end(_ tally: Tally) {
        var json = JSONWriter()
        json.object { json in
            json.field("verdict", tally.conclusion.rawValue)
            json.field("model", model)
            json.field("engine", engine)
            json.field("golden", recording)
            json.field("tolerance", raw: Self.number(tolerance))
            json.key("ways")
            let ways = [Way.inProcess] + Way.allCases.filter(tally.asked.contains).map(\.rawValue)
            json.array(ways) { $0.element($1) }
            json.field("records", tally.records)
            json.field("identical", tally.identical)
            json.field("within_tolerance", tally.tolerated)
            json.field("different", tally.differing)
            json.field("picture_changed", tally.withoutPicture)
            json.field("malformed", tally.malformed)
            json.field("not_asked", tally.leftOut)
            if let worst = tally.worst { Self.write(worst, to: &json) }
            json.key("differences")
            json.array(told, Self.write)
        }
        print(String(decoding: json.bytes, as: UTF8.self))
    }

    private static func write(_ worst: Verdict.Worst, to json: inout JSONWriter) {
        json.key("worst")
        json.object { json in
            json.field("difference", raw: number(worst.difference))
            json.field("label", worst.label.text)
            json.field("line", worst.line)
            json.field("request", worst.name)
        }
    }

    private static func write(_ json: inout JSONWriter, _ verdict: Verdict) {
        json.object { json in
            json.field("line", verdict.line)
            if let malformed = verdict.malformed { return json.field("malformed", malformed) }
            json.field("request", verdict.name)
            json.key("reasons")
            json.array(verdict.differences) { json, difference in
                json.object { json in
                    json.key("ways")
                    json.array(difference.ways) { $0.element($1) }
                    json.field("reason", difference.reason)
                }
            }
        }
    }

    /// JSON has no infinity.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return value == value.rounded() && value < 1e15 ? "\(Int(value))" : "\(value)"
    }
}
