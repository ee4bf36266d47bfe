// The counts that the gate decides by (docs/rulings.md#admission).

/// How many requests and pictures have room.
package struct Admission {
    /// How many models have requests in flight.
    package enum Models: Sendable { case one, several }

    /// Jobs of one model that may wait for a worker.
    let queueCapacity: Int
    /// Requests that may be in flight, in any state.
    let maxInFlight: Int
    private(set) var inFlight = 0
    private let models: Models

    init(queueCapacity: Int, workers: Int, maxFetches: Int, models: Models = .one) {
        self.queueCapacity = queueCapacity
        self.models = models
        maxInFlight = queueCapacity + workers + maxFetches
    }

    /// The admission of a Lambda function, which asks only for events that it has room for.
    package static let boundedElsewhere = Admission(
        queueCapacity: .max / 4, workers: 0, maxFetches: 0)

    /// Whether there is room for one more request to a model that has `own` in flight.
    ///
    /// One of several may hold twice what is free. So there is always something free: one that is
    /// flooded leaves a third, two leave a fifth.
    func hasRoom(own: Int) -> Bool {
        let free = maxInFlight - inFlight
        return switch models {
        case .one: free > 0
        case .several: own < 2 * free
        }
    }

    /// Whether the queue, with `waiting` jobs of the model in it, has room for a picture that came with its
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
