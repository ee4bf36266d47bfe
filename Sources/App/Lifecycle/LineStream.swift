// JSON lines: every line a request of its own, answered in order, each as soon as it and all before
// it are done.
//
// Lines are cut from the body as the window moves on, so that a long body costs no list of lines;
// a client that reads slowly stops the window, so that answers don't pile up.

internal import EventLoop
internal import HTTP
internal import Runtime

/// The evaluation of a body of JSON lines. Loop thread.
final class LineStream {
    /// Lines begun before others have their turn.
    private static let linesPerTurn = 32

    private struct Slot {
        var answer: [UInt8]?
        var evaluation: Evaluation?
        var reading: JobID?
    }

    private let body: [UInt8]
    private let topK: Int?
    private let backend: Backend
    private unowned let exchange: any Exchange
    private let ended: () -> Void
    private var position = 0
    /// Lines that were begun and not sent yet, the oldest first; the first has number `sentCount`.
    private var slots: [Slot] = []
    private var sentCount = 0
    private var isPumping = false
    private var hasBegun = false
    private var hasEnded = false
    /// Why lines that are not done will not be.
    private var failure: Failure?

    /// Prepares the evaluation; `ended` is called when the last answer has been sent.
    init(
        _ body: [UInt8], topK: Int?, backend: Backend, exchange: any Exchange,
        ended: @escaping () -> Void
    ) {
        self.body = body
        self.topK = topK
        self.backend = backend
        self.exchange = exchange
        self.ended = ended
    }

    /// The number of lines answered.
    var answeredCount: Int { sentCount }

    /// Sets out, or goes on: after a line is done, or after the client has taken its answers.
    func resume() {
        guard !isPumping, !hasEnded else { return }
        isPumping = true
        for _ in 0..<Self.linesPerTurn {
            guard slots.count < backend.window, !exchange.isCongested, let line = nextLine() else {
                break
            }
            begin(line)
            sendReady()
        }
        sendReady()
        isPumping = false
        if slots.isEmpty && position == body.count {
            hasEnded = true
            exchange.endStream()
            ended()
        } else if slots.count < backend.window && position < body.count && !exchange.isCongested {
            // Lines that are done at once, by the thousand: others have their turn between them.
            backend.loop.afterTurn { [weak self] in self?.resume() }
        }
    }

    /// Gives up without answers.
    func cancel() {
        hasEnded = true
        for slot in slots { drop(slot) }
        slots = []
    }

    /// Answers every line that is not done with a failure, the deadline's.
    func fail(_ failure: Failure) {
        self.failure = failure
        for index in slots.indices where slots[index].answer == nil {
            drop(slots[index])
            slots[index] = Slot(answer: Self.line(failure))
        }
        resume()
    }

    private func drop(_ slot: Slot) {
        slot.evaluation?.cancel()
        if let reading = slot.reading { backend.pool.abandon(reading) }
    }

    private func begin(_ line: [UInt8]) {
        let number = sentCount + slots.count
        slots.append(Slot())
        if let failure { return finish(number, Self.line(failure)) }
        let reading = backend.read(json: line, allowsBareURI: true) { [weak self] form in
            self?.evaluate(form, number)
        }
        update(number) { $0.reading = reading }
    }

    private func evaluate(_ form: Result<Form, Failure>, _ number: Int) {
        update(number) { $0.reading = nil }
        switch form {
        case .failure(let failure): finish(number, Self.line(failure))
        case .success(let form):
            let evaluation = Evaluation(form, topK: topK, backend: backend) { [weak self] result in
                switch result {
                case .success(let answer): self?.finish(number, answer + Self.newline)
                case .failure(let failure): self?.finish(number, Self.line(failure, of: form))
                }
            }
            update(number) { $0.evaluation = evaluation }
            evaluation.start()
        }
    }

    private func finish(_ number: Int, _ answer: [UInt8]) {
        update(number) { $0 = Slot(answer: answer) }
        resume()
    }

    private func update(_ number: Int, _ change: (inout Slot) -> Void) {
        guard slots.indices.contains(number - sentCount) else { return }
        change(&slots[number - sentCount])
    }

    private func sendReady() {
        var batch: [UInt8] = []
        while let answer = slots.first?.answer {
            batch += answer
            slots.removeFirst()
            sentCount += 1
        }
        guard !batch.isEmpty else { return }
        if hasBegun {
            exchange.send(batch)
        } else {
            hasBegun = true
            exchange.beginStream(Response(.ok, contentType: "application/jsonlines", body: batch))
        }
    }

    /// The next line that isn't blank, without its line break (LF or CRLF).
    private func nextLine() -> [UInt8]? {
        while position < body.count {
            let end = body[position...].firstIndex(of: UInt8(ascii: "\n")) ?? body.count
            let line = body[position..<end]
            position = min(end + 1, body.count)
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if !isBlank { return Array(line) }
        }
        return nil
    }

    private static let newline: [UInt8] = [UInt8(ascii: "\n")]

    private static func line(_ failure: Failure, of form: Form? = nil) -> [UInt8] {
        if case .one(let item)? = form?.shape { return Answer.failure(of: item, failure) + newline }
        return failure.response.body + newline
    }
}
