// Verifies one line of a recording: is the picture unchanged, does this process's answer agree with
// the recorded one, and does every other way give the same bytes as this process.
//
// The ways are used one after another, so that memory holds a picture's bytes and only one encoded
// request at a time. For a changed picture, no further request is sent.

internal import Basics
internal import HTTP
internal import Inference
internal import Onnx
internal import Runtime
internal import Serving

/// The verification of one recorded request. Loop thread.
final class Verification {
    /// What a verification needs besides the line.
    struct Context {
        let handles: BothHandles
        let backend: Backend
        let tolerance: Double
        /// The recording's own folder, with a slash; paths that don't exist in the working
        /// directory are looked up there.
        let folder: String
    }

    private let golden: Golden
    private let context: Context
    private var completed: ((Verdict) -> Void)?
    private var verdict: Verdict
    private var ways: [Way] = []
    /// Ways whose answer equals the one in process.
    private var agreeing = [Way.inProcess]

    /// Prepares the verification of a line.
    init(
        _ golden: Golden, line: Int, in context: Context,
        completed: @escaping (Verdict) -> Void
    ) {
        self.golden = golden
        self.context = context
        self.completed = completed
        verdict = Verdict(line: line, name: golden.name)
    }

    /// The size of the request in bytes, set by `start`.
    private(set) var size = 0

    /// Whether the verdict has been given.
    var hasEnded: Bool { completed == nil }

    /// Starts, and retains itself until it has ended. `completed` may be called before this
    /// returns.
    func start() {
        switch golden.request {
        case .json(let json, let form):
            size = json.count
            begin(Question(content: .json(json), topK: nil), form, sha256: nil)
        case .file(let path, let topK):
            do throws(InputError) {
                let bytes = try contents(of: path)
                size = bytes.count
                begin(
                    Question(content: .picture(bytes), topK: topK),
                    .success(Form(Item(bytes: bytes, name: path), topK: topK)),
                    sha256: SHA256.hexadecimal(of: bytes))
            } catch {
                end([], "the picture cannot be read: \(error.reason)")
            }
        }
    }

    private func contents(of path: String) throws(InputError) -> [UInt8] {
        let beside = context.folder + path
        let isBeside =
            File.kind(of: path) == .missing && !path.hasPrefix("/")
            && File.kind(of: beside) != .missing
        return try File.contents(
            of: isBeside ? beside : path,
            limit: context.handles.settings.http.server.limits.bodyBytes)
    }

    // MARK: In process

    private func begin(_ question: Question, _ form: Result<Form, Failure>, sha256: String?) {
        if let sha256, hasChanged(sha256) { return }
        InProcess(form, sha256: sha256, on: context.backend) { [self] answer in
            if let sha256 = answer.sha256, hasChanged(sha256) { return }
            judge(answer, question)
        }
    }

    private func hasChanged(_ sha256: String) -> Bool {
        guard let recorded = golden.sha256, recorded != sha256 else { return false }
        end(
            [],
            "the picture has changed: its SHA-256 is \(sha256.prefix(12))…, recorded "
                + "\(recorded.prefix(12))…")
        return true
    }

    private func judge(_ answer: InProcessAnswer, _ question: Question) {
        let comparison = AnswerComparison(
            of: golden.isNamed ? answer.named : answer.unnamed,
            with: golden.response, called: "recorded", tolerance: context.tolerance)
        verdict.isIdentical = comparison.isIdentical
        note(comparison.worst)
        for way in Way.allCases {
            if question.goes(by: way, limits: context.handles.settings.http.server.limits) {
                ways.append(way)
            } else if way != .httpBytes || question.isPicture {
                verdict.leftOut.insert(way)
            }
        }
        askNext(question, answer, comparison.mismatch)
    }

    // MARK: By the handles

    private func askNext(
        _ question: Question, _ answer: InProcessAnswer, _ mismatch: String?
    ) {
        guard !ways.isEmpty else {
            if let mismatch {
                let isEvery = verdict.differences.isEmpty
                verdict.differences.insert(
                    Verdict.Difference(
                        ways: isEvery ? ["every way"] : agreeing, reason: mismatch), at: 0)
            }
            return end()
        }
        let way = ways.removeFirst()
        verdict.asked.insert(way)
        let reports = context.handles.settings.lambda.function.directErrors == .report
        context.handles.ask(question, by: way) { [self] result in
            compare(result, question.expected(by: way, answer, reports: reports), way)
            askNext(question, answer, mismatch)
        }
    }

    private func compare(_ result: Result<Reply, NoReply>, _ expected: Reply, _ way: Way) {
        let reason: String
        switch result {
        case .success(expected): return agreeing.append(way.rawValue)
        case .failure(let none): reason = "no answer: \(none.reason)"
        case .success(let reply):
            let comparison = AnswerComparison(
                of: reply.body, with: expected.body, called: Way.inProcess)
            reason =
                comparison.mismatch
                ?? "\(Self.words(reply.status)), \(Way.inProcess) \(Self.words(expected.status))"
        }
        verdict.isIdentical = false
        verdict.differences.append(Verdict.Difference(ways: [way.rawValue], reason: reason))
    }

    private static func words(_ status: Int?) -> String {
        status.map { "status \($0)" } ?? "a reported failure"
    }

    // MARK: The end

    private func note(_ worst: AnswerComparison.Deviation?) {
        guard let worst else { return }
        verdict.worst = Verdict.Worst(
            difference: worst.difference, label: worst.label, line: verdict.line,
            name: verdict.name)
    }

    private func end(_ ways: [String], _ reason: String) {
        verdict.differences.append(Verdict.Difference(ways: ways, reason: reason))
        end()
    }

    private func end() { completed.take()?(verdict) }
}
