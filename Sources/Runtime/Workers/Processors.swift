// How many processors this process may really use: the limit of its affinity and of its cgroup's
// quota.
//
// The host's number would be wrong in every container (docs/platforms.md A12): with more workers
// than the quota allows, the kernel throttles them.

internal import Basics
internal import CLinux
internal import EventLoop

/// The processors of this process.
package enum Processors {
    /// Processors allowed by sched_getaffinity(2), or the cgroup's quota rounded up where that is less.
    package static var available: Int {
        let allowed = max(1, Int(linux_affinity_count()))
        return min(allowed, quota(root: "/sys/fs/cgroup") ?? allowed)
    }

    /// The processors of a cgroup's quota, rounded up; `nil` if there is no quota.
    ///
    /// cgroup v2: `cpu.max` holds "max 100000" or "150000 100000"; v1: two files (cgroups(7)).
    package static func quota(root: String) -> Int? {
        if let text = File.systemText(at: "\(root)/cpu.max") {
            let parts = text.split { $0 == " " || $0 == "\n" }
            guard parts.count == 2 else { return nil }
            return processors(quota: parts[0], period: parts[1])
        }
        guard let quota = File.systemText(at: "\(root)/cpu/cpu.cfs_quota_us"),
            let period = File.systemText(at: "\(root)/cpu/cpu.cfs_period_us")
        else { return nil }
        return processors(
            quota: quota.prefix { $0 != "\n" }, period: period.prefix { $0 != "\n" })
    }

    private static func processors(quota: Substring, period: Substring) -> Int? {
        guard let quota = Int(quota), let period = Int(period), quota > 0, period > 0 else {
            return nil
        }
        return quota / period + (quota % period == 0 ? 0 : 1)
    }
}
