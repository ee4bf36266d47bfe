// `amphora verify --reference`: does the model answer as its file says, or does an optimisation of the
// engine change its answers? ONNX Runtime has had such faults.
//
// Each picture is classified twice in this process: as it is served, and by a second session of the
// same model with all optimisations off. Both get the same input, so whatever differs is the engine's.

internal import Basics
internal import HTTP
internal import Inference
internal import Onnx
internal import Runtime
internal import Serving

/// A picture's probabilities by both sessions.
enum ReferenceOutcome {
    /// The class whose probabilities differ most.
    struct Difference {
        let label: Label
        let served: Float
        let reference: Float

        /// Between the probabilities.
        var value: Double { (Double(served) - Double(reference)).magnitude }
    }

    case compared(Difference)
    /// A sentence that says why it could not be classified.
    case failed(String)
}

/// The result of a whole run.
struct ReferenceTally {
    private(set) var pictures = 0
    private(set) var differing = 0
    private(set) var failed = 0
    private(set) var worst: (name: String, difference: ReferenceOutcome.Difference)?
    let tolerance: Double

    /// Counts nothing yet; `tolerance`: how much a probability may differ.
    init(tolerance: Double) { self.tolerance = tolerance }

    /// Whether an outcome is within the tolerance.
    func isWithin(_ difference: ReferenceOutcome.Difference) -> Bool {
        difference.value <= tolerance
    }

    /// Counts one picture.
    mutating func add(_ name: String, _ outcome: ReferenceOutcome) {
        pictures += 1
        switch outcome {
        case .failed: failed += 1
        case .compared(let difference):
            if !isWithin(difference) { differing += 1 }
            if difference.value > worst?.difference.value ?? -1 { worst = (name, difference) }
        }
    }

    /// The overall results, by their names in the JSON report.
    enum Conclusion: String {
        case equal, different
        /// Nothing differs, but not every picture could be classified.
        case unproved = "not proved"
    }

    /// The overall result.
    var conclusion: Conclusion {
        if differing > 0 { return .different }
        return failed > 0 || pictures == 0 ? .unproved : .equal
    }
}

/// Where the outcomes of a run go.
protocol ReferenceReport: AnyObject {
    /// Takes one picture's outcome, in the order of the arguments.
    func add(_ name: String, _ outcome: ReferenceOutcome, isWithin: Bool)
    /// Ends the report.
    func end(_ tally: ReferenceTally)
}

/// Compares a served model with the same model unoptimised. One thread.
struct ReferenceRun {
    private let served: Classifier
    private let reference: Classifier
    private let classes: Int
    private let bytesMax: Int

    /// Prepares both sessions. Throws `ModelError`.
    init(
        _ served: LoadedClassifier, _ reference: LoadedClassifier, _ configuration: Configuration
    ) throws(ModelError) {
        self.served = try served.model.makeClassifier(limits: PictureLimits())
        self.reference = try reference.model.makeClassifier(limits: PictureLimits())
        classes = served.model.classes
        bytesMax = configuration.server.limits.bodyBytes
    }

    /// Compares all pictures.
    func finish(
        _ inputs: [PictureInputs.Input], tolerance: Double, report: any ReferenceReport
    ) -> ReferenceTally {
        var tally = ReferenceTally(tolerance: tolerance)
        for input in inputs {
            let outcome = compare(input)
            tally.add(input.name, outcome)
            var isWithin = false
            if case .compared(let difference) = outcome { isWithin = tally.isWithin(difference) }
            report.add(input.name, outcome, isWithin: isWithin)
        }
        report.end(tally)
        return tally
    }

    private func compare(_ input: PictureInputs.Input) -> ReferenceOutcome {
        do {
            guard case .bytes(let bytes) = try input.item(limit: bytesMax).source else {
                return .failed("it is a URI; --reference takes files and folders")
            }
            let answers = try (
                served.classify(bytes, topK: classes), reference.classify(bytes, topK: classes)
            )
            guard let difference = Self.difference(answers.0, answers.1) else {
                return .failed("the two sessions answer for different classes")
            }
            return .compared(difference)
        } catch {
            return .failed(Self.sentence(error))
        }
    }

    private static func difference(
        _ served: [Prediction], _ reference: [Prediction]
    ) -> ReferenceOutcome.Difference? {
        guard served.count == reference.count else { return nil }
        let pairs = zip(
            served.sorted { $0.index < $1.index }, reference.sorted { $0.index < $1.index })
        return pairs.map {
            ReferenceOutcome.Difference(
                label: $0.label, served: $0.probability, reference: $1.probability)
        }
        .max { $0.value < $1.value }
    }

    private static func sentence(_ error: any Error) -> String {
        switch error {
        case let error as UnusableInput: error.sentence
        case ClassifierError.picture(let error): error.sentence
        case ClassifierError.model(let error): "\(error)"
        default: "\(error)"
        }
    }
}
