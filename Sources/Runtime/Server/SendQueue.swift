// Bytes on their way to one client: answers pile up at the end, the socket takes them from the front.
//
// One contiguous buffer, so that head and body leave in one system call, and so do the answers to
// pipelined requests. The buffer is lent by the pool and goes back when all is sent. It does not
// bound itself: whoever makes a long answer asks `isCongested`, and nothing is read meanwhile.

internal import HTTP

/// The unsent bytes of one connection. Loop thread.
struct SendQueue {
    /// What came of sending.
    enum Outcome {
        /// Everything has left.
        case emptied
        /// The socket takes no more now.
        case stuck
        /// The connection is lost.
        case failed
    }

    /// Where answers are appended, between `prepare` and `send`; only appended.
    var bytes: [UInt8] = []
    private var start = 0
    private let congestedBytes: Int

    /// An empty queue.
    init(limits: Limits = Limits()) { congestedBytes = limits.congestedBytes }

    /// Bytes that are not sent yet.
    var count: Int { bytes.count - start }

    /// Whether everything is sent.
    var isEmpty: Bool { start == bytes.count }

    /// Whether more is unsent than should be.
    var isCongested: Bool { count > congestedBytes }

    /// Gets a buffer to append to, or room in the one there is.
    mutating func prepare(_ pool: inout BufferPool) {
        if bytes.capacity == 0 { bytes = pool.take() }
        // Sent bytes go once they are the greater part: each byte moves at most once on average.
        guard start > congestedBytes, start > count else { return }
        bytes.removeSubrange(0..<start)
        start = 0
    }

    /// Sends what the socket takes in one call.
    mutating func send(_ fd: CInt) -> Outcome {
        switch Socket.send(fd, bytes, from: start) {
        case .bytes(let sent):
            start += sent
            return isEmpty ? .emptied : .stuck
        case .wouldBlock: return .stuck
        case .endOfStream, .failed: return .failed
        }
    }

    /// Gives the buffer back; what is unsent is dropped.
    mutating func release(to pool: inout BufferPool) {
        pool.giveBack(&bytes)
        start = 0
    }
}
