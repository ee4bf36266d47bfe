// How a long list of work is begun: as much of it as has room, some of it a turn.
//
// What is begun may end at once, from inside; then the loop that is already running there goes on
// with the next. Bad work ends by the thousand: after a burst others have their turn.

internal import EventLoop

/// Whether a burst is running, or one is to follow.
struct LaunchState {
    fileprivate var isRunning = false
    fileprivate var isScheduled = false
}

/// What begins pieces of work as there is room. Loop thread.
protocol Launching: AnyObject {
    /// Pieces begun before others have their turn.
    static var piecesPerTurn: Int { get }
    var loop: EventLoop { get }
    var launchState: LaunchState { get set }
    /// Whether there is another piece, and room for it.
    var hasRoom: Bool { get }
    /// Begins the next piece; it may end before this returns.
    func beginNext()
}

extension Launching {
    /// Begins what has room; to be called at the start, and whenever a piece has ended.
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
