// The checksum that AWS's event streams carry. zlib computes it.

internal import CZlib

/// CRC-32 as in gzip, RFC 1952 §8. Any thread.
package enum CRC32 {
    /// The checksum of bytes.
    package static func of(_ bytes: Span<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            UInt32(truncatingIfNeeded: unsafe crc32_z(0, bytes.baseAddress, bytes.count))
        }
    }
}
