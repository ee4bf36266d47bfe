// How far a long run has come, in one line of the terminal that is drawn over and wiped at the end.
//
// Only where a person watches standard error, and only once a run has taken a second: what is quick
// needs no progress, and a log file no control characters.

internal import EventLoop
internal import Glibc
internal import Inference

/// Shows progress around another report.
final class PredictionProgress: PredictionReport {
    private static let patience = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)
    private let report: any PredictionReport
    private let total: Int
    private let clock = SystemClock()
    private let start: Instant
    private var lastDrawn: Instant
    private var done = 0
    private var line = TerminalLine(STDERR_FILENO)

    /// Shows how many of `total` pictures `report` has been told.
    init(around report: any PredictionReport, total: Int) {
        self.report = report
        self.total = total
        start = clock.now()
        lastDrawn = start
    }

    func add(_ item: Item, _ result: Result<[Prediction], Failure>) {
        line.wipe()
        report.add(item, result)
        done += 1
        let now = clock.now()
        guard done < total, now - start >= Self.patience, now - lastDrawn >= Self.interval else {
            return
        }
        lastDrawn = now
        line.draw(Self.line(done: done, total: total, after: now - start))
    }

    /// "  120 of 1,000 · 60 images/s · 15 s left".
    static func line(done: Int, total: Int, after elapsed: Duration) -> String {
        let seconds = max(Double(elapsed.milliseconds) / 1000, 0.001)
        let rate = Double(done) / seconds
        let left = Int((Double(total - done) / rate).rounded(.up))
        let speed = rate >= 10 ? "\(Int(rate.rounded()))" : "\((rate * 10).rounded() / 10)"
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return "  \(InspectionText.grouped(done)) of \(InspectionText.grouped(total)) · "
            + "\(speed) images/s · \(time) left"
    }
}
