// From the bytes of a picture to the most probable classes: all that a worker computes.
//
// It owns one worker's tensors and buffers and reuses them for each picture; pixels are written
// straight into the network's input.

package import Onnx

/// Why a picture got no answer.
package enum ClassifierError: Error, Sendable, Equatable {
    /// The fault is the picture's.
    case picture(PictureError)
    /// The fault is the model's or its engine's.
    case model(ModelError)
}

/// One worker's share of a model. Not `Sendable`: one thread at a time.
package final class Classifier {
    private let context: any InferenceContext
    private let settings: ModelSettings
    private let labels: Labels
    private let classes: Int
    private var decoder: PictureDecoder
    private var preprocessor: Preprocessor
    private var scores: [Float] = []
    private var hasToldOfTurned = false

    /// Takes ownership of the worker's tensors.
    init(
        context: any InferenceContext, settings: ModelSettings, labels: Labels, classes: Int,
        limits: PictureLimits
    ) {
        self.context = context
        self.settings = settings
        self.labels = labels
        self.classes = classes
        decoder = PictureDecoder(
            profile: settings.decode.value, channels: settings.channels.value,
            orientation: settings.orientation.value, limits: limits)
        preprocessor = Preprocessor(settings.preprocessing, limits: limits)
    }

    /// The most probable classes of an encoded picture, best first: `topK` of them; if it is `nil`,
    /// as many as the settings say; all if there are fewer. Throws `ClassifierError`.
    package func classify(
        _ bytes: [UInt8], topK: Int? = nil
    ) throws(ClassifierError) -> [Prediction] {
        do throws(PictureError) {
            try prepare(bytes)
        } catch {
            throw .picture(error)
        }
        do throws(ModelError) {
            return try answer(topK ?? settings.topK.value)
        } catch {
            throw .model(error)
        }
    }

    /// A sentence for the log that the pictures so far gave rise to; each is given once.
    package func takeNotice() -> String? {
        guard decoder.hasLeftTurned, !hasToldOfTurned else { return nil }
        hasToldOfTurned = true
        return "a picture came whose EXIF data turns it, and it was classified as it is stored, as "
            + "\(settings.orientation.origin) has it; if the model's own pipeline turns such "
            + "pictures, put {\"preprocess\": {\"orientation\": \"exif\"}} into amphora.json"
    }

    /// Runs the network once on the current content of its input, so that the first picture does
    /// not wait for the engine's lazy initialisation. Throws `ModelError`.
    package func warmUp() throws(ModelError) { try context.infer() }

    /// From encoded bytes to the network's input.
    private func prepare(_ bytes: [UInt8]) throws(PictureError) {
        let raster = try decoder.decode(bytes)
        switch settings.element {
        case .uint8:
            try context.withInput { (tensor: inout MutableSpan<UInt8>) throws(PictureError) in
                try preprocessor.write(raster, into: &tensor)
            }
        default:
            try context.withInput { (tensor: inout MutableSpan<Float>) throws(PictureError) in
                try preprocessor.write(raster, into: &tensor)
            }
        }
        decoder.reclaim(raster)
    }

    /// From the network's input to the classes.
    private func answer(_ count: Int) throws(ModelError) -> [Prediction] {
        try context.infer()
        scores.removeAll(keepingCapacity: true)
        context.withOutput { output in
            for index in output.indices { scores.append(output[index]) }
        }
        guard scores.count == classes else {
            throw .engineFailed(
                "the network answered with \(scores.count) values instead of \(classes)")
        }
        try settings.activation.value.apply(to: &scores)
        return topK(scores.span, count).map { index in
            Prediction(index: index, label: labels[index], probability: scores[index])
        }
    }
}
