// The progress of a long run, in one line of the terminal that is redrawn and erased at the end.
//
// Shown only if standard error is a terminal, since a log file should hold no control characters,
// and only after one second, since a short run needs no progress.

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

    /// The progress of a run over `total` units: "pictures".
    init(total: Int, unit: String) {
        self.total = total
        self.unit = unit
        start = clock.now()
        lastDrawn = start
    }

    /// Erases the line, so that something can be printed in its place.
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

    /// "  120 of 1,000 · 60 pictures/s · 15 s left".
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
