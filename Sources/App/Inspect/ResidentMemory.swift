// How much memory this process holds.

internal import Basics
internal import Glibc

/// The memory of this process that is in RAM.
enum ResidentMemory {
    /// In bytes; `nil` if unknown. proc_pid_statm(5).
    static func bytes() -> Int? {
        let fields = (File.systemText(at: "/proc/self/statm") ?? "").split(separator: " ")
        return fields.count > 1
            ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }
}
