// The preprocessing steps of an exporter's file, each with its key.
//
// A file that defines any step defines all of them: what it omits is the default of the library
// that reads it, and is marked so. Values only; `ModelSettings` combines them with `amphora.json`.

/// The steps that a processor or data configuration defines.
struct ExporterSteps: Sendable, Equatable {
    /// The library whose rounding is used around the resize.
    let arithmetic: Preprocessing.Arithmetic
    /// Set if the steps say who decodes.
    var decode: Resolved<Preprocessing.DecodeProfile>?
    /// Set if the steps say whether pictures are turned upright.
    var orientation: Resolved<Preprocessing.Orientation>?
    /// Set if something decided who resizes: the library, before `amphora.json` changes the resize.
    var library: Resolved<Preprocessing.ResizeLibrary>?
    var resize: Resolved<Preprocessing.Resize?>
    var crop: Resolved<Preprocessing.Size?>
    var scale: Resolved<Double>
    /// Subtracted after scaling.
    var offset = Resolved<Float>(0, .default)
    /// One value for all channels, or one for each.
    var mean: Resolved<[Float]>
    /// As for `mean`.
    var std: Resolved<[Float]>
    /// As for `mean`, if pictures are divided twice.
    var secondStd = Resolved<[Float]?>(nil, .default)
    /// Set if the file orders the channels otherwise than RGB.
    var channels: Resolved<Preprocessing.Channels>?
    /// The level, 0…255, around small pictures: one for all channels, or one for each.
    var padding = Resolved<[Float]>([0], .default)

    /// Whether pixel values change after the crop.
    var changeNumbers: Bool {
        scale.value != 1 || offset.value != 0 || mean.value.contains { $0 != 0 }
            || std.value.contains { $0 != 1 } || secondStd.value != nil
    }

    /// Removes the steps that change pixel values after the crop.
    mutating func leaveNumbersToNetwork() {
        scale = Resolved(1, .model)
        offset = Resolved(0, .model)
        mean = Resolved([0], .model)
        std = Resolved([1], .model)
        secondStd = Resolved(nil, .model)
    }
}

extension ExporterSteps {
    /// All steps of a preprocessing that is known as a whole, with one origin.
    init(_ plan: Preprocessing, origin: Origin) {
        self.init(
            arithmetic: plan.arithmetic, decode: Resolved(plan.decode, origin),
            orientation: Resolved(plan.orientation, origin),
            resize: Resolved(plan.resize, origin), crop: Resolved(plan.crop, origin),
            scale: Resolved(plan.scale, origin), offset: Resolved(plan.offset, origin),
            mean: Resolved(plan.mean, origin), std: Resolved(plan.std, origin),
            secondStd: Resolved(plan.secondStd, origin), channels: Resolved(plan.channels, origin),
            padding: Resolved(plan.padding, origin))
    }
}
