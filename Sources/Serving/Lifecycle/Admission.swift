// The counts that the gate decides by (docs/rulings.md#admission).

/// How many requests and pictures have room.
package struct Admission {
    /// Jobs that may wait for a worker.
    let queueCapacity: Int
    /// Requests that may be in flight, in any state.
    let maxInFlight: Int
    private(set) var inFlight = 0

    init(queueCapacity: Int, workers: Int, maxFetches: Int) {
        self.queueCapacity = queueCapacity
        maxInFlight = queueCapacity + workers + maxFetches
    }

    /// The admission of a Lambda function, which asks only for events that it has room for.
    package static let boundedElsewhere = Admission(
        queueCapacity: .max / 4, workers: 0, maxFetches: 0)

    /// Whether there is room for one more request of any kind.
    var hasRoom: Bool { inFlight < maxInFlight }

    /// Whether the queue, with `waiting` jobs in it, has room for a picture that came with its
    /// request. A picture that must be fetched arrives later, when the queue has changed.
    func hasRoomInQueue(waiting: Int) -> Bool { waiting < queueCapacity }

    /// Counts an accepted request.
    mutating func accept() { inFlight += 1 }

    /// Counts a request that has ended.
    mutating func release() {
        precondition(inFlight > 0)
        inFlight -= 1
    }
}
