// The progress of a model's download, in one line of the terminal that is redrawn and erased at the
// end.
//
// Shown only if standard error is a terminal; a log gets one line at the beginning and one at the
// end.

internal import EventLoop
internal import Glibc
internal import ModelStore

/// Shows a download. One thread.
final class FetchProgress: DownloadWatcher {
    private static let interval = Duration.milliseconds(100)
    private let clock = SystemClock()
    private let start: Instant
    private var lastDrawn: Instant
    private var line = TerminalLine(STDERR_FILENO)

    init() {
        start = clock.now()
        lastDrawn = start
    }

    /// A watcher, if standard error is a terminal.
    static func ifWatched() -> (any DownloadWatcher)? {
        Terminal.isWatched(STDERR_FILENO) ? FetchProgress() : nil
    }

    /// Takes the number of bytes received so far, and the total if it is known.
    func received(_ bytes: Int, of length: Int?) {
        let now = clock.now()
        guard now - lastDrawn >= Self.interval else { return }
        lastDrawn = now
        line.draw(Self.text(bytes, of: length, after: now - start))
    }

    /// Erases the line.
    func ended() { line.wipe() }

    /// "  12.3 MiB of 95.0 MiB · 12 % · 8.1 MiB/s".
    static func text(_ bytes: Int, of length: Int?, after elapsed: Duration) -> String {
        let seconds = max(Double(elapsed.milliseconds) / 1000, 0.001)
        var parts = [TerminalText.size(bytes)]
        if let length, length >= bytes, length > 0 {
            parts[0] += " of \(TerminalText.size(length))"
            parts.append("\(Int(Double(bytes) / Double(length) * 100)) %")
        }
        parts.append("\(TerminalText.size(Int(Double(bytes) / seconds)))/s")
        return "  " + parts.joined(separator: " · ")
    }
}
