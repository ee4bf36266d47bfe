// The limit of open descriptors: each connection needs one.

internal import Glibc

/// The limit on open descriptors.
enum OpenFiles {
    /// Raises the soft limit to the hard one, because each connection is a descriptor.
    /// setrlimit(2).
    static func raiseLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
