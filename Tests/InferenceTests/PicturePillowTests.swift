// Our results against the real Pillow, for thousands of random pictures: every byte is equal.
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
struct PicturePillowTests {
    private let cases: [RecordedCase]

    init() throws {
        cases = try RecordedCase.read("\(casesFolder ?? "")/cases.bin")
    }

    private func cases(_ kind: RecordedCase.Kind) -> [RecordedCase] {
        cases.filter { $0.kind == kind }
    }

    @Test func `every decoded picture has Pillow's pixels`() {
        var decoded = 0
        var refused = 0
        for example in cases(.decoding) {
            let (width, height) = (example.numbers[1], example.numbers[2])
            let whole = example.numbers[3] == 0
            let damaged = example.numbers[3] == 2
            var decoder = PictureDecoder(
                channels: example.numbers[0] == 1 ? .gray : .rgb, limits: PictureLimits())
            do throws(PictureError) {
                let raster = try decoder.decode(example.input)
                decoded += 1
                // Versions of libjpeg differ in what they decode from damaged data.
                if damaged { continue }
                #expect(width > 0, "Pillow refuses \(example.name)")
                #expect(raster.width == width && raster.height == height, "\(example.name)")
                #expect(differing(raster.pixels, example.result) == 0, "\(example.name)")
            } catch {
                refused += 1
                // Pillow sometimes accepts a file that lacks its last few bytes; we may refuse it.
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
            let size = Preprocessing.Size(height: n[4], width: n[3])
            var resampler = Resampler(
                filter: Preprocessing.Filter.allCases[n[5]], maxPixels: PictureLimits().pixels)
            for window in example.windows(using: &generator) {
                var output: [UInt8] = []
                try resampler.resample(example.raster, to: size, window: window, into: &output)
                let wanted = example.recorded(window)
                let got = Array(output.prefix(wanted.count))
                #expect(differing(got, wanted) == 0, "\(example.name) \(window)")
            }
        }
        #expect(cases(.resizing).count > 100)
    }

    @Test func `every tensor has torchvision's floats`() throws {
        for example in cases(.preprocessing) {
            let count = try example.differingTensorBytes(library: .pillow)
            #expect(count == 0, "\(example.name) \(example.numbers)")
        }
        #expect(cases(.preprocessing).count > 50)
    }
}
