// JSON lines: each line is a request of its own. Answers are sent in order, each as soon as it and
// all before it are done.
//
// Lines are cut from the body as the window advances, so a long body needs no list of lines. A
// client that reads slowly stops the window, so that answers don't pile up. The response begins
// with the first line's answer, so a body without any line can still be refused.
//
//     awaited ─► streaming ─► ended
//        └───────────────────┘   a body without a line; cancelled

internal import EventLoop
internal import HTTP
internal import Runtime

/// The evaluation of a body of JSON lines. Loop thread.
final class LineStream: InvocationWork {
    /// The most lines started, and bytes scanned, in one turn of the loop.
    private static let linesPerTurn = 32
    private static let bytesPerTurn = 64 * 1024

    /// How far its answer is.
    private enum Stage { case awaited, streaming, ended }

    /// Starts the evaluation of a line; `done` gets its answer with a line end, perhaps at once.
    typealias Evaluate =
        (_ line: [UInt8], _ done: @escaping ([UInt8]) -> Void) -> any LineWork

    private struct Slot {
        var answer: [UInt8]?
        var work: (any LineWork)?

        /// Pictures or forms in progress.
        var inFlight: Int { work?.inFlight ?? 0 }
    }

    private let evaluate: Evaluate
    private let backend: Backend
    private let exchange: any Exchange
    private let ended: (Status, Failure?) -> Void
    private var lines: LineCutter
    /// Lines that were started and not sent yet, the oldest first; the first has number
    /// `sentCount`.
    private var slots: [Slot] = []
    private var sentCount = 0
    private var isPumping = false
    private var isScheduled = false
    private var stage = Stage.awaited
    /// Why the unfinished lines fail.
    private var failure: Failure?

    /// Prepares the evaluation. `ended` is called when the last answer has been sent, with the
    /// status and the failure of the unfinished lines, if any; it is not called after `cancel`.
    init(
        _ body: [UInt8], backend: Backend, exchange: any Exchange,
        evaluate: @escaping Evaluate, ended: @escaping (Status, Failure?) -> Void
    ) {
        lines = LineCutter(body)
        self.evaluate = evaluate
        self.backend = backend
        self.exchange = exchange
        self.ended = ended
    }

    /// Starts, or continues after a line is done or the client has read its answers.
    func resume() {
        // A call from inside `pump`, from a line that is done at once or an exchange that has room
        // at once, needs no loop of its own: the running one continues.
        guard !isPumping, stage != .ended else { return }
        isPumping = true
        pump()
        isPumping = false
        guard stage != .ended else { return }
        if slots.isEmpty && lines.isAtEnd {
            end()
        } else if hasRoom && !isScheduled {
            isScheduled = true
            backend.loop.afterTurn { [weak self] in
                self?.isScheduled = false
                self?.resume()
            }
        }
    }

    /// Cancels it without further answers.
    func cancel() {
        stage = .ended
        for slot in slots { drop(slot) }
        slots = []
    }

    /// Answers every unfinished line with this failure, which is the deadline's.
    func fail(_ failure: Failure) {
        self.failure = failure
        for index in slots.indices where slots[index].answer == nil {
            drop(slots[index])
            slots[index] = Slot(answer: Self.line(failure))
        }
        resume()
    }

    // MARK: The window

    /// Whether another line may be started. Pictures count as well as lines: a line can hold a
    /// list.
    private var hasRoom: Bool {
        !lines.isAtEnd && slots.count < backend.window && !exchange.isCongested
            && slots.reduce(0) { $0 + $1.inFlight } < backend.window
    }

    private func pump() {
        var budget = Self.bytesPerTurn
        for _ in 0..<Self.linesPerTurn {
            guard stage != .ended, hasRoom, let line = lines.next(within: &budget) else { break }
            begin(line)
            sendReady()
        }
        sendReady()
    }

    private func begin(_ line: [UInt8]) {
        let number = sentCount + slots.count
        slots.append(Slot())
        if let failure { return finish(number, Self.line(failure)) }
        let work = evaluate(line) { [weak self] in self?.finish(number, $0) }
        update(number) { if $0.answer == nil { $0.work = work } }
    }

    private func finish(_ number: Int, _ answer: [UInt8]) {
        update(number) { $0 = Slot(answer: answer) }
        resume()
    }

    private func update(_ number: Int, _ change: (inout Slot) -> Void) {
        guard slots.indices.contains(number - sentCount) else { return }
        change(&slots[number - sentCount])
    }

    private func drop(_ slot: Slot) {
        slot.work?.cancel()
    }

    // MARK: The answer

    private func sendReady() {
        let count = slots.prefix { $0.answer != nil }.count
        guard count > 0 else { return }
        let batch = Array(slots[..<count].compactMap(\.answer).joined())
        sentCount += count
        slots.removeFirst(count)
        if stage == .streaming {
            exchange.send(batch)
        } else {
            stage = .streaming
            exchange.beginStream(Response(.ok, contentType: "application/jsonlines", body: batch))
        }
    }

    private func end() {
        let hasBegun = stage == .streaming
        stage = .ended
        if hasBegun {
            exchange.endStream(failure?.report)
            ended(.ok, failure)
        } else {
            let failure = Failure(
                .badRequest, "the body holds no line; send one JSON request a line")
            exchange.respond(failure.response)
            ended(failure.code.status, failure)
        }
    }

    /// What ends a line.
    static let newline: [UInt8] = [UInt8(ascii: "\n")]

    /// A failure as a line.
    static func line(_ failure: Failure, of form: Form? = nil) -> [UInt8] {
        if case .one(let item)? = form?.shape { return Answer.failure(of: item, failure) + newline }
        return failure.response.body + newline
    }
}
