// Accept or refuse: decided once, when a request has arrived, by counts alone
// (docs/rulings.md#admission).
//
// What is accepted is never refused later for want of room, so every accepted request gets its
// answer; what is refused is refused at once, so overload never piles up.

internal import Runtime

/// The decision whether one more request is taken.
package struct Admission {
    /// Jobs that may wait for a worker.
    let queueCapacity: Int
    /// Requests that may be in flight, in whatever state.
    let maxInFlight: Int
    private(set) var inFlight = 0

    init(queueCapacity: Int, workers: Int, maxFetches: Int) {
        self.queueCapacity = queueCapacity
        maxInFlight = queueCapacity + workers + maxFetches
    }

    /// The admission of a Lambda function: it asks for no more than it has room for.
    package static let boundedElsewhere = Admission(
        queueCapacity: .max / 4, workers: 0, maxFetches: 0)

    /// Whether there is room for one more request, whatever it will need.
    var hasRoom: Bool { inFlight < maxInFlight }

    /// Whether there is room for one more image that is here already, with `waiting` jobs in the
    /// queue. One that is still to be fetched comes when the queue will be another.
    func hasRoomInQueue(waiting: Int) -> Bool { waiting < queueCapacity }

    /// Counts a request that was accepted.
    mutating func accept() { inFlight += 1 }

    /// Counts a request that has ended.
    mutating func release() {
        precondition(inFlight > 0)
        inFlight -= 1
    }
}
