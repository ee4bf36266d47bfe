// The work of a worker: everything that would block the loop for too long.

internal import Basics
internal import Inference
internal import Onnx
internal import Runtime

/// The work of one worker thread.
enum Work {
    /// Makes a worker's classifier and returns a function from jobs to outputs. The network has run
    /// when the model was loaded, which is what it needs to be fast.
    static func on(
        _ served: ServedModel, limits: PictureLimits, maxItems: Int
    ) throws(WorkerFailure) -> (Job) -> Output {
        var classifier: Classifier?
        if case .labels(let model) = served {
            do throws(ModelError) {
                classifier = try model.makeClassifier(limits: limits)
            } catch {
                throw WorkerFailure(reason: "\(error)")
            }
        }
        return { job in
            switch job {
            case .classify(let source, let topK):
                guard let classifier else { preconditionFailure("pictures need a classifier") }
                return .predictions(
                    Result { () throws(Failure) -> [Prediction] in
                        try classify(source, topK, classifier)
                    },
                    notice: classifier.takeNotice())
            case .read(let body, let frame):
                return .form(
                    Result { () throws(Failure) -> Form in
                        try Form(json: body, from: frame, maxItems: maxItems)
                    })
            case .readEvent(let bytes):
                return .event(Event(reading: bytes, maxItems: maxItems))
            case .tensors(let work): return .tensors(work.run())
            }
        }
    }

    private static func classify(
        _ source: PictureSource, _ topK: Int, _ classifier: Classifier
    ) throws(Failure) -> [Prediction] {
        let bytes: [UInt8] =
            switch source {
            case .bytes(let bytes): bytes
            case .base64(let text): try PictureURI.bytes(ofBase64: text)
            case .uri(let uri): try PictureURI.bytes(ofData: uri)
            case .fetched(let body): try body.pictureBytes()
            case .unusable(let failure): throw failure
            }
        if let sentence = TextualPicture.refusal(of: bytes, from: source) {
            throw Failure(.pictureUndecodable, sentence)
        }
        do throws(ClassifierError) {
            return try classifier.classify(bytes, topK: topK)
        } catch {
            switch error {
            case .picture(.undecodable(let sentence)):
                throw Failure(
                    .pictureUndecodable,
                    TextualPicture.sentence(about: bytes, from: source) ?? sentence)
            case .picture(let error): throw Failure(error)
            case .model(let error): throw Failure(.internal, "\(error)")
            }
        }
    }
}
