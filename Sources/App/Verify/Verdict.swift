// What came of one recorded request, and of all of them: what both reports are made of.

internal import Inference

/// What came of one line of a recording.
struct Verdict {
    /// Something that should be the same and is not.
    struct Difference {
        /// By which ways; empty where it is about the picture itself.
        let ways: [String]
        /// A clause that says what differs.
        let reason: String
    }

    /// The probability that is furthest off the recorded one.
    struct Worst {
        let difference: Double
        let label: Label
        let line: Int
        let name: String
    }

    let line: Int
    /// What a person calls the request.
    let name: String
    /// Why the line can't be used; then there is nothing else.
    var malformed: String?
    var differences: [Difference] = []
    /// Whether every answer was byte for byte the recorded one.
    var isIdentical = false
    var worst: Worst?
    /// Ways that were asked.
    var asked: Set<Way> = []
    /// Ways that the request was too large for.
    var leftOut: Set<Way> = []

    /// Whether nothing was asked, because the picture is not the recorded one.
    var lacksPicture: Bool { differences.contains(where: \.ways.isEmpty) }
    /// Whether all is as recorded, in every way.
    var agrees: Bool { malformed == nil && differences.isEmpty }
}

/// What came of a recording.
struct Tally {
    private(set) var records = 0
    private(set) var identical = 0
    /// Not identical, and within the tolerance.
    private(set) var tolerated = 0
    private(set) var differing = 0
    /// Neither: their pictures have changed, or are not here.
    private(set) var withoutPicture = 0
    private(set) var malformed = 0
    private(set) var worst: Verdict.Worst?
    private(set) var asked: Set<Way> = []
    /// Requests that were too large for a way.
    private(set) var leftOut = 0

    /// Counts one.
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

    /// What it comes to.
    var conclusion: Conclusion {
        if malformed > 0 || records == 0 { return .unusable }
        if differing > 0 { return .skew }
        return withoutPicture > 0 ? .unproved : .agreement
    }

    /// What a recording may come to, in the words of the report for machines.
    enum Conclusion: String {
        case agreement = "no skew"
        case skew = "skew"
        /// Nothing differs, but not everything could be asked.
        case unproved = "not proved"
        /// Lines of the recording are malformed.
        case unusable = "unusable"
    }
}
