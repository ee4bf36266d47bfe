// Data that zlib has packed, for tests of what unpacks it.

import CZlib

/// deflate data of some bytes; `bits` chooses the format around it: zlib.h, `deflateInit2`.
public func deflated(_ bytes: [UInt8], bits: Int32) -> [UInt8] {
    var stream = unsafe z_stream()
    unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
    defer { unsafe deflateEnd(&stream) }
    var input = bytes
    let room = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
    return unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe stream.next_in = input.baseAddress
            unsafe stream.avail_in = UInt32(input.count)
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = UInt32(room)
            precondition(unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = unsafe room - Int(stream.avail_out)
    }
}

/// A gzip member.
public func gzip(_ bytes: [UInt8]) -> [UInt8] { deflated(bytes, bits: 15 + 16) }
