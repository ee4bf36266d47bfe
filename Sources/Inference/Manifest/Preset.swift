// The presets: preprocessing that one word asks for, as data.
//
// Each is what a library does to a picture before a network sees it, and equal to that library's
// own function; docs/preprocessing.md#presets names the functions. `amphora.json` may override any
// part of it. Where nobody states the preprocessing, guesses are presets too.

/// A named preprocessing.
package enum Preset: String, Sendable, CaseIterable {
    case torchvision
    case kerasTorch = "keras-torch"
    case kerasTensorFlow = "keras-tf"
    case kerasCaffe = "keras-caffe"
    case unit, raw, inception, clip, ultralytics, gluoncv
}

extension Preset {
    /// How a picture gets the network's size.
    private enum Framing {
        /// Resized to that size; proportions are lost.
        case exact
        /// Resized so that the shorter side is this many times the network's, then cropped.
        case cropped(from: Double)
        /// Cropped if the network's picture is a square, exact otherwise.
        case croppedSquare
    }

    /// The steps, without the size of a network. Means and deviations are those of red, green and
    /// blue, whatever the order of the channels.
    private struct Definition {
        var framing = Framing.exact
        var decode = Preprocessing.DecodeProfile.pillow
        var orientation = Preprocessing.Orientation.stored
        var library = Preprocessing.ResizeLibrary.pillow
        var filter = Preprocessing.Filter.bilinear
        var channels = Preprocessing.Channels.rgb
        var scale = 1.0 / 255
        var offset: Float = 0
        var mean: [Float] = [0]
        var std: [Float] = [1]
        var arithmetic = Preprocessing.Arithmetic.torchvision
    }

    private static let imageNet: (mean: [Float], std: [Float]) = (
        [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    )

    private var definition: Definition {
        switch self {
        case .torchvision:
            Definition(
                framing: .cropped(from: 256 / 224), mean: Self.imageNet.mean,
                std: Self.imageNet.std)
        case .kerasTorch:
            Definition(
                filter: .nearest, mean: Self.imageNet.mean, std: Self.imageNet.std,
                arithmetic: .keras)
        case .kerasTensorFlow:
            Definition(filter: .nearest, scale: 1 / 127.5, offset: 1, arithmetic: .keras)
        case .kerasCaffe:
            Definition(
                filter: .nearest, channels: .bgr, scale: 1, mean: [123.68, 116.779, 103.939],
                arithmetic: .keras)
        case .unit: Definition()
        case .raw: Definition(scale: 1)
        case .inception: Definition(mean: [0.5], std: [0.5])
        case .clip:
            Definition(
                framing: .cropped(from: 1), filter: .bicubic,
                mean: [0.48145466, 0.4578275, 0.40821073],
                std: [0.26862954, 0.26130258, 0.27577711])
        case .ultralytics:
            // Its `imread` is OpenCV's, which converts CMYK by another formula than Pillow.
            Definition(framing: .croppedSquare, decode: .opencv, orientation: .exif)
        case .gluoncv:
            Definition(
                framing: .cropped(from: 256 / 224), decode: .opencv,
                orientation: .exifUnlessJFIF, library: .opencv,
                mean: Self.imageNet.mean, std: Self.imageNet.std)
        }
    }

    /// The steps for a network whose picture has this size. `channels`: the order of the colours,
    /// if it is decided elsewhere.
    func preprocessing(
        size: Preprocessing.Size, channels: Preprocessing.Channels? = nil
    ) -> Preprocessing {
        let definition = definition
        let order = channels ?? definition.channels
        let (target, crop) = Self.frame(definition.framing, size)
        return Preprocessing(
            decode: definition.decode, orientation: definition.orientation,
            resize: Preprocessing.Resize(
                target: target, library: definition.library, filter: definition.filter),
            crop: crop, scale: definition.scale, offset: definition.offset,
            mean: order == .bgr ? definition.mean.reversed() : definition.mean,
            std: order == .bgr ? definition.std.reversed() : definition.std, channels: order,
            arithmetic: definition.arithmetic)
    }

    private static func frame(
        _ framing: Framing, _ size: Preprocessing.Size
    ) -> (target: Preprocessing.ResizeTarget, crop: Preprocessing.Size?) {
        let exact = Preprocessing.ResizeTarget.exact(height: size.height, width: size.width)
        let longer = Double(max(size.height, size.width))
        switch framing {
        case .exact: return (exact, nil)
        case .cropped(let share): return (.shorter(Int((longer * share).rounded())), size)
        case .croppedSquare where size.height == size.width: return (.shorter(size.height), size)
        case .croppedSquare: return (exact, nil)
        }
    }
}
