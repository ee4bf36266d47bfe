// The answer to one picture.

/// What a class is called.
package enum Label: Sendable, Equatable {
    /// As the model's labels spell it.
    case name(String)
    /// The number of the class, where the model has no label for it.
    case index(Int)

    /// For people.
    package var text: String {
        switch self {
        case .name(let name): name
        case .index(let index): "#\(index)"
        }
    }
}

/// One class and how probable the network holds it.
package struct Prediction: Sendable, Equatable {
    /// How many may be asked for.
    package static let topKRange = 1...1000
    /// How many are given where nobody says.
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
