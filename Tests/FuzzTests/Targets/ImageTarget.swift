// `image`: an encoded picture, decoded and made into a tensor.
//
// The bytes are the picture. Its last byte, which every decoder ignores, chooses the processing, so
// that each finding is still a picture. The limits are small: large pictures would only cost time.

@testable import Inference

extension FuzzTarget {
    private static let limits = PictureLimits(
        pixels: 1 << 18, jpegScans: 100, jpegScanPixels: 1 << 21)

    /// Decodes with both profiles, turned by EXIF too, and carries out a plan.
    static let image = FuzzTarget(name: "image") { bytes throws(Violation) in
        let choice = Int(bytes.last ?? 0)
        for profile in [Preprocessing.DecodeProfile.pillow, .opencv] {
            let channels = [Preprocessing.Channels.rgb, .gray, .bgr][choice % 3]
            var decoder = PictureDecoder(profile: profile, channels: channels, limits: limits)
            guard let raster = try decoded(bytes, &decoder) else { continue }
            try require(
                raster.channels == channels.count && raster.width > 0 && raster.height > 0
                    && raster.pixels.count == raster.width * raster.height * raster.channels
                    && raster.width * raster.height <= limits.pixels,
                "a picture of \(raster.width)×\(raster.height)×\(raster.channels)")
            try prepare(raster, plan(choice, profile, channels))
            let pixels = raster.pixels
            decoder.reclaim(raster)
            let again = try decoded(bytes, &decoder)
            try require(again?.pixels == pixels, "other pixels in memory that was used before")
            var turning = PictureDecoder(
                profile: profile, channels: channels, orientation: .exif, limits: limits)
            let turned = try decoded(bytes, &turning)
            try require(turned?.pixels.count == pixels.count, "turning changed the size")
        }
    }

    private static func decoded(
        _ bytes: [UInt8], _ decoder: inout PictureDecoder
    ) throws(Violation) -> Raster? {
        let refusal: PictureError
        do throws(PictureError) {
            return try decoder.decode(bytes)
        } catch {
            refusal = error
        }
        try requireReadable(refusal.sentence)
        return nil
    }

    /// One of 256 plans: size, resize, filter, order.
    private static func plan(
        _ choice: Int, _ profile: Preprocessing.DecodeProfile, _ channels: Preprocessing.Channels
    ) -> Preprocessing {
        let (height, width) = [(1, 1), (7, 13), (32, 32), (96, 2), (224, 224)][choice % 5]
        let targets: [Preprocessing.ResizeTarget] = [
            .shorter(height), .exact(height: height, width: width),
            .covering(height: height, width: width), .within(height: height, width: width),
            .letterbox(
                Preprocessing.Letterbox(
                    size: Preprocessing.Size(height: height, width: width),
                    place: Preprocessing.Letterbox.Place.allCases[choice % 3],
                    rounding: Preprocessing.Letterbox.Rounding.allCases[choice / 3 % 3])),
        ]
        let isPillow = profile == .pillow
        let filters = Preprocessing.ResizeLibrary.pillow.filters
        return Preprocessing(
            decode: profile,
            resize: choice % 7 == 0
                ? nil
                : Preprocessing.Resize(
                    target: targets[choice / 3 % targets.count],
                    library: isPillow ? .pillow : .opencv,
                    filter: isPillow ? filters[choice / 2 % filters.count] : .bilinear),
            crop: Preprocessing.Size(height: height, width: width),
            mean: [0.5], std: [0.25], channels: channels, layout: choice & 1 == 0 ? .nchw : .nhwc,
            padding: [127], arithmetic: choice & 2 == 0 ? .torchvision : .transformers)
    }

    /// Every value of the tensor is written, and has the value that the plan's numbers give it.
    private static func prepare(_ raster: Raster, _ plan: Preprocessing) throws(Violation) {
        var preprocessor = Preprocessor(plan, limits: limits)
        guard let size = preprocessor.outputSize else { throw Violation("a plan without a size") }
        let count = size.height * size.width * plan.channels.count
        var floats = [Float](repeating: .nan, count: count)
        var bytes = [UInt8](repeating: 0xA5, count: count)
        var refusal: PictureError?
        do throws(PictureError) {
            var tensor = floats.mutableSpan
            try preprocessor.write(raster, into: &tensor)
            // The same steps, without the numbers: whole numbers are the pixels as they are.
            var plain = plan
            (plain.scale, plain.mean, plain.std) = (1, [0], [1])
            var unscaled = Preprocessor(plain, limits: limits)
            var pixels = bytes.mutableSpan
            try unscaled.write(raster, into: &pixels)
        } catch {
            refusal = error
        }
        if let refusal { return try requireReadable(refusal.sentence) }
        for index in floats.indices {
            let expected = (Float(bytes[index]) / 255 - 0.5) / 0.25
            try require(
                abs(floats[index] - expected) < 1e-5,
                "value \(index) is \(floats[index]) of pixel \(bytes[index])")
        }
    }
}
