// From a decoded picture to the network's input: resize, crop, scale, normalise, lay out.
//
// One per worker; it holds the memory between the steps. Each step has the rounding of the library
// that people train with (torchvision on Pillow's pictures, MXNet on OpenCV's): a resize or a
// division that differs in one bit is skew. It refuses only proportions that would take too much
// memory.

internal import Tensors

/// Executes a `Preprocessing` plan; one worker at a time.
package struct Preprocessor {
    private let plan: Preprocessing
    private let geometry: Geometry
    private var resampler: Resampler
    private var resizer: OpenCVResizer
    private var tensorflow: TensorFlowResizer?
    private let floats: TensorWriter<Float>
    /// The writer of a type other than float32, once it was asked for.
    private var other: (any Sendable)?
    /// The cropped pixels, before they go into the tensor.
    private var cropped: [UInt8] = []
    /// The same where the library leaves floats.
    private var levels: [Float] = []

    /// The size of the tensor's picture, or `nil` if it depends on the incoming picture.
    package let outputSize: Preprocessing.Size?

    /// Prepares a plan whose `mean` and `std` have one value a channel, or one for all.
    ///
    /// A resize takes no more memory than the largest picture allowed, or than the tensor's picture
    /// if that is larger.
    package init(_ plan: Preprocessing, limits: PictureLimits) {
        self.plan = plan
        geometry = Geometry(plan)
        outputSize = Self.outputSize(of: plan)
        let output = outputSize.map { $0.height * $0.width } ?? 0
        let pixels = max(limits.pixels, output)
        resizer = OpenCVResizer(filter: plan.resize?.filter ?? .bilinear, maxPixels: pixels)
        tensorflow = plan.resize.flatMap { resize in
            resize.library == .tensorflow ? TensorFlowResizer(resize, maxPixels: pixels) : nil
        }
        resampler = Resampler(plan.resize, maxPixels: pixels)
        floats = TensorWriter(plan)
    }

    private static func outputSize(of plan: Preprocessing) -> Preprocessing.Size? {
        if let crop = plan.crop { return crop }
        return plan.resize?.target.finalSize
    }

    /// Why a plan cannot be executed, as a sentence, or `nil`; check it at start.
    package static func objection(to plan: Preprocessing) -> String? {
        if let resize = plan.resize, let problem = resize.library.objection(to: resize.filter) {
            return "the filter \"\(resize.filter.rawValue)\" \(problem)"
        }
        let counts = [1, plan.channels.count]
        let perChannel = [plan.mean.count, plan.std.count, plan.secondStd?.count ?? 1]
        if !perChannel.allSatisfy(counts.contains) {
            return "mean and std need one value, or one for each of \(plan.channels.count) channels"
        }
        if !counts.contains(plan.padding.count) {
            return "padding needs one value, or one for each of \(plan.channels.count) channels"
        }
        return nil
    }

    /// The size of the tensor's picture for a source picture of this size.
    package func outputSize(of picture: Preprocessing.Size) -> Preprocessing.Size {
        outputSize ?? geometry.resized(picture, to: plan.resize?.target)
    }

    /// Writes the tensor, which has exactly `channels · height · width` values of the output size.
    package mutating func write(
        _ raster: borrowing Raster, into tensor: inout MutableSpan<Float>
    ) throws(PictureError) {
        try write(raster, into: &tensor, by: floats)
    }

    /// The same for elements of any type, converted with numpy's rounding.
    mutating func write<Element: TensorElement>(
        _ raster: borrowing Raster, into tensor: inout MutableSpan<Element>
    ) throws(PictureError) {
        try write(raster, into: &tensor, by: writer())
    }

    /// Writes pixels that have the tensor's size already.
    mutating func write<Element: TensorElement>(
        pixels: [UInt8], of size: Preprocessing.Size, into tensor: inout MutableSpan<Element>
    ) {
        let writer: TensorWriter<Element> = writer()
        writer.write(pixels, placed: Geometry.whole(size), into: &tensor)
    }

    private mutating func writer<Element: TensorElement>() -> TensorWriter<Element> {
        if let floats = floats as? TensorWriter<Element> { return floats }
        if let known = other as? TensorWriter<Element> { return known }
        let writer = TensorWriter<Element>(plan)
        other = writer
        return writer
    }

    private mutating func write<Element: TensorElement>(
        _ raster: borrowing Raster, into tensor: inout MutableSpan<Element>,
        by writer: TensorWriter<Element>
    ) throws(PictureError) {
        if let objection = Self.objection(to: plan) { throw .undecodable(objection) }
        precondition(raster.channels == plan.channels.count, "the decoder has other channels")
        let picture = Preprocessing.Size(height: raster.height, width: raster.width)
        let resized = geometry.resized(picture, to: plan.resize?.target)
        let crop = geometry.crop(picture, to: plan.resize?.target, plan.crop)
        if tensorflow != nil {
            if !crop.isEmpty {
                try tensorflow?.resize(raster, to: resized, window: crop.window, into: &levels)
            }
            return writer.write(levels, placed: crop, into: &tensor)
        }
        if !crop.isEmpty { try resize(raster, to: resized, window: crop.window) }
        let size = outputSize(of: picture)
        guard crop.size != size else { return writer.write(cropped, placed: crop, into: &tensor) }
        try enlarge(crop.size, to: size)
        writer.write(cropped, placed: geometry.centered(size, in: size), into: &tensor)
    }

    private mutating func resize(
        _ raster: borrowing Raster, to size: Preprocessing.Size, window: PixelWindow
    ) throws(PictureError) {
        switch geometry.library {
        case .pillow, .torchvision, .tensorflow:
            try resampler.resample(raster, to: size, window: window, into: &cropped)
        case .opencv: try resizer.resize(raster, to: size, window: window, into: &cropped)
        }
    }

    /// Resizes a window that was smaller than the crop to the crop's size, as MXNet does.
    private mutating func enlarge(
        _ kept: Preprocessing.Size, to size: Preprocessing.Size
    ) throws(PictureError) {
        let channels = plan.channels.count
        let window = Raster(
            width: kept.width, height: kept.height, channels: channels,
            pixels: Array(cropped.prefix(kept.width * kept.height * channels)))
        try resizer.enlarge(window, to: size, into: &cropped)
    }
}
