// The work of a worker: everything that would block the loop for too long.

internal import Basics
internal import Inference
internal import Onnx
internal import Runtime

/// The work of the worker threads.
enum Work {
    /// Returns a function from jobs to outputs. A classifier is made before for the model that every
    /// worker will be asked for, if there is one; its network has run when it was loaded, which is what
    /// it needs to be fast.
    static func preparing(
        _ classifiers: ClassifierPool?, maxItems: Int
    ) throws(WorkerFailure) -> (Job) -> Output {
        do throws(ModelError) {
            try classifiers?.prepare()
        } catch {
            throw WorkerFailure(reason: "\(error)")
        }
        return { job in
            switch job {
            case .classify(let source, let topK, let classifiers):
                return predictions(source, topK, classifiers)
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

    private static func predictions(
        _ source: PictureSource, _ topK: Int, _ classifiers: ClassifierPool
    ) -> Output {
        do throws(ModelError) {
            return try classifiers.lend { classifier in
                .predictions(
                    Result { () throws(Failure) -> [Prediction] in
                        try classify(source, topK, classifier)
                    },
                    notice: classifier.takeNotice())
            }
        } catch {
            return .predictions(.failure(Failure(.internal, "\(error)")))
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
