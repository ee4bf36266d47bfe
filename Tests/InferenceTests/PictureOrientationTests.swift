// Which way up pictures come out, against the real Pillow and OpenCV: in every format that declares an
// orientation, in every form that Pillow reads, and from damaged EXIF data.
//
// `tools/orientation_cases.py OUTDIR` writes the cases; AMPHORA_TEST_ORIENTATION_CASES=OUTDIR runs them.

import Basics
import TestSupport
import Testing

@testable import Inference

private let casesFolder = environment("AMPHORA_TEST_ORIENTATION_CASES")

@Suite(
    .enabled(
        if: casesFolder != nil,
        "set AMPHORA_TEST_ORIENTATION_CASES to a folder made by tools/orientation_cases.py"))
struct PictureOrientationTests {
    private let cases: [RecordedCase]

    init() throws {
        cases = try RecordedCase.read("\(casesFolder ?? "")/cases.bin")
    }

    private func decoded(
        _ example: RecordedCase, _ orientation: Preprocessing.Orientation
    ) throws(PictureError) -> Raster {
        var decoder = PictureDecoder(orientation: orientation, limits: PictureLimits())
        return try decoder.decode(example.input)
    }

    @Test func `every picture is turned as Pillow's exif_transpose turns it`() throws {
        var turned = 0
        for example in cases {
            let (width, height, orientation) = (
                example.numbers[1], example.numbers[2], example.numbers[3]
            )
            let raster = try decoded(example, .exif)
            // Pillow fails on this EXIF data, some of it after turning; the picture is served.
            if orientation == 0 { continue }
            if orientation > 1 { turned += 1 }
            #expect(raster.width == width && raster.height == height, "\(example.name)")
            #expect(differing(raster.pixels, example.result) == 0, "\(example.name)")
        }
        print("\(turned) of \(cases.count) pictures turned")
        #expect(turned > 400)
    }

    @Test func `what cameras write, OpenCV turns in the same way`() {
        let usual = cases.filter { $0.numbers[5] == 1 }
        for example in usual {
            #expect(example.numbers[3] == example.numbers[4], "\(example.name)")
        }
        #expect(usual.count == 80)
    }

    @Test func `a stored picture keeps its pixels, and is noticed once it is declared turned`()
        throws
    {
        for example in cases where example.numbers[5] == 1 {
            var decoder = PictureDecoder(orientation: .stored, limits: PictureLimits())
            let raster = try decoder.decode(example.input)
            #expect(raster.width == 24 && raster.height == 16, "\(example.name)")
            #expect(decoder.hasLeftTurned == (example.numbers[3] > 1), "\(example.name)")
        }
    }

    @Test func `MXNet's OpenCV turns a JPEG only if it does not begin with JFIF`() throws {
        for example in cases where example.numbers[5] == 1 {
            var decoder = PictureDecoder(profile: .opencv, limits: PictureLimits())
            let raster = try decoder.decode(example.input)
            let turns = example.name.hasPrefix("JPEG without") && example.numbers[3] > 4
            #expect((raster.width == 16) == turns, "\(example.name)")
        }
    }
}

/// Each default against the library whose pipeline it is, as `tools/record_orientations.py` found it.
@Suite struct OrientationDefaultTests {
    @Test(arguments: [
        ("transformers.image_utils.load_image", Preprocessing.Orientation.exif),
        ("datasets.Image", .exif), ("cv2.imread", .exif),
        ("ultralytics.data.loaders.LoadImagesAndVideos", .exif),
        ("torchvision.datasets.folder.default_loader", .stored),
        ("timm.data.ImageDataset", .stored), ("keras.utils.load_img", .stored),
    ])
    func `a default turns the pictures that its library turns`(
        loader: String, orientation: Preprocessing.Orientation
    ) throws {
        let document = try JSONValue(
            reading: ModelFixtures.bytes("orientations.json"), maxValues: 10_000)
        guard case .object(let loaders) = document, case .object(let entry)? = loaders[loader],
            case .object(let forms)? = entry["undone"]
        else {
            Issue.record("\(loader) is not recorded")
            return
        }
        #expect(forms.count == 5)
        let expected = (1...8).map { orientation == .exif ? $0 : 1 }
        for (form, undone) in forms {
            guard case .array(let numbers) = undone else { continue }
            let found = numbers.map { $0.integer(1...8) ?? 0 }
            #expect(found == expected, "\(form)")
        }
    }
}
