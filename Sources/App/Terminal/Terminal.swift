// What is behind a descriptor, and how much memory this process holds: facts of the system that
// reports for people want to know.

internal import Basics
internal import Glibc
internal import Inference

/// The terminal behind a descriptor, if there is one.
enum Terminal {
    /// Whether a person looks at it, isatty(3).
    static func isWatched(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }

    /// Whether it understands colours and nobody minds them (no-color.org).
    static func showsColors(_ descriptor: CInt) -> Bool {
        guard isWatched(descriptor), unsafe getenv("NO_COLOR") == nil else { return false }
        guard let kind = unsafe getenv("TERM") else { return false }
        return unsafe String(cString: kind) != "dumb"
    }
}

/// One line of a terminal that is drawn over again and again.
struct TerminalLine {
    private let descriptor: CInt
    private var isShown = false

    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Draws a text over the last one.
    mutating func draw(_ text: String) {
        isShown = true
        // What was printed must stand above the line.
        fflush(nil)
        put("\r\u{1B}[2K\(text)")
    }

    /// Leaves no trace of it.
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
    /// In bytes; `nil` where it can't be known. proc_pid_statm(5).
    static func bytes() -> Int? {
        let fields = (File.systemText(at: "/proc/self/statm") ?? "").split(separator: " ")
        return fields.count > 1
            ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
}
