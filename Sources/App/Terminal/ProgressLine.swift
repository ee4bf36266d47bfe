// How far a long run has come, in one line of the terminal that is drawn over and wiped at the end.
//
// Only where a person watches standard error, and only once a run has taken a second: what is quick
// needs no progress, and a log file no control characters.

internal import EventLoop
internal import Glibc

/// The line of one run.
final class ProgressLine {
    private static let patience = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)
    private let total: Int
    private let unit: String
    private let clock = SystemClock()
    private let start: Instant
    private var lastDrawn: Instant
    private var done = 0
    private var line = TerminalLine(STDERR_FILENO)

    /// Of a run over `total` of something: "images".
    init(total: Int, unit: String) {
        self.total = total
        self.unit = unit
        start = clock.now()
        lastDrawn = start
    }

    /// Takes the line away, so that something can be printed in its place.
    func wipe() { line.wipe() }

    /// Counts one more, and shows the line if it is time.
    func advance() {
        done += 1
        let now = clock.now()
        guard done < total, now - start >= Self.patience, now - lastDrawn >= Self.interval else {
            return
        }
        lastDrawn = now
        line.draw(Self.text(done: done, total: total, unit: unit, after: now - start))
    }

    /// "  120 of 1,000 · 60 images/s · 15 s left".
    static func text(done: Int, total: Int, unit: String, after elapsed: Duration) -> String {
        let seconds = max(Double(elapsed.milliseconds) / 1000, 0.001)
        let rate = Double(done) / seconds
        let left = Int((Double(total - done) / rate).rounded(.up))
        let speed = rate >= 10 ? "\(Int(rate.rounded()))" : "\((rate * 10).rounded() / 10)"
        let time = left < 60 ? "\(left) s" : "\(left / 60) min \(left % 60) s"
        return "  \(TerminalText.grouped(done)) of \(TerminalText.grouped(total)) · "
            + "\(speed) \(unit)/s · \(time) left"
    }
}
