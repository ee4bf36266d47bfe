// The answer to one picture.

/// The label of a class.
package enum Label: Sendable, Equatable {
    /// As the model's labels spell it.
    case name(String)
    /// The number of the class, where the model has no label for it.
    case index(Int)

    /// As people read it.
    package var text: String {
        switch self {
        case .name(let name): name
        case .index(let index): "#\(index)"
        }
    }
}

/// One class and its probability.
package struct Prediction: Sendable, Equatable {
    /// How many a request may ask for.
    package static let topKRange = 1...1000
    /// How many are given if neither the request nor the model says.
    package static let topKDefault = 5

    /// The number of the class, from 0.
    package let index: Int
    package let label: Label
    /// As the network's last activation gives it.
    package let probability: Float

    /// Creates a prediction.
    package init(index: Int, label: Label, probability: Float) {
        self.index = index
        self.label = label
        self.probability = probability
    }
}
