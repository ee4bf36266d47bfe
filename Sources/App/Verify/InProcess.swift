// Answers requests in this process without a handle, as `predict` does. This is the first of the
// compared ways, and the one that is recorded.

internal import Basics
internal import Inference
internal import Runtime
internal import Serving

/// The answer to one request in process.
struct InProcessAnswer {
    /// With the name of the picture, as recordings and `predict --json` have it.
    let named: [UInt8]
    /// Without the name, as for a picture sent as bytes.
    let unnamed: [UInt8]
    /// Why the whole request has no result.
    let failure: Failure?
    /// The digest of the picture's bytes, if there is exactly one picture and it could be read.
    let sha256: String?
}

/// Answers one request in process. Loop thread.
final class InProcess {
    private let backend: Backend
    private var completed: ((InProcessAnswer) -> Void)?
    private var classification: Classification?
    private var evaluation: Evaluation?
    private var sha256: String?

    /// Starts, and retains itself until it has ended. `completed` may be called before this
    /// returns.
    @discardableResult
    init(
        _ form: Result<Form, Failure>, sha256: String? = nil,
        on backend: Backend, completed: @escaping (InProcessAnswer) -> Void
    ) {
        self.backend = backend
        self.sha256 = sha256
        self.completed = completed
        switch form {
        case .failure(let failure): end(failure.response.body, failure.response.body, failure)
        case .success(let form):
            switch form.shape {
            case .one(let item): classify(item, topK: form.topK ?? backend.topK)
            case .many: evaluate(form)
            }
        }
    }

    private func classify(_ item: Item, topK: Int) {
        if sha256 == nil { sha256 = Self.digest(of: item.source) }
        let classification = Classification(item, topK: topK, backend: backend) { [self] in
            ended(item, $0)
        }
        classification.fetched = { [self] in sha256 = Self.digest(of: .fetched($0)) }
        self.classification = classification
        classification.start()
    }

    private func ended(_ item: Item, _ result: Result<[Prediction], Failure>) {
        let bare = Item(source: .bytes([]))
        switch result {
        case .success(let predictions):
            end(Answer.result(of: item, predictions), Answer.result(of: bare, predictions), nil)
        case .failure(let failure):
            end(Answer.failure(of: item, failure), Answer.failure(of: bare, failure), failure)
        }
    }

    private func evaluate(_ form: Form) {
        if case .many(let items) = form.shape, items.count == 1, let item = items.first {
            sha256 = Self.digest(of: item.source)
        }
        let evaluation = Evaluation(form, topK: nil, backend: backend) { [self] result in
            switch result {
            case .success(let answer): end(answer, answer, nil)
            case .failure(let failure):
                end(failure.response.body, failure.response.body, failure)
            }
        }
        self.evaluation = evaluation
        evaluation.start()
    }

    private func end(_ named: [UInt8], _ unnamed: [UInt8], _ failure: Failure?) {
        (classification, evaluation) = (nil, nil)
        completed.take()?(
            InProcessAnswer(named: named, unnamed: unnamed, failure: failure, sha256: sha256))
    }

    /// The digest of a picture that came with the request; `nil` if it is remote or can't be read.
    private static func digest(of source: PictureSource) -> String? {
        do throws(Failure) {
            switch source {
            case .bytes(let bytes): return SHA256.hexadecimal(of: bytes)
            case .base64(let text):
                return SHA256.hexadecimal(of: try PictureURI.bytes(ofBase64: text))
            case .uri(let uri):
                guard case .inline = try PictureURI(uri) else { return nil }
                return SHA256.hexadecimal(of: try PictureURI.bytes(ofData: uri))
            case .fetched(let body): return SHA256.hexadecimal(of: try body.pictureBytes())
            case .unusable: return nil
            }
        } catch {
            return nil
        }
    }
}
