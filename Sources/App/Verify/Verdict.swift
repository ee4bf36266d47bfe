// The results of one recorded request and of a whole recording, as both reports show them.

internal import Inference

/// The result of one line of a recording.
struct Verdict {
    /// Something that differs and should be equal.
    struct Difference {
        /// The ways that it applies to; empty if it is about the picture itself.
        let ways: [String]
        /// A clause that says what differs.
        let reason: String
    }

    /// The largest deviation of a probability from the recorded one.
    struct Worst {
        let difference: Double
        let label: Label
        let line: Int
        let name: String
    }

    let line: Int
    /// The request's name in reports.
    let name: String
    /// Why the line can't be used; if set, the other properties are empty.
    var malformed: String?
    var differences: [Difference] = []
    /// Whether every answer equals the recorded one byte for byte.
    var isIdentical = false
    var worst: Worst?
    /// Ways that the request was sent in.
    var asked: Set<Way> = []
    /// Ways that the request was too large for.
    var leftOut: Set<Way> = []

    /// Whether no answer was compared, because the picture is missing or not the recorded one.
    var lacksPicture: Bool { differences.contains(where: \.ways.isEmpty) }
    /// Whether all answers agree with the recording.
    var agrees: Bool { malformed == nil && differences.isEmpty }
}

/// The result of a whole recording.
struct Tally {
    private(set) var records = 0
    private(set) var identical = 0
    /// Not identical, and within the tolerance.
    private(set) var tolerated = 0
    private(set) var differing = 0
    /// Requests whose pictures have changed or are missing.
    private(set) var withoutPicture = 0
    private(set) var malformed = 0
    private(set) var worst: Verdict.Worst?
    private(set) var asked: Set<Way> = []
    /// Requests that were too large for a way.
    private(set) var leftOut = 0

    /// Counts one verdict.
    mutating func add(_ verdict: Verdict) {
        records += 1
        if verdict.malformed != nil {
            malformed += 1
        } else if verdict.lacksPicture {
            withoutPicture += 1
        } else if !verdict.agrees {
            differing += 1
        } else if verdict.isIdentical {
            identical += 1
        } else {
            tolerated += 1
        }
        asked.formUnion(verdict.asked)
        leftOut += verdict.leftOut.count
        if let found = verdict.worst, found.difference > worst?.difference ?? -1 { worst = found }
    }

    /// The overall result.
    var conclusion: Conclusion {
        if malformed > 0 || records == 0 { return .unusable }
        if differing > 0 { return .skew }
        return withoutPicture > 0 ? .unproved : .agreement
    }

    /// The overall results, by their names in the JSON report.
    enum Conclusion: String {
        case agreement = "no skew"
        case skew = "skew"
        /// Nothing differs, but not everything could be asked.
        case unproved = "not proved"
        /// Lines of the recording are malformed.
        case unusable = "unusable"
    }
}
