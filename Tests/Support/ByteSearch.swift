// Finds bytes in other bytes, by memchr(3) and memcmp(3). Peers in tests search all received bytes
// for the end of a head again and again, and the standard library's search takes minutes for that
// under sanitizers.

import Glibc

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The first position of a pattern of at least one byte.
    package func place(of pattern: [UInt8]) -> Range<Int>? {
        let offset = withContiguousStorageIfAvailable { bytes -> Int? in
            guard let start = bytes.baseAddress else { return nil }
            var from = 0
            while from + pattern.count <= bytes.count {
                guard
                    let found = unsafe memchr(
                        start + from, CInt(pattern[0]), bytes.count - pattern.count - from + 1)
                else { return nil }
                from = unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
                if unsafe memcmp(start + from, pattern, pattern.count) == 0 { return from }
                from += 1
            }
            return nil
        }
        guard let found = offset ?? nil else { return nil }
        return startIndex + found..<startIndex + found + pattern.count
    }
}
