// Our floats against recordings of `tf.image.resize` (`tools/record_tensorflow.py`): every bit is
// equal.

import TestSupport
import Testing

@testable import Inference

@Suite struct PictureTensorFlowTests {
    private let cases: [RecordedCase]

    init() throws { cases = try PictureFixtures.tensorflow() }

    @Test func `every resized picture has TensorFlow's floats`() throws {
        let filters: [Preprocessing.Filter] = [.nearest, .bilinear, .bicubic, .area, .lanczos]
        #expect(Set(filters) == Set(Preprocessing.ResizeLibrary.tensorflow.filters))
        var generator = SeededGenerator(seed: 7)
        let recorded = cases.filter { $0.kind == .floatResizing }
        for example in recorded {
            let n = example.numbers
            let size = Preprocessing.Size(height: n[4], width: n[3])
            var resizer = TensorFlowResizer(
                Preprocessing.Resize(
                    target: .exact(height: n[4], width: n[3]), library: .tensorflow,
                    filter: filters[n[5]], antialias: n[6] == 1),
                maxPixels: PictureLimits().pixels)
            for window in example.windows(using: &generator) {
                var output: [Float] = []
                try resizer.resize(example.raster, to: size, window: window, into: &output)
                let wanted = example.recordedFloats(window)
                let bits = output.prefix(wanted.count).map(\.bitPattern)
                let isEqual = bits == wanted.map(\.bitPattern)
                #expect(isEqual, "\(example.name) \(window)")
            }
        }
        #expect(recorded.count > 50)
    }

    @Test func `a frame is that of resize_with_pad`() throws {
        let recorded = cases.filter { $0.name == "resize_with_pad" }
        for example in recorded {
            let n = example.numbers
            let frame = Preprocessing.Letterbox(
                size: Preprocessing.Size(height: n[3], width: n[4]), rounding: .floor)
            let plan = Preprocessing(
                resize: Preprocessing.Resize(target: .letterbox(frame), library: .tensorflow),
                crop: nil, scale: 1, mean: [0], std: [1], layout: .nhwc)
            #expect(try example.differingTensorBytes(plan) == 0, "\(n)")
        }
        #expect(recorded.count > 5)
    }

    @Test func `floats are normalised without rounding, bytes are rounded half to even`() throws {
        let plan = Preprocessing(
            resize: Preprocessing.Resize(target: .exact(height: 1, width: 4), library: .tensorflow),
            crop: nil, scale: 1, mean: [0.25], std: [2], channels: .gray)
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        let picture = Raster(width: 2, height: 1, channels: 1, pixels: [1, 3])
        var floats = [Float](repeating: .nan, count: 4)
        var tensor = floats.mutableSpan
        try preprocessor.write(picture, into: &tensor)
        #expect(floats == [0.375, 0.625, 1.125, 1.375])
        var bytes = [UInt8](repeating: 0, count: 4)
        var pixels = bytes.mutableSpan
        try preprocessor.write(picture, into: &pixels)
        #expect(bytes == [0, 1, 1, 1])
    }

    @Test func `a picture too wide for one row of floats is resized in several runs`() throws {
        let width = 1_100_000
        let picture = Raster(
            width: width, height: 1, channels: 1,
            pixels: (0..<width).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let size = Preprocessing.Size(height: 1, width: 2)
        var resizer = TensorFlowResizer(
            Preprocessing.Resize(
                target: .exact(height: 1, width: 2), library: .tensorflow, antialias: true),
            maxPixels: PictureLimits().pixels)
        var whole: [Float] = []
        try resizer.resize(
            picture, to: size, window: PixelWindow(x: 0..<2, y: 0..<1), into: &whole)
        var last: [Float] = []
        try resizer.resize(
            picture, to: size, window: PixelWindow(x: 1..<2, y: 0..<1), into: &last)
        #expect(last[0] == whole[1])
    }
}

extension RecordedCase {
    /// The expected levels of a window of a picture resized to floats.
    fileprivate func recordedFloats(_ window: PixelWindow) -> [Float] {
        window.y.flatMap { y in
            window.x.flatMap { x in
                (0..<numbers[0]).map { channel in
                    let start = ((y * numbers[3] + x) * numbers[0] + channel) * 4
                    let bits = (0..<4).reduce(UInt32(0)) {
                        $0 | UInt32(result[start + $1]) << ($1 * 8)
                    }
                    return Float(bitPattern: bits)
                }
            }
        }
    }
}
