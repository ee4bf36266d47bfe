// Shapes of a graph during import: lengths at one size of picture, and the axes they depend on.
//
// The graph is imported for a concrete picture, so every length is a number and every check is
// possible. Each length also records which of the picture's axes it follows, so that the graph can
// stay open along every axis whose length no operator needed.

/// Axes of the network's input, by their position, 0 the batch.
struct PictureAxes: OptionSet, Equatable {
    let rawValue: UInt32

    /// One axis.
    static func axis(_ position: Int) -> Self { Self(rawValue: 1 << UInt32(position)) }
}

/// The length of one dimension of a tensor.
struct Dimension: Equatable {
    /// At the size of picture of this import; at least 1.
    let length: Int
    /// The axes of the picture that it depends on.
    let follows: PictureAxes

    /// A length that depends on no axis.
    static func fixed(_ length: Int) -> Self { Self(length: length, follows: []) }

    /// Another length that follows the same axes.
    func replaced(by length: Int) -> Self { Self(length: length, follows: follows) }
}

/// A value of the graph: an input, a constant or a node's output.
struct Tensor: Equatable {
    /// Its name in the graph.
    let name: String
    let shape: [Dimension]
    /// Whether it is a constant stored in the graph itself.
    var isConstant = false

    /// The number of dimensions.
    var rank: Int { shape.count }
    /// The lengths.
    var lengths: [Int] { shape.map(\.length) }
    /// For messages: "(1, 3, 224, 224)".
    var shapeText: String { "(" + lengths.map(String.init).joined(separator: ", ") + ")" }
}

/// The shape of the network's input.
struct PictureShape: Equatable {
    let lengths: [Int]
    /// The position of the channels.
    let channelAxis: Int
    /// Whether their number is open, since no weights fix it.
    let channelsAreOpen: Bool
    /// Whether its size is one of many that were tried, and not known otherwise.
    private(set) var isTried = false

    /// A shape as given; the channels are second.
    init(_ lengths: [Int]) {
        self.lengths = lengths
        channelAxis = 1
        channelsAreOpen = false
    }

    /// The shape of one picture, or of a sequence or a volume, by the lengths of its sides.
    init(channels: Int, sides: [Int], channelsLast: Bool, channelsAreOpen: Bool = false) {
        lengths = [1] + (channelsLast ? sides + [channels] : [channels] + sides)
        channelAxis = channelsLast ? sides.count + 1 : 1
        self.channelsAreOpen = channelsAreOpen
    }

    /// The lengths beside batch and channels.
    var sideLengths: [Int] {
        lengths.indices.dropFirst().filter { $0 != channelAxis }.map { lengths[$0] }
    }

    /// The same, as one of many.
    var tried: Self {
        var shape = self
        shape.isTried = true
        return shape
    }

    /// The axes along which the graph is open or closed together.
    var sides: PictureAxes {
        lengths.indices.dropFirst().filter { $0 != channelAxis }
            .reduce(into: []) { $0.formUnion(.axis($1)) }
    }

    /// The names of the axes where they are open.
    var axisNames: [String] {
        switch (lengths.count, channelAxis) {
        case (3, 1): ["N", "C", "W"]
        case (5, 1): ["N", "C", "D", "H", "W"]
        case (4, 1): ["N", "C", "H", "W"]
        case (4, 3): ["N", "H", "W", "C"]
        default: ["N"] + lengths.indices.dropFirst().map { "D\($0)" }
        }
    }
}
