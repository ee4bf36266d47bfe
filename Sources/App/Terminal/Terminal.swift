// Facts about the system that reports for people need: whether a descriptor is a terminal, and how
// much memory this process uses.

internal import Basics
internal import Glibc
internal import Inference

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

/// The memory of this process that is in RAM.
enum ResidentMemory {
    /// In bytes; `nil` if unknown. proc_pid_statm(5).
    static func bytes() -> Int? {
        let fields = (File.systemText(at: "/proc/self/statm") ?? "").split(separator: " ")
        return fields.count > 1
            ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
}
