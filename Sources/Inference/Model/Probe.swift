// Runs a network at load, on made-up pictures in the range that preprocessing really gives.
//
// It is the engine's warm-up, too: what later runs will do is done here, and fails here if it fails.
// So its context becomes the first worker's.

internal import Onnx
internal import Tensors

/// The first runs of a network.
struct Probe {
    private let context: any InferenceContext
    private let settings: ModelSettings
    private let output: OutputCandidate
    private var input: PictureInput
    private var batch: Int { settings.batch }

    /// Answers to one picture may differ by this much for what stands beside it: the order of sums.
    private static let tolerance: Float = 1e-4

    /// Asks `context` for an output.
    init(
        _ context: any InferenceContext, _ settings: ModelSettings, _ output: OutputCandidate
    ) {
        self.context = context
        self.settings = settings
        self.output = output
        input = PictureInput(context, settings, limits: PictureLimits())
    }

    /// The numbers that the network answers to a picture. Throws `unsupported` if they are not those
    /// of classes, and `engineFailed`.
    mutating func answer(to picture: ProbePicture) throws(ModelError) -> [Float] {
        input.write(pixels(of: picture), row: 0)
        try context.infer()
        let shape = context.outputShape
        guard let count = OutputCandidate.scores(in: shape, batch: batch) else {
            throw .unsupported(
                "the model's output \"\(output.score.name)\" is declared as "
                    + "\(output.description.shapeText), but the network answers with \(shape), which "
                    + "is not one score for each class")
        }
        let quantization = output.quantization
        return context.withOutput { values in
            (0..<count).map { index in
                quantization.map { $0.value(of: values[index]) } ?? values[index]
            }
        }
    }

    /// Runs the network on one picture, and on several where the first answer and the graph leave
    /// anything open. Throws `unsupported` and `engineFailed`.
    mutating func measure() throws(ModelError) -> (numbers: Int, Measurement) {
        var measurement = Measurement(of: output.description.element)
        let first = try answer(to: .noise)
        measurement.add(first)
        guard !measurement.agrees(with: output.ending) || !isAsDeclared else {
            return (first.count, measurement)
        }
        for picture in ProbePicture.allCases.dropFirst() {
            let row: [Float]
            do throws(ModelError) {
                row = try answer(to: picture)
            } catch {
                throw isAsDeclared ? error : undeclared(error)
            }
            guard row.count == first.count else {
                throw .unsupported(
                    "the network answers with \(first.count) values to one picture and "
                        + "\(row.count) to another; a fixed number of classes is supported")
            }
            measurement.add(row)
        }
        return (first.count, measurement)
    }

    /// Whether the answer has the shape that the graph declares.
    private var isAsDeclared: Bool {
        let (declared, real) = (output.description.shape, context.outputShape)
        return declared.isEmpty
            || declared.count == real.count && zip(declared, real).allSatisfy { $0 ?? $1 == $1 }
    }

    /// The engine accepts one answer of another shape than declared, but no second one.
    private func undeclared(_ error: ModelError) -> ModelError {
        .unsupported(
            "the model's output \"\(output.score.name)\" is declared as "
                + "\(output.description.shapeText), but the network answers with "
                + "\(context.outputShape), and the engine refuses that: declare the output as it "
                + "is, or export the model again (\(error))")
    }

    private func pixels(of picture: ProbePicture) -> [UInt8] {
        let size = settings.inputSize
        return picture.pixels(
            height: size.height, width: size.width, channels: settings.channels.value.count)
    }

    /// Asks once more, with other pictures beside the first: its answer must stay. Throws
    /// `unsupported` and `engineFailed`.
    mutating func checkBatch() throws(ModelError) {
        guard batch > 1 else { return }
        let alone = try answer(to: .gradient)
        for row in 1..<batch { input.write(pixels(of: .noise), row: row) }
        let together = try answer(to: .gradient)
        for row in 1..<batch { input.write(nil, row: row) }
        let isSame = zip(alone, together).allSatisfy { a, b in
            abs(a - b) <= Self.tolerance * max(1, abs(a)) || !a.isFinite
        }
        guard isSame else {
            throw .unsupported(
                "the model takes \(batch) pictures at a time, and what it answers to one depends on "
                    + "the others; export it with a batch of 1")
        }
    }
}
