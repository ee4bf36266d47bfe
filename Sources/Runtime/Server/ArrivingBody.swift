// The body of one request while it arrives.
//
// A body of known length is read by the socket straight into the array that the worker will get; a
// chunked one grows as its chunks come. It never holds more than its limit, and it counts only what
// has really arrived, since a client may announce anything.

internal import Basics
internal import HTTP

/// Body bytes on their way in. Loop thread.
struct ArrivingBody {
    /// A first reservation for a chunked body; it grows from there.
    private static let chunkedReserve = 16 * 1024

    /// As long as the body will be, where that is known; else as long as what has arrived.
    private var bytes: [UInt8] = []
    /// Bytes that may arrive.
    private(set) var limit = 0

    /// Bytes that have arrived.
    private(set) var count = 0

    /// Prepares for the body of a request; false where it announces more than the limit.
    mutating func begin(_ framing: BodyFraming, limit: Int) -> Bool {
        self.limit = limit
        switch framing {
        case .none: break
        case .chunked: bytes.reserveCapacity(min(limit, Self.chunkedReserve))
        case .length(let length):
            guard length <= limit else { return false }
            // Uninitialised: pages that the client never fills are never touched.
            bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { $1 = length }
        }
        return true
    }

    /// Takes content; false, and takes nothing, where that exceeds the limit.
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

    /// Takes the complete body out; afterwards there is none.
    mutating func take() -> [UInt8] {
        var body: [UInt8] = []
        swap(&body, &bytes)
        count = 0
        return body
    }
}
