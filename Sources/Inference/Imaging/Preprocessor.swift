// From a decoded picture to the network's input: resize, crop, scale, normalise, lay out.
//
// One per worker; it holds the memory between the steps. Each step has the rounding of the library
// that people train with (torchvision on Pillow images, numpy): a resize or a division that
// differs in one bit is skew. Refuses nothing but proportions that would take too much memory.

/// Carries out a `Preprocessing` plan; one worker at a time.
package struct Preprocessor {
    private let plan: Preprocessing
    private var resampler: Resampler
    private let writer: TensorWriter
    /// The cropped pixels, before they become floats.
    private var cropped: [UInt8] = []

    /// The size of the tensor's picture, or `nil` where it depends on the picture that comes in.
    package let outputSize: Preprocessing.Size?

    /// Prepares a plan whose `mean` and `std` have one value a channel, or one for all.
    package init(_ plan: Preprocessing, limits: ImageLimits = ImageLimits()) {
        self.plan = plan
        resampler = Resampler(filter: plan.resize?.filter ?? .bilinear, limits: limits)
        writer = TensorWriter(plan)
        if let crop = plan.crop {
            outputSize = crop
        } else if case .exact(let height, let width) = plan.resize?.target {
            outputSize = Preprocessing.Size(height: height, width: width)
        } else {
            outputSize = nil
        }
    }

    /// Why a plan cannot be carried out, as a sentence, or `nil`; to be asked at start.
    package static func objection(to plan: Preprocessing) -> String? {
        if plan.decode == .opencv {
            return "decoding as OpenCV does is not supported yet; use \"pillow\""
        }
        if plan.resize?.library == .opencv {
            return "resizing as OpenCV does is not supported yet; use \"pillow\""
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

    /// The size of the tensor's picture for a picture of this size.
    package func outputSize(of picture: Preprocessing.Size) -> Preprocessing.Size {
        outputSize ?? Geometry.resized(picture, to: plan.resize?.target)
    }

    /// Writes the tensor, which has exactly `channels · height · width` values of the output size.
    package mutating func write(
        _ raster: borrowing Raster, into tensor: inout MutableSpan<Float>
    ) throws(ImageError) {
        if let objection = Self.objection(to: plan) { throw .undecodable(objection) }
        precondition(raster.channels == plan.channels.count, "the decoder has other channels")
        let picture = Preprocessing.Size(height: raster.height, width: raster.width)
        let resized = Geometry.resized(picture, to: plan.resize?.target)
        let crop = Geometry.centered(
            plan.crop ?? resized, in: resized, arithmetic: plan.arithmetic)
        try resampler.resample(raster, to: resized, window: crop.window, into: &cropped)
        writer.write(cropped, placed: crop, into: &tensor)
    }
}
