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
    private var input: PictureInput
    private let answers: AnswerSettings
    private var decoder: PictureDecoder
    private var scores: [Float] = []
    private var hasToldOfTurned = false

    /// Takes ownership of the worker's tensors.
    init(
        context: any InferenceContext, settings: ModelSettings, answers: AnswerSettings,
        limits: PictureLimits
    ) {
        self.context = context
        self.settings = settings
        self.answers = answers
        decoder = PictureDecoder(
            profile: settings.decode.value, channels: settings.channels.value,
            orientation: settings.orientation.value, limits: limits)
        input = PictureInput(context, settings, limits: limits)
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

    /// From encoded bytes to the network's input.
    private func prepare(_ bytes: [UInt8]) throws(PictureError) {
        let raster = try decoder.decode(bytes)
        try input.write(raster)
        decoder.reclaim(raster)
    }

    /// From the network's input to the classes.
    private func answer(_ count: Int) throws(ModelError) -> [Prediction] {
        try context.infer()
        scores.removeAll(keepingCapacity: true)
        let wanted = answers.numbers
        let found = context.withOutput { output in
            guard output.count >= wanted else { return output.count }
            if let quantization = answers.quantization {
                for index in 0..<wanted { scores.append(quantization.value(of: output[index])) }
            } else {
                for index in 0..<wanted { scores.append(output[index]) }
            }
            return wanted
        }
        guard found == wanted else {
            throw .engineFailed("the network answered with \(found) values instead of \(wanted)")
        }
        try answers.activation.value.apply(to: &scores)
        if case .binary(let positive) = answers.form.value { share(positive: positive) }
        return topK(scores.span, count).map { index in
            Prediction(
                index: index, label: answers.labels.value[index], probability: scores[index])
        }
    }

    /// From the probability of one class to those of both.
    private func share(positive: Int) {
        let probability = scores[0]
        scores.append(1 - probability)
        if positive == 1 { scores.swapAt(0, 1) }
    }
}
