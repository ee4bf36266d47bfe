// Ours against what MXNet 1.9.1 was recorded to do (`tools/record_mxnet.py`): every kind of picture,
// every place that an EXIF segment may stand in, files cut short, and gluon's transforms.

import Testing

@testable import Inference

@Suite struct ImagingMXNetTests {
    private let cases: [RecordedCase]

    init() throws { cases = try ImagingFixtures.mxnet() }

    @Test func `every decoded picture has MXNet's pixels`() {
        var (decoded, refused) = (0, 0)
        for example in cases where example.kind == .decoding {
            let n = example.numbers
            var decoder = ImageDecoder(profile: .opencv, channels: n[0] == 1 ? .gray : .rgb)
            do throws(ImageError) {
                let raster = try decoder.decode(example.input)
                #expect(n[1] > 0, "MXNet refuses \(example.name)")
                #expect(raster.width == n[1] && raster.height == n[2], "\(example.name)")
                #expect(differing(raster.pixels, example.result) == 0, "\(example.name)")
                decoded += 1
            } catch {
                #expect(n[1] == 0, "\(example.name): \(error.sentence)")
                refused += 1
            }
        }
        #expect(decoded > 200 && refused > 5)
    }

    @Test func `every tensor has the floats of gluon's transforms`() throws {
        let tensors = cases.filter { $0.kind == .preprocessing }
        for example in tensors {
            let count = try example.differingTensorBytes(library: .opencv)
            #expect(count == 0, "\(example.name)")
        }
        #expect(tensors.count > 20)
    }
}
