// A POSIX thread that runs one closure, pthread_create(3). All signals stay blocked in it, because
// it inherits the mask of the thread that blocked them.

internal import CLinux
package import EventLoop
internal import Glibc

/// A running thread; `join` waits for its end.
package struct Thread: ~Copyable {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts a thread. Throws if the system can't start one more.
    package init(
        name: String, _ run: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: run))
        var thread = pthread_t()
        // Zero or an error number; `errno` is not set (pthread_create(3)).
        let failure = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                unsafe linux_name_thread(body.name)
                body.run()
                return nil
            }, body.toOpaque())
        guard failure == 0 else {
            unsafe body.release()
            throw SystemError(call: "pthread_create", number: failure)
        }
        self.thread = thread
    }

    /// Waits for the thread's end.
    package consuming func join() {
        pthread_join(thread, nil)
        discard self
    }

    deinit { pthread_detach(thread) }
}
