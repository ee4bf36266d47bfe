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

    /// How our decoding differs from Pillow's, or `nil`. Whole files, cut ones and damaged ones: Pillow
    /// decides which are errors.
    ///
    /// Where scans of a progressive JPEG are lost, libjpeg smooths what it has, and version 3, which
    /// Pillow's wheel contains, does so by other weights than version 2.
    private func difference(_ example: RecordedCase, _ decoded: inout Int) -> String? {
        let (width, height) = (example.numbers[1], example.numbers[2])
        var decoder = PictureDecoder(
            channels: example.numbers[0] == 1 ? .gray : .rgb, limits: PictureLimits())
        do throws(PictureError) {
            let raster = try decoder.decode(example.input)
            decoded += 1
            guard width > 0 else { return "decoded, though Pillow refuses it" }
            guard raster.width == width && raster.height == height else {
                return "\(raster.width)×\(raster.height), not \(width)×\(height)"
            }
            let count = differing(raster.pixels, example.result)
            let smoothed = example.name.contains("-progressive: ")
            return count == 0 || smoothed ? nil : "\(count) bytes differ"
        } catch {
            return width == 0 ? nil : error.sentence
        }
    }

    @Test func `every picture, damaged or not, has Pillow's verdict and pixels`() {
        var decoded = 0
        let pictures = cases(.decoding)
        for example in pictures {
            let difference = difference(example, &decoded)
            #expect(difference == nil, "\(example.name)")
        }
        print("\(pictures.count) files, \(decoded) decoded")
        #expect(decoded > 5000)
    }

    @Test func `every resized picture has Pillow's pixels`() throws {
        var generator = SeededGenerator(seed: 7)
        for example in cases(.resizing) {
            let n = example.numbers
            let size = Preprocessing.Size(height: n[4], width: n[3])
            var resampler = Resampler(
                filter: Preprocessing.ResizeLibrary.pillow.filters[n[5]],
                maxPixels: PictureLimits().pixels)
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
