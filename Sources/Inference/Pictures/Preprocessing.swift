// The steps between the decoder and the network, as plain values.
//
// The values come from `amphora.json`, from the configuration files that exporters write, or from
// the model's own input shape; `Preprocessor` executes them. Nothing here computes.

/// The steps from an encoded picture to the input tensor, in the order of execution.
package struct Preprocessing: Sendable, Equatable {
    /// The library whose decoder is reproduced, oddities included.
    package enum DecodeProfile: String, Sendable, Codable { case pillow, opencv }

    /// Whether a picture is turned as its file declares (tag 274 of EXIF).
    package enum Orientation: String, Sendable {
        /// Pixels stay as they are stored, as torchvision, timm and Keras take them. TIFF is turned
        /// nevertheless, since Pillow does so whenever it opens one.
        case stored
        /// Upright, by the rules of Pillow's `ImageOps.exif_transpose`.
        case exif
        /// Upright as MXNet's OpenCV 3.4.2 does it: JPEG only, and not if it begins with JFIF.
        case exifUnlessJFIF
    }

    /// The library whose resize is reproduced, bit for bit.
    package enum ResizeLibrary: String, Sendable, Codable, CaseIterable {
        case pillow, opencv, torchvision, tensorflow
    }

    /// The resampling filters, by their common names; no library has all.
    package enum Filter: String, Sendable, Codable, CaseIterable {
        case nearest
        case nearestExact = "nearest-exact"
        case box, bilinear, hamming, bicubic, area, lanczos, lanczos4
    }

    /// The size of a picture before the crop, in pixels.
    package enum ResizeTarget: Sendable, Equatable {
        /// The shorter side becomes this long; the longer one keeps the proportions.
        case shorter(Int)
        /// Exactly this height and width, whatever the proportions.
        case exact(height: Int, width: Int)
        /// The smallest size that covers this one, in the picture's proportions, as timm resizes.
        case covering(height: Int, width: Int)
        /// The largest size that fits into this one, in the picture's proportions, as timm resizes.
        case within(height: Int, width: Int)
        /// The same in a frame of exactly that size.
        case letterbox(Letterbox)
    }

    /// The library whose rounding is reproduced around the resize: the position of a crop, the
    /// scaling of a pixel.
    package enum Arithmetic: Sendable, Equatable {
        /// torchvision, and timm with it: a crop's edge rounded half to even, pixels divided by 255.
        case torchvision
        /// The Pillow image processors of Hugging Face: a crop's edge rounded down, pixels
        /// multiplied in float64.
        case transformers
        /// Keras: as torchvision, but every scale divides by a number of float32.
        case keras
        /// PaddleClas: sides rounded half to even, a crop's edge rounded down, all in float32.
        case paddle
        /// MMPretrain: as torchvision, with OpenCV, too.
        case mmcv
        /// The torchvision image processors of Hugging Face, all in float32. `fused`: mean and
        /// deviation are divided by the scale, and pixels are not scaled.
        case transformersTensor(fused: Bool, crop: CropRounding = .down)
    }

    /// How the upper and left edge of a crop is rounded.
    package enum CropRounding: Sendable { case down, halfToEven }

    /// How a picture is resized.
    package struct Resize: Sendable, Equatable {
        /// The size that comes out.
        package var target: ResizeTarget
        /// The library whose roundings are reproduced.
        package var library: ResizeLibrary
        /// How pixels are weighted.
        package var filter: Filter
        /// Whether shrinking takes every source pixel into account.
        package var antialias: Bool

        /// Creates a resize step; antialiased if that is what the library does by default.
        package init(
            target: ResizeTarget, library: ResizeLibrary = .pillow, filter: Filter = .bilinear,
            antialias: Bool? = nil
        ) {
            self.target = target
            self.library = library
            self.filter = filter
            self.antialias = antialias ?? library.antialiasing.isDefault
        }
    }

    /// A height and a width, in pixels.
    package struct Size: Sendable, Equatable {
        /// In pixels.
        package var height: Int
        /// In pixels.
        package var width: Int

        /// Creates a size.
        package init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// The order and number of the colour channels that the network expects.
    package enum Channels: String, Sendable, Codable {
        case rgb = "RGB"
        case bgr = "BGR"
        case gray = "L"

        /// The number of channels: 1 or 3.
        package var count: Int { self == .gray ? 1 : 3 }
    }

    /// The order of the tensor's dimensions.
    package enum Layout: String, Sendable, Codable {
        case nchw = "NCHW"
        case nhwc = "NHWC"
    }

    /// The library whose decoding is reproduced.
    package var decode: DecodeProfile
    /// Whether pictures are turned upright.
    package var orientation: Orientation
    /// `nil`: the picture keeps its size.
    package var resize: Resize?
    /// Cut from the centre; `nil`: no crop.
    package var crop: Size?
    /// Each 8-bit value is multiplied by this; 1/255 divides by 255, as `ToTensor` does.
    package var scale: Double
    /// Subtracted after scaling and before the mean; 1 if values start at −1.
    package var offset: Float
    /// Subtracted after scaling, one value a channel.
    package var mean: [Float]
    /// Divides after the subtraction, one value a channel.
    package var std: [Float]
    /// Divides a second time, one value a channel; `nil`: no second division.
    package var secondStd: [Float]?
    /// The order of the colours, or gray.
    package var channels: Channels
    /// The order of the dimensions.
    package var layout: Layout
    /// The level, 0…255, around a picture in a frame or smaller than the crop: one for all channels
    /// or one for each, in the tensor's order.
    package var padding: [Float]
    /// The order and precision of the arithmetic.
    package var arithmetic: Arithmetic

    /// Creates a pipeline; the defaults are torchvision's ImageNet evaluation pipeline.
    package init(
        decode: DecodeProfile = .pillow,
        orientation: Orientation = .stored,
        resize: Resize? = Resize(target: .shorter(256)),
        crop: Size? = Size(height: 224, width: 224),
        scale: Double = 1.0 / 255.0,
        offset: Float = 0,
        mean: [Float] = [0.485, 0.456, 0.406],
        std: [Float] = [0.229, 0.224, 0.225],
        secondStd: [Float]? = nil,
        channels: Channels = .rgb,
        layout: Layout = .nchw,
        padding: [Float] = [0],
        arithmetic: Arithmetic = .torchvision
    ) {
        self.decode = decode
        self.orientation = orientation
        self.resize = resize
        self.crop = crop
        self.scale = scale
        self.offset = offset
        self.mean = mean
        self.std = std
        self.secondStd = secondStd
        self.channels = channels
        self.layout = layout
        self.padding = padding
        self.arithmetic = arithmetic
    }

    /// The ImageNet evaluation pipeline of MXNet's gluoncv, with which MXNet artifacts were
    /// trained.
    package static let gluoncv = Preprocessing(
        decode: .opencv, orientation: .exifUnlessJFIF,
        resize: Resize(target: .shorter(256), library: .opencv))
}
