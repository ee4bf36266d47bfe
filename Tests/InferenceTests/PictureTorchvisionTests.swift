// Resizing as torchvision resizes tensors of bytes, against recordings of torchvision itself
// (`tools/record_torchvision_resize.py`): every byte is equal, also where only a window is computed.

import Testing

@testable import Inference

@Suite struct PictureTorchvisionTests {
    /// A line of the recording.
    private struct Case {
        let step: Preprocessing.Resize
        let size: Preprocessing.Size
        let raster: Raster
        let hash: String
        let line: String

        init(_ line: String) throws {
            let words = line.split(separator: " ").map(String.init)
            let numbers = words.dropFirst().map { Int($0) ?? -1 }
            let filter = try #require(Preprocessing.Filter(rawValue: words[0]))
            size = Preprocessing.Size(height: numbers[4], width: numbers[5])
            step = Preprocessing.Resize(
                target: .exact(height: size.height, width: size.width), library: .torchvision,
                filter: filter, antialias: numbers[0] == 1)
            raster = SeededPicture.raster(
                height: numbers[2], width: numbers[3], channels: numbers[1],
                seed: UInt64(numbers[6]), hard: numbers[7] == 1)
            hash = words[9]
            self.line = line
        }

        func resampled(_ window: PixelWindow) throws -> ArraySlice<UInt8> {
            var resampler = Resampler(step, maxPixels: 1 << 24)
            var output: [UInt8] = []
            try resampler.resample(raster, to: size, window: window, into: &output)
            return output[..<(window.x.count * window.y.count * raster.channels)]
        }
    }

    private static func lines() throws -> [String] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let path =
            environment("AMPHORA_TEST_TORCHVISION")
            ?? "/\(folder)/Fixtures/torchvision_resize.txt"
        let text = String(decoding: try contents(of: path), as: UTF8.self)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    @Test func `every resized picture has torchvision's bytes`() throws {
        let lines = try Self.lines()
        for line in lines {
            let recorded = try Case(line)
            let whole = PixelWindow(x: 0..<recorded.size.width, y: 0..<recorded.size.height)
            #expect(SeededPicture.hash(try recorded.resampled(whole)) == recorded.hash, "\(line)")
        }
        #expect(lines.count >= 690)
    }

    @Test func `a window has the bytes of the whole picture`() throws {
        for line in try Self.lines().prefix(210) {
            let recorded = try Case(line)
            let (width, channels) = (recorded.size.width, recorded.raster.channels)
            let whole = try recorded.resampled(
                PixelWindow(x: 0..<width, y: 0..<recorded.size.height))
            let x = width / 3..<width
            let y = recorded.size.height / 4..<(recorded.size.height + 1) * 3 / 4
            guard !y.isEmpty else { continue }
            let window = try recorded.resampled(PixelWindow(x: x, y: y))
            let expected = y.flatMap { row in
                whole[(row * width + x.lowerBound) * channels..<(row * width + width) * channels]
            }
            #expect(Array(window) == expected, "\(line)")
        }
    }

    @Test func `the precision is that of the whole axis`() {
        let scale = ResamplingScale(
            input: 640, output: 224, filter: .bilinear, rule: .torchvision(antialias: true))
        #expect(ResamplingKernel.precision(of: scale) == 16)
        var cache = KernelCache()
        let part = cache.kernel(scale, range: 100..<101)
        let whole = cache.kernel(scale, range: 0..<224)
        let weights = whole.weights[whole.offset[100]..<whole.offset[101]]
        #expect(part.weights == Array(weights))
        #expect(part.precision == whole.precision)
    }
}
