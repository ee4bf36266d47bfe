// Memory that ends at an inaccessible page.
//
// Every byte that a test shows to the parser lies directly before a PROT_NONE page: reading one
// byte too far ends the test run with SIGSEGV instead of going unnoticed.

import Glibc

/// Pages of memory followed by an inaccessible page.
@safe
final class GuardedMemory {
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private let pageSize: Int

    /// Memory for inputs of up to `capacity` bytes.
    init(capacity: Int) {
        pageSize = sysconf(Int32(_SC_PAGESIZE))
        size = (capacity + pageSize - 1) / pageSize * pageSize
        let mapped = unsafe mmap(
            nil, size + pageSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            fatalError("mmap failed: \(errno)")
        }
        unsafe base = mapped
        guard unsafe mprotect(mapped + size, pageSize, PROT_NONE) == 0 else {
            fatalError("mprotect failed: \(errno)")
        }
    }

    deinit { unsafe munmap(base, size + pageSize) }

    /// Calls `body` with `bytes` placed directly before the inaccessible page.
    func withBytes<R>(_ bytes: ArraySlice<UInt8>, _ body: (Span<UInt8>) -> R) -> R {
        precondition(bytes.count <= size)
        let start = unsafe base + (size - bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            if let address = source.baseAddress {
                unsafe start.copyMemory(from: address, byteCount: source.count)
            }
        }
        let buffer = unsafe UnsafeBufferPointer(
            start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count)
        return unsafe body(buffer.span)
    }
}
