// How the network's numbers become labels with probabilities: one each, or two from one.
//
// A network for two classes often has a single output, the probability of one of them. Keras and
// scikit-learn call the second class the positive one.

internal import Onnx

/// From numbers to classes.
package enum AnswerForm: Sendable, Equatable {
    /// A number for each class.
    case each
    /// One number: the probability of class `positive`, 0 or 1; the other has the rest.
    case binary(positive: Int)
    /// One number, of the only class.
    case single

    /// A stable word, for machines.
    package var name: String {
        switch self {
        case .each: "each"
        case .binary: "binary"
        case .single: "single"
        }
    }

    /// The number of classes in an answer, of `numbers` that the network gives.
    package func classes(of numbers: Int) -> Int {
        switch self {
        case .each: numbers
        case .binary: 2
        case .single: 1
        }
    }

    /// Decides for `numbers` per picture. `isProbability`: whether a single number, after the
    /// activation, is one. Throws `invalidSettings` and `unsupported` where labels or settings do
    /// not fit.
    static func decide(
        numbers: Int, labels: Resolved<Labels>, positive: String?, isProbability: Bool
    ) throws(ModelError) -> Resolved<AnswerForm> {
        let names = labels.value.names
        let key = Origin.key("positive", in: Manifest.fileName)
        guard numbers == 1 else {
            if positive != nil {
                throw key.failure(
                    "is for networks that answer with one number; this one answers with \(numbers)")
            }
            return Resolved(.each, .model)
        }
        let classes = names.isEmpty ? ["0", "1"] : names
        if let positive, !classes.contains(positive) {
            let list = classes.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
            throw key.failure("is \"\(positive)\"; expected one of the labels: \(list)")
        }
        if names.count == 1 { return Resolved(.single, labels.origin) }
        guard isProbability else {
            if names.isEmpty, positive == nil { return Resolved(.single, .model) }
            throw .unsupported(
                "the network answers with one number that is no probability, so it can't be "
                    + "shared between two labels; \"activation\": \"sigmoid\" in "
                    + "\(Manifest.fileName) makes one of it, a single label leaves it")
        }
        if let positive, let place = classes.firstIndex(of: positive) {
            return Resolved(.binary(positive: place), key)
        }
        return Resolved(.binary(positive: 1), .library("Keras and scikit-learn"))
    }
}
