// The heaps that the C library's allocator gives to threads, mallopt(3).
//
// By default each thread gets a heap of its own, so that many can allocate at a time. But such a
// heap grows by one system call per page, and loading a model on a thread makes two thousand of
// them: 3 ms of 40.

internal import CLinux

/// The process's heaps.
package enum Heap {
    /// Makes threads share one heap, which grows in larger steps; call it before there are any
    /// threads.
    ///
    /// For processes whose threads work one at a time: parallel ones would contend for the heap.
    package static func share() { linux_share_heap() }
}
