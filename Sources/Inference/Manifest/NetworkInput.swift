// The only picture that a network takes, read from the description of its inputs.
//
// Four dimensions, or three without a batch or without a channel; numbers of any type; 1 or 3 channels:
// everything else is refused by a sentence that names the property, its value and what is supported.

internal import Onnx
internal import Tensors

/// The input tensor of an image classifier.
struct NetworkInput: Sendable, Equatable {
    let name: String
    /// What a dimension of the tensor counts.
    enum Axis: Sendable, Equatable { case batch, channels, height, width }

    /// Whole numbers if the network normalises by itself.
    let element: ElementType
    let layout: Preprocessing.Layout
    /// 1 or 3.
    let channels: Int
    /// Whether the graph leaves both layout and channels open, so that settings decided them.
    let isOpen: Bool
    /// In pixels; `nil` if the graph leaves it open.
    let height: Int?
    let width: Int?
    /// The dimensions, in order.
    let axes: [Axis]
    /// How many pictures the network takes at a time; 1 if the graph leaves it open.
    let batch: Int

    /// The most pictures at a time: the others are computed for nothing.
    private static let largestBatch = 256

    /// Reads an engine's description. `layout` and `channels` decide if the graph leaves them open
    /// and must agree with it otherwise; `usualLayout` decides only if both are silent; `name` must
    /// be the input's. Throws `unsupported`.
    init(
        _ inputs: [TensorDescription], name: String? = nil, layout: Preprocessing.Layout? = nil,
        usualLayout: Preprocessing.Layout? = nil, channels: Preprocessing.Channels? = nil,
        usualChannels: Int = 3
    ) throws(ModelError) {
        guard inputs.count == 1 else {
            let list = inputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw .unsupported(
                "the model has \(inputs.count) inputs (\(list)); one, the picture, is supported")
        }
        let input = inputs[0]
        let what = "the model's input \"\(input.name)\""
        if let name, name != input.name {
            throw .unsupported("\(what) is not called \"\(name)\", as \"input.name\" says")
        }
        guard input.element.isInteger || input.element.isScore else {
            throw .unsupported("\(what) is \(input.element); numbers are supported")
        }
        let (shape, axes) = try Self.withFourDimensions(input, what: what)
        batch = shape[0] ?? 1
        guard (1...Self.largestBatch).contains(batch) else {
            throw .unsupported(
                "\(what) has a fixed batch of \(batch); 1…\(Self.largestBatch) or an open one is "
                    + "supported")
        }
        isOpen = shape[1] == nil && shape[3] == nil
        let found = try Self.layout(
            of: input, shape, configured: layout ?? (isOpen ? usualLayout : nil), what: what)
        self.name = input.name
        element = input.element
        self.layout = found
        self.axes = axes ?? Self.axes(of: found, count: input.shape.count)
        let wanted = channels?.count ?? usualChannels
        self.channels = (found == .nchw ? shape[1] : shape[3]) ?? wanted
        if let channels, channels.count != self.channels {
            throw .unsupported(
                "\(what) has \(self.channels) channels, not the \(channels.count) of "
                    + "\"\(channels.rawValue)\", as \"input.channels\" says")
        }
        (height, width) = found == .nchw ? (shape[2], shape[3]) : (shape[1], shape[2])
        let range = 1...Manifest.sideLimit
        guard range.contains(height ?? 1), range.contains(width ?? 1) else {
            throw .unsupported(
                "\(what) has the shape \(input.shapeText); a height and a width of "
                    + "\(range.lowerBound)…\(range.upperBound) are supported")
        }
    }

    /// The shape with a batch and channels, and the axes if a dimension is missing in the middle.
    private static func withFourDimensions(
        _ input: TensorDescription, what: String
    ) throws(ModelError) -> (shape: [Int?], axes: [Axis]?) {
        let shape = input.shape
        switch shape.count {
        case 4: return (shape, nil)
        case 3:
            // One picture without a batch; or gray pictures without channels, if nothing else fits.
            let ends = [shape[0] ?? 0, shape[2] ?? 0]
            let isPicture = ends.contains(1) || ends.contains(3)
            if !isPicture, shape[0] == nil, shape[1] != nil, shape[2] != nil {
                return ([nil, 1, shape[1], shape[2]], [.batch, .height, .width])
            }
            return ([1] + shape, nil)
        default:
            throw .unsupported(
                "\(what) has \(shape.count) dimensions, \(input.shapeText); four are supported, "
                    + "[N, C, H, W] or [N, H, W, C], or three without N or without C"
                    + (shape.count == 2
                        ? "; export it with the reshape to a picture inside the graph" : ""))
        }
    }

    private static func axes(of layout: Preprocessing.Layout, count: Int) -> [Axis] {
        let axes: [Axis] =
            layout == .nchw
            ? [.batch, .channels, .height, .width] : [.batch, .height, .width, .channels]
        return axes.suffix(count)
    }

    /// The position of the channels: the dimension of length 1 or 3, the second before the last.
    private static func layout(
        of input: TensorDescription, _ shape: [Int?], configured: Preprocessing.Layout?,
        what: String
    ) throws(ModelError) -> Preprocessing.Layout {
        let (second, last) = (shape[1], shape[3])
        if let configured {
            let channels = configured == .nchw ? second : last
            guard channels == nil || channels == 1 || channels == 3 else {
                throw .unsupported(
                    "\(what) has the shape \(input.shapeText), which is not \(configured.rawValue) "
                        + "with 1 or 3 channels, as \"input.layout\" says")
            }
            return configured
        }
        if second == 1 || second == 3 { return .nchw }
        if last == 1 || last == 3 { return .nhwc }
        throw .unsupported(
            "\(what) has the shape \(input.shapeText); 1 or 3 channels are supported, second or "
                + "last, or \"input.layout\" where the graph leaves them open")
    }
}
