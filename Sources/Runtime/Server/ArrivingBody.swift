// The body of one request while it arrives.
//
// A body of known length is read from the socket straight into the array that the worker will get;
// a chunked one grows as its chunks arrive. It never exceeds its limit, and it counts only bytes
// that have arrived, because a client may announce any length.

internal import Basics
internal import HTTP

/// Body bytes on their way in. Loop thread.
struct ArrivingBody {
    /// A first reservation for a chunked body; it grows from there.
    private static let chunkedReserve = 16 * 1024

    /// Has the final length of the body if that is known; otherwise the length of what has arrived.
    private var bytes: [UInt8] = []
    /// Bytes that may arrive.
    private(set) var limit = 0

    /// Bytes that have arrived.
    private(set) var count = 0

    /// Prepares for the body of a request; false if the announced length exceeds the limit.
    mutating func begin(_ framing: BodyFraming, limit: Int) -> Bool {
        self.limit = limit
        switch framing {
        case .none: break
        case .chunked: bytes.reserveCapacity(min(limit, Self.chunkedReserve))
        case .length(let length):
            guard length <= limit else { return false }
            // Uninitialised, so that the pages of bytes that never arrive are never touched.
            bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { $1 = length }
        }
        return true
    }

    /// Appends content; returns false and appends nothing if that exceeds the limit.
    mutating func append(_ content: Span<UInt8>) -> Bool {
        guard content.count <= limit - count else { return false }
        if count + content.count <= bytes.count {
            bytes.replace(from: count, with: content)
        } else {
            bytes.append(content)
        }
        count += content.count
        return true
    }

    /// Reads the rest of a body of known length, as far as it has arrived.
    mutating func receive(_ fd: CInt) -> SocketResult {
        let result = Socket.receive(fd, into: &bytes, from: count)
        if case .bytes(let received) = result { count += received }
        return result
    }

    /// Moves the complete body out.
    mutating func take() -> [UInt8] {
        var body: [UInt8] = []
        swap(&body, &bytes)
        count = 0
        return body
    }
}
