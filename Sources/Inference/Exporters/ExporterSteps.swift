// What an exporter's file says of the way from a picture to the tensor, each step with its key.
//
// A file that says anything of it says everything: what it leaves open is the default of the library
// that reads it, and is marked so. Values only; `ModelSettings` weighs them against `amphora.json`.

/// The steps that a processor or data configuration stands for.
struct ExporterSteps: Sendable, Equatable {
    /// Whose rounding holds around the resize.
    let arithmetic: Preprocessing.Arithmetic
    var resize: Resolved<Preprocessing.Resize?>
    var crop: Resolved<Preprocessing.Size?>
    var scale: Resolved<Double>
    /// Subtracted after scaling.
    var offset = Resolved<Float>(0, .default)
    /// One value for all channels, or one for each.
    var mean: Resolved<[Float]>
    /// Likewise.
    var std: Resolved<[Float]>
    /// Likewise, where pictures are divided twice.
    var secondStd = Resolved<[Float]?>(nil, .default)
    /// Where the file orders them otherwise than RGB.
    var channels: Resolved<Preprocessing.Channels>?
    /// The 8-bit value around small pictures: one for all channels, or one for each.
    var padding = Resolved<[UInt8]>([0], .default)

    /// Whether pixels would be changed after the crop.
    var changeNumbers: Bool {
        scale.value != 1 || offset.value != 0 || mean.value.contains { $0 != 0 }
            || std.value.contains { $0 != 1 } || secondStd.value != nil
    }

    /// Takes out what is done to pixels after the crop.
    mutating func leaveNumbersToNetwork() {
        scale = Resolved(1, .model)
        offset = Resolved(0, .model)
        mean = Resolved([0], .model)
        std = Resolved([1], .model)
        secondStd = Resolved(nil, .model)
    }
}
