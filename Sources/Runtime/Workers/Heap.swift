// How the C library's allocator serves threads, mallopt(3).
//
// Each thread gets a heap of its own, so that many can allocate at a time. But such a heap grows by a
// system call for each page, and loading a model on a thread makes two thousand of them: 3 ms of 40.

internal import CLinux

/// The process's heaps.
package enum Heap {
    /// Has threads share one heap, which grows in larger steps; to be called before there are any.
    ///
    /// For processes whose threads work in turns: others would wait for each other.
    package static func share() { linux_share_heap() }
}
