// Starts the pieces of a long list of work: as many as there is room for, and a bounded number in
// each turn of the loop.
//
// A piece may end while it is being started, and call `launch` again; the outer call then starts
// the next piece. Thousands of invalid pieces may end this way, so after each burst the loop serves
// others.

internal import EventLoop

/// Whether a burst is running, and whether another is scheduled.
struct LaunchState {
    fileprivate var isRunning = false
    fileprivate var isScheduled = false
}

/// Starts pieces of work while there is room. Loop thread.
protocol Launching: AnyObject {
    /// The most pieces started in one turn of the loop.
    static var piecesPerTurn: Int { get }
    var loop: EventLoop { get }
    var launchState: LaunchState { get set }
    /// Whether there is another piece, and room for it.
    var hasRoom: Bool { get }
    /// Starts the next piece; it may end before this returns.
    func beginNext()
}

extension Launching {
    /// Starts pieces while there is room. Call it at the beginning, and whenever a piece has ended.
    func launch() {
        guard !launchState.isRunning else { return }
        launchState.isRunning = true
        for _ in 0..<Self.piecesPerTurn {
            guard hasRoom else { break }
            beginNext()
        }
        launchState.isRunning = false
        guard hasRoom, !launchState.isScheduled else { return }
        launchState.isScheduled = true
        loop.afterTurn { [weak self] in
            self?.launchState.isScheduled = false
            self?.launch()
        }
    }
}
