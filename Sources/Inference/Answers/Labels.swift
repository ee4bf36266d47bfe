// The names of the classes, in the order of the network's outputs.
//
// Values only; `ClassNames` reads them from files.

/// The names of a model's classes, in order.
package struct Labels: Sendable, Equatable {
    /// Label number i names class number i.
    package let names: [String]
    /// Classes in this range that have no name.
    private let gaps: Set<Int>

    /// No labels: classes go by their index.
    package static let none = Labels(names: [])

    /// Takes labels as they are.
    package init(names: [String]) {
        self.names = names
        gaps = []
    }

    /// Takes labels by the numbers of their classes, some of which may be missing.
    init(byIndex names: [Int: String]) {
        let count = (names.keys.max() ?? -1) + 1
        self.names = (0..<count).map { names[$0] ?? "" }
        gaps = names.count == count ? [] : Set((0..<count).filter { names[$0] == nil })
    }

    /// The label of class number `index`.
    package subscript(index: Int) -> Label {
        names.indices.contains(index) && !gaps.contains(index)
            ? .name(names[index]) : .index(index)
    }

    /// The number of classes that have a label.
    package var count: Int { names.count - gaps.count }

    /// Whether class 0 has no name, but class 1 has: someone counts from 1.
    var beginsAtOne: Bool { gaps.contains(0) && !gaps.contains(1) && names.count > 1 }

    /// Whether they are the names that Hugging Face gives to classes without one.
    var isPlaceholder: Bool {
        !names.isEmpty && names.indices.allSatisfy { names[$0] == "LABEL_\($0)" }
    }
}
