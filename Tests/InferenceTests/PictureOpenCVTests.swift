// Our results against the real OpenCV, for thousands of random pictures and sizes: every byte is
// equal.
//
// `tools/opencv_cases.py OUTDIR` writes the cases; AMPHORA_TEST_OPENCV_CASES=OUTDIR runs them.

import TestSupport
import Testing

@testable import Inference

private let casesFolder = environment("AMPHORA_TEST_OPENCV_CASES")

@Suite(
    .enabled(
        if: casesFolder != nil,
        "set AMPHORA_TEST_OPENCV_CASES to a folder made by tools/opencv_cases.py"))
struct PictureOpenCVTests {
    private let cases: [RecordedCase]

    init() throws {
        cases = try RecordedCase.read("\(casesFolder ?? "")/cases.bin")
    }

    private func cases(_ kind: RecordedCase.Kind) -> [RecordedCase] {
        cases.filter { $0.kind == kind }
    }

    @Test func `every decoded picture has OpenCV's pixels`() {
        let pictures = cases(.decoding)
        for example in pictures { #expect(example.differenceFromOpenCV() == nil) }
        #expect(pictures.count > 80)
    }

    @Test func `every resized picture has OpenCV's pixels`() throws {
        var generator = SeededGenerator(seed: 7)
        let filters: [Preprocessing.Filter] = [
            .bilinear, .nearest, .nearestExact, .area, .lanczos4, .bicubic,
        ]
        #expect(Set(filters) == Set(Preprocessing.ResizeLibrary.opencv.filters))
        var resizers = filters.map {
            OpenCVResizer(filter: $0, maxPixels: PictureLimits().pixels)
        }
        for example in cases(.resizing) {
            let size = Preprocessing.Size(height: example.numbers[4], width: example.numbers[3])
            for window in example.windows(using: &generator) {
                var output: [UInt8] = []
                try resizers[example.numbers[5]].resize(
                    example.raster, to: size, window: window, into: &output)
                let wanted = example.recorded(window)
                let got = Array(output.prefix(wanted.count))
                #expect(differing(got, wanted) == 0, "\(example.name) \(window)")
            }
        }
        #expect(cases(.resizing).count > 5000)
    }

    @Test func `every tensor has the floats of OpenCV and numpy`() throws {
        for example in cases(.preprocessing) {
            let count = try example.differingTensorBytes(library: .opencv)
            #expect(count == 0, "\(example.name) \(example.numbers)")
        }
        #expect(cases(.preprocessing).count > 50)
    }
}
