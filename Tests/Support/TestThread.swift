// A POSIX thread for tests across threads: a blocking test would starve the others of the test
// library's own pool.

package import Glibc

/// Runs work on a thread of its own; `join` waits for its end.
package final class TestThread: Sendable {
    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: pthread_t

    /// Starts the thread.
    package init(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Work(run)).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(result == 0)
        self.thread = thread
    }

    /// Its kernel name, for pthread_kill(3).
    package var name: pthread_t { thread }

    /// Waits for its end.
    package func join() { pthread_join(thread, nil) }
}
