// Geometry and layout of preprocessing, with values computed by hand; see also
// `PicturePillowTests`.

import Testing

@testable import Inference

@Suite struct PicturePreprocessorTests {
    private typealias Size = Preprocessing.Size

    private func tensor(
        _ raster: Raster, _ plan: Preprocessing, count: Int
    ) throws(PictureError) -> [Float] {
        var preprocessor = Preprocessor(plan, limits: PictureLimits())
        var values = [Float](repeating: .nan, count: count)
        var span = values.mutableSpan
        try preprocessor.write(raster, into: &span)
        return values
    }

    private func plain(
        resize: Preprocessing.Resize? = nil, crop: Preprocessing.Size? = nil,
        channels: Preprocessing.Channels = .rgb, layout: Preprocessing.Layout = .nchw,
        scale: Double = 1
    ) -> Preprocessing {
        Preprocessing(
            resize: resize, crop: crop, scale: scale, mean: [0], std: [1], channels: channels,
            layout: layout)
    }

    private let twoPixels = Raster(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])

    @Test func `planes or interleaved, RGB or BGR`() throws {
        #expect(try tensor(twoPixels, plain(), count: 6) == [1, 4, 2, 5, 3, 6])
        #expect(try tensor(twoPixels, plain(channels: .bgr), count: 6) == [3, 6, 2, 5, 1, 4])
        #expect(try tensor(twoPixels, plain(layout: .nhwc), count: 6) == [1, 2, 3, 4, 5, 6])
        #expect(
            try tensor(twoPixels, plain(channels: .bgr, layout: .nhwc), count: 6)
                == [3, 2, 1, 6, 5, 4])
    }

    @Test func `mean and std follow the order of the tensor's channels`() throws {
        var plan = plain(channels: .bgr)
        plan.mean = [1, 2, 3]
        plan.std = [2, 4, 8]
        #expect(try tensor(twoPixels, plan, count: 6) == [1, 2.5, 0, 0.75, -0.25, 0.125])
    }

    @Test func `a picture smaller than the crop gets black edges`() throws {
        let gray = Raster(width: 2, height: 1, channels: 1, pixels: [7, 9])
        var plan = plain(crop: Size(height: 2, width: 5), channels: .gray)
        plan.mean = [1]
        #expect(try tensor(gray, plan, count: 10) == [-1, 6, 8, -1, -1, -1, -1, -1, -1, -1])
    }

    @Test func `transformers rounds the centre down, and its padding up`() {
        func axis(_ length: Int, _ wanted: Int) -> (Int, Int) {
            let crop = Geometry(Preprocessing(arithmetic: .transformers)).centered(
                Size(height: 4, width: wanted), in: Size(height: 4, width: length))
            return (crop.window.x.lowerBound, crop.left)
        }
        #expect([5, 6, 7, 8, 9].map { axis($0, 4).0 } == [0, 1, 1, 2, 2])
        #expect([1, 2, 3].map { axis($0, 4).1 } == [2, 1, 1])
    }

    @Test func `timm covers a size or fits into it`() {
        let geometry = Geometry(Preprocessing())
        let picture = Size(height: 333, width: 500)
        #expect(
            geometry.resized(picture, to: .covering(height: 100, width: 200))
                == Size(height: 133, width: 200))
        #expect(
            geometry.resized(picture, to: .within(height: 100, width: 200))
                == Size(height: 100, width: 150))
        #expect(
            geometry.resized(Size(height: 1, width: 900), to: .within(height: 10, width: 10))
                == Size(height: 1, width: 10))
    }

    @Test func `padding has its colour, and the second division comes last`() throws {
        let gray = Raster(width: 1, height: 1, channels: 1, pixels: [9])
        var plan = plain(crop: Size(height: 1, width: 3), channels: .gray)
        plan.padding = [5]
        plan.offset = 1
        plan.mean = [2]
        plan.std = [2]
        plan.secondStd = [4]
        #expect(try tensor(gray, plan, count: 3) == [0.25, 0.75, 0.25])
    }

    @Test func `transformers multiplies where torchvision divides`() throws {
        let gray = Raster(width: 256, height: 1, channels: 1, pixels: Array(0...255))
        var plan = plain(channels: .gray, scale: 1.0 / 255.0)
        #expect(try tensor(gray, plan, count: 256) == (0...255).map { Float($0) / 255 })
        plan.arithmetic = .transformers
        let multiplied = try tensor(gray, plan, count: 256)
        #expect(multiplied == (0...255).map { Float(Double($0) * (1.0 / 255.0)) })
    }

    @Test func `the centre is rounded to even, as Python does`() {
        let starts = [5, 6, 7, 8, 9].map {
            Geometry(Preprocessing()).centered(
                Size(height: 4, width: 4), in: Size(height: 4, width: $0)
            )
            .window.x.lowerBound
        }
        #expect(starts == [0, 1, 2, 2, 2])
    }

    @Test func `the shorter side is met and the longer one truncated`() {
        func resized(_ height: Int, _ width: Int) -> Preprocessing.Size {
            Geometry(Preprocessing()).resized(Size(height: height, width: width), to: .shorter(256))
        }
        #expect(resized(427, 640) == Size(height: 256, width: 383))
        #expect(resized(640, 427) == Size(height: 383, width: 256))
        #expect(resized(300, 300) == Size(height: 256, width: 256))
        #expect(resized(1, 64_000_000) == Size(height: 256, width: 16_384_000_000))
    }

    @Test func `the output size is known before the picture where it is fixed`() {
        let exact = Preprocessing.Resize(target: .exact(height: 3, width: 4))
        let shorter = Preprocessing.Resize(target: .shorter(4))
        #expect(
            Preprocessor(Preprocessing(), limits: PictureLimits()).outputSize
                == Size(height: 224, width: 224))
        #expect(
            Preprocessor(plain(resize: exact), limits: PictureLimits()).outputSize
                == Size(height: 3, width: 4))
        let open = Preprocessor(plain(resize: shorter), limits: PictureLimits())
        #expect(open.outputSize == nil)
        #expect(open.outputSize(of: Size(height: 8, width: 16)) == Size(height: 4, width: 8))
    }

    @Test func `other scales multiply in double precision`() throws {
        let values = try tensor(twoPixels, plain(scale: 1 / 127.5), count: 6)
        #expect(values[1] == Float(4.0 * (1 / 127.5)))
    }

    @Test func `proportions without measure are refused or cost little`() throws {
        let limits = PictureLimits(pixels: 100_000)
        let wide = Raster(
            width: 100_000, height: 1, channels: 1, pixels: [UInt8](repeating: 9, count: 100_000))
        var exact = Preprocessor(
            plain(resize: .init(target: .exact(height: 8, width: 8)), channels: .gray),
            limits: limits)
        var values = [Float](repeating: .nan, count: 64)
        var span = values.mutableSpan
        try exact.write(wide, into: &span)
        #expect(values == [Float](repeating: 9, count: 64))

        var endless = Preprocessor(
            plain(
                resize: .init(target: .shorter(8)), crop: Size(height: 8, width: 8),
                channels: .gray),
            limits: limits)
        var more = [Float](repeating: .nan, count: 64)
        var moreSpan = more.mutableSpan
        #expect(throws: PictureError.self) { try endless.write(wide, into: &moreSpan) }
    }

    @Test func `MXNet divides sides and centres as whole numbers`() {
        let geometry = Geometry(.gluoncv)
        let side = Preprocessing.ResizeTarget.shorter(256)
        #expect(
            geometry.resized(Size(height: 427, width: 640), to: side)
                == Size(height: 256, width: 383))
        let starts = [5, 6, 7, 8, 9].map {
            geometry.centered(Size(height: 4, width: 4), in: Size(height: 4, width: $0))
                .window.x.lowerBound
        }
        #expect(starts == [0, 1, 1, 2, 2])
    }

    @Test func `MXNet enlarges what fits of a crop that does not`() throws {
        let wide = Raster(width: 4, height: 1, channels: 1, pixels: [1, 20, 30, 4])
        var plan = plain(crop: Size(height: 2, width: 4), channels: .gray)
        plan.decode = .opencv
        #expect(try tensor(wide, plan, count: 8) == [20, 22, 27, 30, 20, 22, 27, 30])
    }

    @Test func `a filter that OpenCV does not share is refused`() {
        let lanczos = plain(
            resize: .init(target: .shorter(8), library: .opencv, filter: .lanczos))
        #expect(Preprocessor.objection(to: lanczos)?.contains("\"lanczos\"") == true)
        #expect(throws: PictureError.self) { try tensor(twoPixels, lanczos, count: 6) }
        #expect(Preprocessor.objection(to: .gluoncv) == nil)
    }
}
