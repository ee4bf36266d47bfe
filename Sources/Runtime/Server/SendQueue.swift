// The unsent bytes of one client: answers are added at the end, the socket takes them from the
// front.
//
// One contiguous buffer, so that head and body leave in one system call, and so do the answers to
// pipelined requests. The buffer is borrowed from the pool and returned when everything is sent.
// The queue has no limit: the maker of a long answer checks `isCongested`, and nothing is read in
// the meantime.

internal import HTTP

/// The unsent bytes of one connection. Loop thread.
struct SendQueue {
    /// The result of sending.
    enum Outcome {
        /// Everything is sent.
        case emptied
        /// The socket takes no more now.
        case stuck
        /// The connection is lost.
        case failed
    }

    /// The buffer to append answers to, between `prepare` and `send`; append only.
    var bytes: [UInt8] = []
    private var start = 0
    private let congestedBytes: Int

    /// An empty queue.
    init(limits: Limits = Limits()) { congestedBytes = limits.congestedBytes }

    /// The number of unsent bytes.
    var count: Int { bytes.count - start }

    /// Whether everything is sent.
    var isEmpty: Bool { start == bytes.count }

    /// Whether too many bytes are unsent.
    var isCongested: Bool { count > congestedBytes }

    /// Gets a buffer to append to, or makes room in the present one.
    mutating func prepare(_ pool: inout BufferPool) {
        if bytes.capacity == 0 { bytes = pool.take() }
        // Sent bytes are removed when they are the larger part, so each byte moves at most once on
        // average.
        guard start > congestedBytes, start > count else { return }
        bytes.removeSubrange(0..<start)
        start = 0
    }

    /// Sends as much as the socket takes in one call.
    mutating func send(_ fd: CInt) -> Outcome {
        switch Socket.send(fd, bytes, from: start) {
        case .bytes(let sent):
            start += sent
            return isEmpty ? .emptied : .stuck
        case .wouldBlock: return .stuck
        case .endOfStream, .failed: return .failed
        }
    }

    /// Returns the buffer; unsent bytes are dropped.
    mutating func release(to pool: inout BufferPool) {
        pool.giveBack(&bytes)
        start = 0
    }
}
