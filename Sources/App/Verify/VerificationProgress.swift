// The progress of a long run of `verify`.

/// Shows progress around another report.
final class VerificationProgress: VerificationReport {
    private let report: any VerificationReport
    private let line: ProgressLine

    /// Counts the records that are added to `report`, out of `total`.
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
