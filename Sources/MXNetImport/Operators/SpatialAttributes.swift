// What convolutions and poolings share: windows that slide over the dimensions after the channels,
// and layouts with the channels first or last.

internal import Onnx

/// A sliding window: one number for each spatial dimension.
struct SlidingWindow {
    let kernel: [Int]
    let stride: [Int]
    let dilation: [Int]
    private(set) var padding: [Int]

    /// The limit on each number; no window of a classifier reaches it.
    private static let limit = 1 << 16

    /// Reads `kernel`, `stride`, `dilate` and `pad`; absent ones are 1, 1 and 0.
    init(_ node: inout NodeImport) throws(SymbolError) {
        guard let kernel = try node.attributes.integers("kernel") else {
            throw .malformed("it has no attribute \"kernel\"")
        }
        guard (1...3).contains(kernel.count) else {
            throw node.attributes.unsupported(
                "kernel", supported: "a window of 1, 2 or 3 dimensions")
        }
        self.kernel = kernel
        stride = try Self.list("stride", 1, kernel.count, &node)
        dilation = try Self.list("dilate", 1, kernel.count, &node)
        padding = try Self.list("pad", 0, kernel.count, &node)
        for (key, values, least) in [
            ("kernel", kernel, 1), ("stride", stride, 1), ("dilate", dilation, 1),
            ("pad", padding, 0),
        ] where values.contains(where: { !(least...Self.limit).contains($0) }) {
            throw node.attributes.wrong(key, expected: "numbers \(least)…\(Self.limit)")
        }
    }

    /// The extent of the window along a dimension, gaps included.
    func extent(_ index: Int) -> Int { dilation[index] * (kernel[index] - 1) + 1 }

    /// The paddings in ONNX's order: all beginnings, then all ends.
    func pads(ends: [Int]? = nil) -> OnnxAttribute { .integers(padding + (ends ?? padding)) }

    /// The same window with another padding along one dimension.
    func padded(_ index: Int, _ padding: Int) -> Self {
        var window = self
        window.padding[index] = padding
        return window
    }

    /// The same window over an input that already contains its padding.
    var unpadded: Self {
        var window = self
        window.padding = padding.map { _ in 0 }
        return window
    }

    private static func list(
        _ key: String, _ default: Int, _ count: Int, _ node: inout NodeImport
    ) throws(SymbolError) -> [Int] {
        let values = try node.attributes.integers(key) ?? []
        guard !values.isEmpty else { return Array(repeating: `default`, count: count) }
        guard values.count == count else {
            throw node.attributes.wrong(key, expected: "\(count) numbers, as \"kernel\" has")
        }
        return values
    }
}

/// The position of the channels.
enum ChannelLayout {
    case first, last

    /// Reads `layout`, which must have a letter for each dimension of `input`.
    init(_ node: inout NodeImport, spatial count: Int) throws(SymbolError) {
        let depth = ["W", "HW", "DHW"][count - 1]
        switch node.attributes.text("layout") {
        case nil, "NC\(depth)"?: self = .first
        case "N\(depth)C"?: self = .last
        default:
            throw node.attributes.unsupported(
                "layout", supported: "\"NC\(depth)\" or \"N\(depth)C\"")
        }
    }

    /// The permutation that moves the channels to the second position.
    func toFirst(rank: Int) -> [Int] {
        self == .first ? Array(0..<rank) : [0, rank - 1] + Array(1..<(rank - 1))
    }

    /// The permutation that moves them back.
    func fromFirst(rank: Int) -> [Int] {
        self == .first ? Array(0..<rank) : [0] + Array(2..<rank) + [1]
    }
}
