// The part of `amphora.json` under `preprocess`: the steps from a decoded picture to the tensor, or
// the preset that has them, or both.

internal import Basics
internal import Onnx

extension Manifest {
    /// A step that can be switched off by `null`.
    enum Step<Value: Sendable & Equatable>: Sendable, Equatable { case off, on(Value) }

    /// Who is to resize, if it says so.
    var resizeLibrary: Preprocessing.ResizeLibrary? {
        if case .on(let resize)? = resize { resize.library } else { nil }
    }

    /// Whether it defines every preprocessing step, so that exporters' files are not needed.
    var decidesAllSteps: Bool {
        if preset != nil { return true }
        guard resize != nil, crop != nil, scale != nil, mean != nil, std != nil else {
            return false
        }
        if case .on(let resize)? = resize { return resize.target != nil && resize.filter != nil }
        return true
    }

    /// Reads the name of a preset, or the steps, which may name one that they override.
    mutating func readPreprocess(
        in root: ManifestReader.Object, _ reader: inout ManifestReader
    ) {
        if case .string? = root.values["preprocess"] {
            preset = reader.choice("preprocess", in: root, of: Preset.allCases)
            return
        }
        let steps = reader.object(
            "preprocess", in: root,
            keys: [
                "preset", "decode", "orientation", "resize", "crop", "scale", "mean", "std",
            ])
        preset = reader.choice("preset", in: steps, of: Preset.allCases)
        decode = reader.choice("decode", in: steps, of: [.pillow, .opencv])
        orientation = reader.choice("orientation", in: steps, of: [.exif, .stored])
        resize = reader.resize(in: steps)
        crop = reader.crop(in: steps)
        scale = reader.scale(in: steps)
        mean = reader.floats("mean", in: steps, expected: "a list of numbers") { _ in true }
        std = reader.floats("std", in: steps, expected: "a list of numbers above 0") { $0 > 0 }
    }
}

extension ManifestReader {
    fileprivate mutating func crop(in steps: Object) -> Manifest.Step<Preprocessing.Size>? {
        guard let value = steps.values["crop"] else { return nil }
        if value == .null { return Manifest.Step.off }
        return size(value, "crop", in: steps).map { .on($0) }
    }

    fileprivate mutating func scale(in steps: Object) -> Double? {
        positive("scale", in: steps, expected: "a number above 0, such as 0.00392156862745098")
    }
}
