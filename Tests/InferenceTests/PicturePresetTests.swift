// Every preset and every kind of frame against recordings of the library that it stands for: each
// float is equal.

import Testing

@testable import Inference

@Suite struct PicturePresetTests {
    private let cases: [RecordedCase]

    init() throws {
        cases = try (PictureFixtures.presets() + PictureFixtures.tensorflow())
            .filter { $0.kind == .pipeline }
    }

    @Test(arguments: Preset.allCases.filter { $0 != .gluoncv })
    func `a preset has the floats of its library`(preset: Preset) throws {
        let recorded = cases.filter { $0.name == preset.rawValue }
        for example in recorded {
            var plan = preset.preprocessing(size: example.tensorSize)
            plan.layout = .nhwc
            let count = try example.differingTensorBytes(plan)
            #expect(count == 0, "\(example.name) \(example.numbers)")
        }
        #expect(recorded.count > 3)
    }

    @Test func `gluoncv and torchvision are the pipelines that other recordings show`() {
        let size = Preprocessing.Size(height: 224, width: 224)
        #expect(Preset.gluoncv.preprocessing(size: size) == .gluoncv)
        #expect(Preset.torchvision.preprocessing(size: size) == Preprocessing())
    }

    @Test(arguments: [
        "framed-ultralytics-center", "framed-ultralytics-start", "framed-occular",
        "framed-rapidocr",
    ])
    func `a picture stands in its frame as in the library`(name: String) throws {
        let recorded = cases.filter { $0.name == name }
        for example in recorded {
            let count = try example.differingTensorBytes(Self.framed(name, example.tensorSize))
            #expect(count == 0, "\(example.name) \(example.numbers)")
        }
        #expect(recorded.count > 3)
    }

    private static func framed(_ name: String, _ size: Preprocessing.Size) -> Preprocessing {
        let normalised = name == "framed-rapidocr"
        let frame = Preprocessing.Letterbox(
            size: size,
            place: name == "framed-ultralytics-start" || normalised ? .start : .center,
            rounding: normalised ? .ceil : .round)
        let color: [String: Float] = ["framed-occular": 255, "framed-rapidocr": 127.5]
        return Preprocessing(
            resize: Preprocessing.Resize(
                target: .letterbox(frame),
                library: name == "framed-occular" ? .pillow : .opencv),
            crop: nil, scale: normalised ? 1.0 / 255 : 1, mean: [normalised ? 0.5 : 0],
            std: [normalised ? 0.5 : 1], layout: .nhwc, padding: [color[name] ?? 114])
    }

    @Test func `a crop of a frame has what lies in it, also if that is only padding`() throws {
        let size = { Preprocessing.Size(height: $0, width: $1) }
        var plan = Preprocessing(
            resize: Preprocessing.Resize(
                target: .letterbox(.init(size: size(8, 8), place: .start)), filter: .nearest),
            crop: size(4, 4), scale: 1, mean: [0], std: [1], channels: .gray, padding: [9])
        let flat = Raster(width: 8, height: 3, channels: 1, pixels: Array(1...24))
        var tensor = [Float](repeating: .nan, count: 16)
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        var span = tensor.mutableSpan
        try preprocessor.write(flat, into: &span)
        #expect(tensor == [19, 20, 21, 22] + [Float](repeating: 9, count: 12))
        plan.crop = size(2, 2)
        preprocessor = Preprocessor(plan, limits: PictureLimits())
        tensor = [.nan, .nan, .nan, .nan]
        span = tensor.mutableSpan
        try preprocessor.write(flat, into: &span)
        #expect(tensor == [9, 9, 9, 9])
    }

    @Test func `a network of bytes gets the nearest level around a picture`() throws {
        let frame = Preprocessing.Letterbox(size: .init(height: 1, width: 4), place: .end)
        let plan = Preprocessing(
            resize: Preprocessing.Resize(target: .letterbox(frame)), crop: nil, scale: 1,
            mean: [0], std: [1], channels: .bgr, layout: .nhwc, padding: [127.5, 0.4, 254.9])
        var tensor = [UInt8](repeating: 0, count: 12)
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        var span = tensor.mutableSpan
        try preprocessor.write(
            Raster(width: 1, height: 1, channels: 3, pixels: [1, 2, 3]), into: &span)
        #expect(tensor == [128, 0, 255, 128, 0, 255, 128, 0, 255, 3, 2, 1])
    }
}

extension RecordedCase {
    /// Of a case of the kind `pipeline`.
    fileprivate var tensorSize: Preprocessing.Size {
        Preprocessing.Size(height: numbers[3], width: numbers[4])
    }
}
