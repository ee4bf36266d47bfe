// Our results against recordings of MXNet 1.9.1 (`tools/record_mxnet.py`): every kind of picture,
// every position of an EXIF segment, truncated files, and gluon's transforms.

import Testing

@testable import Inference

@Suite struct PictureMXNetTests {
    private let cases: [RecordedCase]

    init() throws { cases = try PictureFixtures.mxnet() }

    @Test func `every decoded picture has MXNet's pixels`() {
        let pictures = cases.filter { $0.kind == .decoding }
        for example in pictures { #expect(example.differenceFromOpenCV() == nil) }
        #expect(pictures.count > 250)
        #expect(pictures.count { $0.result.isEmpty } > 5)
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
