// The terminal behind a descriptor: whether there is one, its colours, a line that is drawn again.

internal import Glibc

/// The terminal of a descriptor, if there is one.
enum Terminal {
    /// Whether the descriptor is a terminal, isatty(3).
    static func isWatched(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Whether it is a terminal with colours, and colours are not disabled (no-color.org).
    static func showsColors(_ descriptor: CInt) -> Bool {
        guard isWatched(descriptor), unsafe getenv("NO_COLOR") == nil else { return false }
        guard let kind = unsafe getenv("TERM") else { return false }
        return unsafe String(cString: kind) != "dumb"
    }
}

/// One line of a terminal that is redrawn in place.
struct TerminalLine {
    private let descriptor: CInt
    private var isShown = false

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Draws a text over the last one.
    mutating func draw(_ text: String) {
        isShown = true
        // Earlier output must appear above the line.
        fflush(nil)
        put("\r\u{1B}[2K\(text)")
    }

    /// Erases the line.
    mutating func wipe() {
        guard isShown else { return }
        isShown = false
        put("\r\u{1B}[2K")
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe write(descriptor, bytes, bytes.count)
    }
}
