// Runs tasks, a window of them at a time, and delivers their outcomes in the order in which the
// tasks were started, whatever the order in which they end.
//
// Does not know what a task does.

internal import EventLoop

/// A run over the tasks of a source. Loop thread.
final class OrderedRun<Outcome> {
    /// Starts the task; it must pass the outcome to its argument once, now or later.
    typealias Task = (@escaping (Outcome) -> Void) -> Void

    private let loop: EventLoop
    private let window: Int
    private let next: () -> Task?
    private let deliver: (Outcome) -> Void
    private let finished: () -> Void
    private var runningCount = 0
    private var begunCount = 0
    private var deliveredCount = 0
    private var ended: [Int: Outcome] = [:]
    private var isExhausted = false
    private var isLaunching = false

    /// Whether one more task may start while others run.
    var hasRoom: () -> Bool = { true }
    /// Whether everything is delivered.
    var isFinished: Bool { isExhausted && deliveredCount == begunCount }

    /// Prepares a run; `next` returns the tasks, and `nil` at the end. `finished` is called when
    /// all outcomes are delivered.
    init(
        on loop: EventLoop, window: Int, next: @escaping () -> Task?,
        deliver: @escaping (Outcome) -> Void, finished: @escaping () -> Void
    ) {
        self.loop = loop
        self.finished = finished
        self.window = window
        self.next = next
        self.deliver = deliver
    }

    /// Prepares a run over a list; `begin` starts the task of one element.
    convenience init<Element>(
        over elements: [Element], on loop: EventLoop, window: Int,
        begin: @escaping (Element, @escaping (Outcome) -> Void) -> Void,
        deliver: @escaping (Outcome) -> Void, finished: @escaping () -> Void
    ) {
        var rest = elements[...]
        self.init(
            on: loop, window: window,
            next: { rest.popFirst().map { element in { begin(element, $0) } } }, deliver: deliver,
            finished: finished)
    }

    /// Starts tasks while there is room.
    func launch() {
        guard !isLaunching else { return }
        isLaunching = true
        while !isExhausted, runningCount + ended.count < window,
            runningCount == 0 || hasRoom()
        {
            guard let task = next() else {
                isExhausted = true
                break
            }
            begin(task)
        }
        isLaunching = false
        if isFinished { finished() }
    }

    private func begin(_ task: Task) {
        let index = begunCount
        begunCount += 1
        runningCount += 1
        task { [self] outcome in
            // A task may end while it is being started; thousands in a row would overflow the
            // stack.
            loop.afterTurn { [self] in end(index, outcome) }
        }
    }

    private func end(_ index: Int, _ outcome: Outcome) {
        runningCount -= 1
        ended[index] = outcome
        while let due = ended.removeValue(forKey: deliveredCount) {
            deliveredCount += 1
            deliver(due)
        }
        launch()
    }
}
