// Durations in sentences.

extension Duration {
    /// "10 s", "1.5 s", "50 ms"; less than a millisecond is "0 ms".
    package var text: String {
        let (seconds, attoseconds) = components
        let milliseconds = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        guard milliseconds % 1000 != 0 else { return "\(milliseconds / 1000) s" }
        return "\(Double(milliseconds) / 1000) s"
    }

    /// Milliseconds with decimals, for logs.
    package var inMilliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
}
