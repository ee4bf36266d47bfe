// How far a long run of `predict` has come.

internal import Inference
internal import Serving

/// Shows progress around another report.
final class PredictionProgress: PredictionReport {
    private let report: any PredictionReport
    private let line: ProgressLine

    /// Shows how many of `total` pictures `report` has been told.
    init(around report: any PredictionReport, total: Int) {
        self.report = report
        line = ProgressLine(total: total, unit: "images")
    }

    func add(_ item: Item, _ result: Result<[Prediction], Failure>) {
        line.wipe()
        report.add(item, result)
        line.advance()
    }
}
