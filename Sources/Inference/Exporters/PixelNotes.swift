// The order and range of pixels, as Windows ML's metadata names them, and how Azure Custom Vision
// brings a picture to the network's size.
//
// Custom Vision writes the keys into the ONNX file and, in newer exports, into
// `metadata_properties.json`; Lobe and converters of Core ML models write them, too. The geometry
// is that of Custom Vision's own sample for ONNX, `Image.open(path).resize(size)`: exact, and
// bicubic, which is Pillow's default. Sources: docs.microsoft.com on Windows ML,
// Azure-Samples/customvision-export-samples.

internal import Basics
internal import Onnx

/// What a pixel becomes, and how a picture gets its size.
struct PixelNotes: Sendable, Equatable {
    private let channels: Resolved<Preprocessing.Channels>?
    private let scale: Resolved<Double>
    private let offset: Float
    private let mean: Resolved<[Float]>
    private let std: Resolved<[Float]>
    private let frame: Frame
    /// Whether nothing says how pictures get their size.
    let guessesFrame: Bool
    /// Whether pixels are meant in linear light.
    let isLinear: Bool

    /// How a picture gets the network's size.
    private enum Frame: Sendable, Equatable {
        case stretched
        case cropped(side: Int, crop: Preprocessing.Size)
    }

    /// The key that says how pictures were resized.
    private static let resizeKey = "CustomVision.Preprocess.ResizeMethod"

    /// Reads the keys; `nil` if there are none. Throws `unsupported` for values that are not
    /// Windows ML's.
    init?(
        reading note: (String) -> String?, origin: (String) -> Origin, isCustomVision: Bool
    ) throws(ModelError) {
        let (orderKey, rangeKey) = ("Image.BitmapPixelFormat", "Image.NominalPixelRange")
        let (order, range) = (note(orderKey), note(rangeKey))
        guard order != nil || range != nil else { return nil }
        switch order {
        case nil: channels = nil
        case "Bgr8"?, "Bgra8"?: channels = Resolved(.bgr, origin(orderKey))
        case "Rgb8"?, "Rgba8"?: channels = Resolved(.rgb, origin(orderKey))
        case "Gray8"?: channels = Resolved(.gray, origin(orderKey))
        case let other?: throw Self.unknown(orderKey, other, "Bgr8, Rgb8 or Gray8")
        }
        var shift: Float = 0
        switch range {
        // Windows ML's own default.
        case nil: (scale, offset) = (Resolved(1, .library("Windows ML")), 0)
        case "NominalRange_0_255"?: (scale, offset) = (Resolved(1, origin(rangeKey)), 0)
        case "Normalized_0_1"?: (scale, offset) = (Resolved(1 / 255, origin(rangeKey)), 0)
        case "Normalized_1_1"?: (scale, offset) = (Resolved(1 / 127.5, origin(rangeKey)), 1)
        case "NominalRange_16_235"?:
            (scale, offset) = (Resolved(219.0 / 255, origin(rangeKey)), 0)
            shift = -16
        case let other?:
            throw Self.unknown(
                rangeKey, other,
                "NominalRange_0_255, Normalized_0_1, Normalized_1_1 or NominalRange_16_235")
        }
        let (meanKey, stdKey) = (
            "CustomVision.Preprocess.NormalizeMean", "CustomVision.Preprocess.NormalizeStd"
        )
        let own = Self.numbers(note(meanKey))
        mean =
            own.map { Resolved($0, origin(meanKey)) }
            ?? Resolved([shift], range == nil ? .library("Windows ML") : origin(rangeKey))
        std =
            Self.numbers(note(stdKey)).flatMap {
                $0.contains(0) ? nil : Resolved($0, origin(stdKey))
            }
            ?? Resolved([1], range == nil ? .library("Windows ML") : origin(rangeKey))
        frame = Self.frame(note) ?? .stretched
        guessesFrame = !isCustomVision && note(Self.resizeKey) == nil
        isLinear = note("Image.ColorSpaceGamma") == "Linear"
    }

    /// The steps for a network.
    func steps(for input: NetworkInput) -> ExporterSteps {
        let size = Preprocessing.Size(height: input.height ?? 224, width: input.width ?? 224)
        let origin = Origin.library("Custom Vision")
        let resize: Preprocessing.Resize
        let crop: Preprocessing.Size?
        switch frame {
        case .cropped(let side, let window)
        where window.height == size.height && window.width == size.width:
            resize = Preprocessing.Resize(target: .shorter(side), filter: .bicubic)
            crop = window
        case .cropped, .stretched:
            resize = Preprocessing.Resize(
                target: .exact(height: size.height, width: size.width), filter: .bicubic)
            crop = nil
        }
        return ExporterSteps(
            arithmetic: .torchvision, orientation: Resolved(.stored, origin),
            resize: Resolved(resize, origin),
            crop: Resolved(crop, origin),
            scale: scale, offset: Resolved(offset, scale.origin), mean: mean, std: std,
            channels: channels)
    }

    /// What is a guess about them.
    ///
    /// `framesKnown`: another file says that it is Custom Vision's.
    func guesses(framesKnown: Bool) -> [ModelWarning] {
        var warnings: [ModelWarning] = []
        if guessesFrame, !framesKnown {
            warnings.append(
                .guess(
                    "the model's metadata tells the order and range of its pixels, but not how "
                        + "pictures get its size: they are stretched to it, as Custom Vision's sample "
                        + "does; \"resize\" and \"crop\" under \"preprocess\" in "
                        + "\(Manifest.fileName) settle it"))
        }
        if isLinear {
            warnings.append(
                .guess(
                    "the model's metadata says Image.ColorSpaceGamma Linear; pixels are left as "
                        + "they are decoded, in sRGB"))
        }
        return warnings
    }

    /// The shorter side to a length and a crop, if the notes say so.
    private static func frame(_ note: (String) -> String?) -> Frame? {
        let range = 1...Manifest.sideLimit
        func length(_ key: String) -> Int? {
            note("CustomVision.Preprocess.\(key)").flatMap { Int($0) }
                .flatMap { range.contains($0) ? $0 : nil }
        }
        guard note(resizeKey) == "ByShorterSide", let side = length("TargetHeight"),
            note("CustomVision.Preprocess.CropMethod") == "OneCropCenter",
            let height = length("CropHeight"), let width = length("CropWidth")
        else { return nil }
        return .cropped(side: side, crop: Preprocessing.Size(height: height, width: width))
    }

    private static func numbers(_ note: String?) -> [Float]? {
        guard let note else { return nil }
        let value: JSONValue
        do throws(InputError) {
            value = try JSONValue(reading: Array(note.utf8), maxValues: 16)
        } catch {
            return nil
        }
        guard case .array(let items) = value, items.count == 3 else { return nil }
        var numbers: [Float] = []
        for item in items {
            guard case .number(let number) = item, Float(number).isFinite else { return nil }
            numbers.append(Float(number))
        }
        return numbers
    }

    private static func unknown(_ key: String, _ value: String, _ known: String) -> ModelError {
        .unsupported("the model's metadata says \(key) \"\(value)\"; known are \(known)")
    }
}
