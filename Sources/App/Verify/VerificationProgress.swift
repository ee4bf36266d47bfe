// How far a long run of `verify` has come.

/// Shows progress around another report.
final class VerificationProgress: VerificationReport {
    private let report: any VerificationReport
    private let line: ProgressLine

    /// Shows how many of `total` records `report` has been told.
    init(around report: any VerificationReport, total: Int) {
        self.report = report
        line = ProgressLine(total: total, unit: "records")
    }

    func add(_ verdict: Verdict) {
        line.wipe()
        report.add(verdict)
        line.advance()
    }

    func end(_ tally: Tally) {
        line.wipe()
        report.end(tally)
    }
}
