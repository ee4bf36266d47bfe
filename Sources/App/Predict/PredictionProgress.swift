// The progress of a long run of `predict`.

internal import Inference
internal import Serving

/// Shows progress around another report.
final class PredictionProgress: PredictionReport {
    private let report: any PredictionReport
    private let line: ProgressLine

    /// Counts the pictures that are added to `report`, out of `total`.
    init(around report: any PredictionReport, total: Int) {
        self.report = report
        line = ProgressLine(total: total, unit: "pictures")
    }

    func add(_ item: Item, _ result: Result<[Prediction], Failure>) {
        line.wipe()
        report.add(item, result)
        line.advance()
    }
}
