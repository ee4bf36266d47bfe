// Ours against the real Pillow, over thousands of random pictures: not one byte may differ.
//
// `tools/pillow_cases.py OUTDIR` writes the cases; AMPHORA_TEST_PILLOW_CASES=OUTDIR runs them.

import TestSupport
import Testing

@testable import Inference

private let casesFolder = environment("AMPHORA_TEST_PILLOW_CASES")

@Suite(
    .enabled(
        if: casesFolder != nil,
        "set AMPHORA_TEST_PILLOW_CASES to a folder made by tools/pillow_cases.py"))
struct ImagingPillowTests {
    private let cases: [PillowCase]

    init() throws {
        cases = try PillowCase.read("\(casesFolder ?? "")/cases.bin")
    }

    private func cases(_ kind: PillowCase.Kind) -> [PillowCase] {
        cases.filter { $0.kind == kind }
    }

    @Test func `every decoded picture has Pillow's pixels`() {
        var decoded = 0
        var refused = 0
        for example in cases(.decoding) {
            let (width, height) = (example.numbers[1], example.numbers[2])
            let whole = example.numbers[3] == 0
            let damaged = example.numbers[3] == 2
            var decoder = ImageDecoder(channels: example.numbers[0] == 1 ? .gray : .rgb)
            do throws(ImageError) {
                let raster = try decoder.decode(example.input)
                decoded += 1
                // What becomes of damaged data differs between versions of libjpeg.
                if damaged { continue }
                #expect(width > 0, "Pillow refuses \(example.name)")
                #expect(raster.width == width && raster.height == height, "\(example.name)")
                #expect(differing(raster.pixels, example.result) == 0, "\(example.name)")
            } catch {
                refused += 1
                // Pillow now and then takes a file whose last few bytes are gone; we may refuse.
                #expect(width == 0 || !whole, "\(example.name): \(error.sentence)")
            }
        }
        print("\(decoded) files decoded, \(refused) refused")
        #expect(decoded > 100)
    }

    @Test func `every resized picture has Pillow's pixels`() throws {
        var generator = SeededGenerator(seed: 7)
        for example in cases(.resizing) {
            let n = example.numbers
            let raster = Raster(width: n[1], height: n[2], channels: n[0], pixels: example.input)
            let size = Preprocessing.Size(height: n[4], width: n[3])
            let whole = PixelWindow(x: 0..<n[3], y: 0..<n[4])
            let left = Int.random(in: 0..<n[3], using: &generator)
            let top = Int.random(in: 0..<n[4], using: &generator)
            let part = PixelWindow(
                x: left..<Int.random(in: left + 1...n[3], using: &generator),
                y: top..<Int.random(in: top + 1...n[4], using: &generator))
            var resampler = Resampler(filter: Preprocessing.Filter.allCases[n[5]])
            for window in [whole, part] {
                var output: [UInt8] = []
                try resampler.resample(raster, to: size, window: window, into: &output)
                let wanted = cut(window, from: example.result, width: n[3], channels: n[0])
                let got = Array(output.prefix(wanted.count))
                #expect(differing(got, wanted) == 0, "\(example.name) \(window)")
            }
        }
        #expect(cases(.resizing).count > 100)
    }

    @Test func `every tensor has torchvision's floats`() throws {
        for example in cases(.preprocessing) {
            let n = example.numbers
            let raster = Raster(width: n[1], height: n[2], channels: n[0], pixels: example.input)
            let target: Preprocessing.ResizeTarget? =
                [nil, .shorter(n[4]), .exact(height: n[4], width: n[5])][n[3]]
            let filter = Preprocessing.Filter.allCases[n[8]]
            let plan = Preprocessing(
                resize: target.map { Preprocessing.Resize(target: $0, filter: filter) },
                crop: n[6] == 0 ? nil : Preprocessing.Size(height: n[6], width: n[7]),
                mean: Array([0.485, 0.456, 0.406].prefix(n[0])),
                std: Array([0.229, 0.224, 0.225].prefix(n[0])),
                channels: n[0] == 1 ? .gray : .rgb, layout: n[9] == 1 ? .nhwc : .nchw)
            var preprocessor = Preprocessor(plan)
            var tensor = [Float](repeating: .nan, count: example.result.count / 4)
            var span = tensor.mutableSpan
            try preprocessor.write(raster, into: &span)
            let bits = tensor.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
            }
            #expect(differing(bits, example.result) == 0, "\(example.name) \(n)")
        }
        #expect(cases(.preprocessing).count > 50)
    }

    private func cut(
        _ window: PixelWindow, from pixels: [UInt8], width: Int, channels: Int
    ) -> [UInt8] {
        window.y.flatMap { y in
            let row = y * width
            return pixels[
                (row + window.x.lowerBound) * channels..<(row + window.x.upperBound)
                    * channels]
        }
    }
}

/// How many bytes differ; comparing in `#expect` would describe millions of them.
private func differing(_ one: [UInt8], _ other: [UInt8]) -> Int {
    guard one.count == other.count else { return max(one.count, other.count) }
    return one == other ? 0 : zip(one, other).count { $0 != $1 }
}
