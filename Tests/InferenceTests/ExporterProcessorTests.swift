// Hugging Face's `preprocessor_config.json`: the effect of its keys. The end-to-end tests compare
// the results with the library's; these tests hold the rules and the errors.

import Testing

@testable import Inference

@Suite struct ExporterProcessorTests {
    private typealias Size = Preprocessing.Size
    private typealias Target = Preprocessing.ResizeTarget

    @Test(
        arguments: [
            ("ViTImageProcessor", "", Target.exact(height: 224, width: 224), nil),
            ("ViTFeatureExtractor", #""size": 96"#, .exact(height: 96, width: 96), nil),
            ("ViTImageProcessorFast", #""size": [32, 48]"#, .exact(height: 32, width: 48), nil),
            (
                "ViTImageProcessorPil", #""size": {"width": 20, "height": 30}"#,
                .exact(height: 30, width: 20), nil
            ),
            (
                "ViTImageProcessor",
                #""size": 96, "default_to_square": false, "do_center_crop": true,"#
                    + #" "crop_size": 64"#, .shorter(96), Size(height: 64, width: 64)
            ),
            (
                "DeiTImageProcessor", "", .exact(height: 256, width: 256),
                Size(height: 224, width: 224)
            ),
            (
                "ConvNextImageProcessor", #""size": {"shortest_edge": 224}"#, .shorter(256),
                Size(height: 224, width: 224)
            ),
            (
                "ConvNextFeatureExtractor", #""size": 288, "crop_pct": 0.95"#, .shorter(303),
                Size(height: 288, width: 288)
            ),
            (
                "ConvNextImageProcessor", #""size": 384, "crop_pct": 0.5"#,
                .exact(height: 384, width: 384), nil
            ),
            ("LevitImageProcessor", #""size": 200"#, .shorter(228), Size(height: 224, width: 224)),
            (
                "PoolFormerImageProcessor", #""crop_pct": 0.95"#, .shorter(235),
                Size(height: 224, width: 224)
            ),
            (
                "MobileNetV2ImageProcessor", #""size": {"shortest_edge": 256}, "crop_size": 192"#,
                .shorter(256), Size(height: 192, width: 192)
            ),
            ("SiglipImageProcessor", "", .exact(height: 224, width: 224), nil),
            (
                "BitImageProcessor", #""crop_size": null"#, .shorter(224),
                Size(height: 224, width: 224)
            ),
        ] as [(String, String, Target, Size?)])
    private func `sizes are meant as each class means them`(
        type: String, keys: String, target: Target, crop: Size?
    ) throws {
        let settings = try Exporter.settings(Exporter.processor(type, keys))
        #expect(settings.resize.value?.target == target)
        #expect(settings.crop.value == crop)
        #expect(settings.arithmetic != .torchvision)
    }

    @Test(
        arguments: zip(
            0...5,
            [.nearest, .lanczos, .bilinear, .bicubic, .box, .hamming] as [Preprocessing.Filter]))
    func `filters have Pillow's numbers`(number: Int, filter: Preprocessing.Filter) throws {
        var files = Exporter.processor("ViTImageProcessor", #""resample": \#(number)"#)
        files["config.json"] = #"{"transformers_version": "4.57.6"}"#
        #expect(try Exporter.settings(files).resize.value?.filter == filter)
        files["config.json"] = #"{"transformers_version": "5.24.0"}"#
        guard number < 4 else {
            #expect(Exporter.fails("which torchvision lacks") { _ = try Exporter.files(files) })
            return
        }
        let tensor: Preprocessing.Filter = number == 0 ? .nearestExact : filter
        #expect(try Exporter.settings(files).resize.value?.filter == tensor)
    }

    /// What a folder's files say about the version, and who resizes then.
    @Test(
        arguments: [
            ("ViTImageProcessor", "config.json", "4.57.6", .pillow, "transformers_version"),
            (
                "ViTImageProcessor", "config.json", "5.0.0.dev0", .torchvision,
                "transformers_version"
            ),
            (
                "ViTImageProcessorFast", "config.json", "4.48.1", .torchvision,
                "image_processor_type"
            ),
            (
                "ViTImageProcessor", "generation_config.json", "5.1", .torchvision,
                "transformers_version"
            ),
            ("ViTImageProcessor", "ort_config.json", "4.30.0", .pillow, "transformers_version"),
            ("ViTFeatureExtractor", "", "", .pillow, "image_processor_type"),
            ("ViTImageProcessorFast", "", "", .torchvision, "image_processor_type"),
        ] as [(String, String, String, Preprocessing.ResizeLibrary, String)])
    func `the version that wrote a folder decides who resizes`(
        type: String, file: String, version: String, library: Preprocessing.ResizeLibrary,
        key: String
    ) throws {
        var files = Exporter.processor(type)
        if !file.isEmpty { files[file] = #"{"transformers_version": "\#(version)"}"# }
        let settings = try Exporter.settings(files)
        #expect(settings.resize.value?.library == library)
        #expect(settings.library?.value == library)
        #expect(settings.library?.origin.key == key)
        let exported = try Exporter.files(files)
        #expect(exported.warnings.guesses.isEmpty)
        #expect(
            exported.warnings.contains { $0.sentence.contains("transformers 5 loads the same") }
                == (library == .pillow))
    }

    @Test func `without a version torchvision is a guess, and one key settles it`() throws {
        let bare = Exporter.processor("ViTImageProcessor")
        let guesses = try Exporter.files(bare).warnings.guesses
        #expect(guesses.count == 1)
        #expect(guesses[0].contains(#"{"preprocess": {"resize": {"library": "torchvision"}}}"#))
        for library in ["pillow", "torchvision"] {
            let settings = try Exporter.settings(
                bare, manifest: #"{"preprocess": {"resize": {"library": "\#(library)"}}}"#)
            #expect(settings.library?.value.rawValue == library)
            #expect(settings.library?.origin.key == "preprocess.resize.library")
            #expect((settings.arithmetic == .transformers) == (library == "pillow"))
        }
    }

    @Test func `defaults are those of the version`() throws {
        func resize(_ type: String, _ version: String) throws -> Preprocessing.Resize? {
            var files = Exporter.processor(type, #""size": 64"#)
            files["config.json"] = #"{"transformers_version": "\#(version)"}"#
            return try Exporter.settings(files, shape: [nil, 3, nil, nil]).resize.value
        }
        #expect(try resize("PvtImageProcessor", "4.57.6")?.filter == .bilinear)
        #expect(try resize("PvtImageProcessor", "5.24.0")?.filter == .bicubic)
        #expect(try resize("EfficientNetImageProcessor", "4.57.6")?.filter == .nearest)
        #expect(try resize("EfficientNetImageProcessorFast", "4.57.6")?.filter == .nearestExact)
        #expect(try resize("EfficientNetImageProcessor", "5.24.0")?.filter == .bicubic)
    }

    @Test func `every value says where it is from`() throws {
        let file = "preprocessor_config.json"
        let settings = try Exporter.settings(
            Exporter.processor("ViTImageProcessor", #""image_mean": 0.25, "do_center_crop": false"#)
        )
        #expect(settings.mean == Resolved([0.25, 0.25, 0.25], .key("image_mean", in: file)))
        #expect(settings.std == Resolved([0.5, 0.5, 0.5], .library("ViTImageProcessor")))
        #expect(settings.scale == Resolved(1 / 255, .library("ViTImageProcessor")))
        #expect(settings.crop == Resolved(nil, .key("do_center_crop", in: file)))
    }

    @Test func `steps can be switched off`() throws {
        let settings = try Exporter.settings(
            Exporter.processor(
                "DeiTImageProcessor",
                #""do_resize": false, "do_rescale": false, "do_normalize": false"#))
        #expect(settings.resize.value == nil)
        #expect(settings.scale.value == 1)
        #expect(settings.mean.value == [0, 0, 0])
        #expect(settings.std.value == [1, 1, 1])
    }

    @Test func `EfficientNet moves and divides twice, MobileViT turns to BGR`() throws {
        let twice = try Exporter.settings(
            Exporter.processor(
                "EfficientNetImageProcessor", #""rescale_offset": true, "image_std": [1, 2, 4]"#))
        #expect(twice.offset.value == 1)
        #expect(twice.secondStd.value == [1, 2, 4])
        let once = try Exporter.settings(
            Exporter.processor("EfficientNetImageProcessor", #""include_top": false"#))
        #expect(once.secondStd.value == nil)
        let flipped = try Exporter.settings(Exporter.processor("MobileViTImageProcessor"))
        #expect(flipped.channels == Resolved(.bgr, .library("MobileViTImageProcessor")))
        #expect(flipped.mean.value == [0, 0, 0])
    }

    @Test func `the model's type names the class where the file does not`() throws {
        let settings = try Exporter.settings([
            "config.json": #"{"model_type": "resnet"}"#,
            "preprocessor_config.json": #"{"size": 224}"#,
        ])
        #expect(settings.resize.value?.target == .shorter(256))
    }

    @Test func `a processor of pictures and texts holds one of pictures`() throws {
        let file = "processor_config.json"
        let joint =
            #"{"image_processor": {"image_processor_type": "CLIPImageProcessor", "#
            + #""size": {"shortest_edge": 99}, "crop_size": 88}, "processor_class": "CLIPProcessor"}"#
        let settings = try Exporter.settings([file: joint])
        #expect(settings.crop.value == Size(height: 88, width: 88))
        #expect(settings.crop.origin == .key("image_processor.crop_size", in: file))
        let own = Exporter.processor("ViTImageProcessor")
        let both = try Exporter.settings(own.merging([file: joint]) { first, _ in first })
        #expect(both.inputSize == Size(height: 224, width: 224))
        #expect(
            Exporter.fails("/processor_config.json: \"image_processor.image_processor_type\" is") {
                _ = try Exporter.files([file: "{}"])
            })
    }

    @Test func `amphora.json overrides one by one, and all of it replaces an unknown class`() throws
    {
        let known = Exporter.processor("EfficientNetImageProcessor", #""rescale_offset": true"#)
        let some = try Exporter.settings(
            known, manifest: #"{"preprocess": {"std": [1, 1, 1], "scale": 1}}"#)
        #expect(some.secondStd == Resolved(nil, .default))
        #expect(some.offset == Resolved(0, .default))
        #expect(some.mean.value == [0.5, 0.5, 0.5])
        let filter = try Exporter.settings(
            known,
            manifest: #"{"preprocess": {"resize": {"filter": "box", "library": "pillow"}}}"#)
        #expect(
            filter.resize
                == Resolved(
                    Preprocessing.Resize(
                        target: .exact(height: 346, width: 346), library: .pillow, filter: .box),
                    .key("preprocess.resize", in: "amphora.json")))
        let opencv = try Exporter.settings(
            known, manifest: #"{"preprocess": {"resize": {"library": "opencv"}}}"#)
        #expect(
            opencv.resize.value
                == Preprocessing.Resize(
                    target: .exact(height: 346, width: 346), library: .opencv, filter: .bicubic))
        let unknown = Exporter.processor("GroundingDinoImageProcessor")
        #expect(Exporter.fails { _ = try Exporter.settings(unknown) })
        let all = try Exporter.settings(
            unknown,
            manifest: """
                {"preprocess": {"resize": {"size": 40, "filter": "box"}, "crop": 32, "scale": 1,
                                "mean": [0, 0, 0], "std": [1, 1, 1]}}
                """)
        #expect(all.arithmetic == .torchvision)
    }

    @Test(arguments: [
        (#""size": "224""#, #""size" is "224""#),
        (#""size": 0"#, #""size" is 0"#),
        (#""size": 1e9"#, #""size" is 1000000000"#),
        (#""size": [224]"#, #""size" is a list of 1"#),
        (#""size": {"longest_edge": 224}"#, #""size" has the keys "longest_edge""#),
        (#""size": {"height": 224}"#, #"expected {"height": n, "width": n}"#),
        (#""resample": 6"#, #""resample" is 6; expected a filter of Pillow"#),
        (#""resample": "bicubic""#, #""resample" is "bicubic""#),
        (#""do_resize": 1"#, #""do_resize" is 1; expected true or false"#),
        (#""do_center_crop": true"#, #""crop_size" is missing"#),
        (#""do_pad": true"#, #""do_pad" is true"#),
        (#""auto_map": {}"#, #""auto_map" leads to Python code"#),
        (#""rescale_factor": 0"#, #""rescale_factor" is 0"#),
        (#""rescale_factor": 1e-60"#, #""rescale_factor""#),
        (#""image_mean": [0.5, "x", 0.5]"#, #""image_mean" is a list of 3"#),
        (#""image_mean": [0.5]"#, ""),
        (#""image_mean": [0.5, 0.5]"#, #""image_mean" has 2 values; expected 3"#),
        (#""image_std": [0.5, 0, 0.5]"#, #"expected a list of numbers above 0"#),
        (#""image_std": 0"#, #""image_std" is 0"#),
    ])
    func `what is wrong is named with its file and key`(keys: String, part: String) {
        let files = Exporter.processor("ViTImageProcessor", keys)
        let fails = Exporter.fails("preprocessor_config.json", part) {
            _ = try Exporter.settings(files)
        }
        // One value applies to all channels.
        #expect(fails == !part.isEmpty)
    }

    @Test(arguments: [
        ("ViTImageProcesor", "known are ViTImageProcessor, DeiTImageProcessor"),
        ("PerceiverImageProcessor", "which crops pictures before it resizes them"),
        ("DINOv3ViTImageProcessorFast", "under \"preprocess\" in amphora.json"),
        ("", "\"image_processor_type\" is \"\""),
    ])
    func `an unknown class is refused`(type: String, part: String) {
        #expect(
            Exporter.fails("preprocessor_config.json", part) {
                _ = try Exporter.files(Exporter.processor(type))
            })
    }

    @Test func `no class at all is refused, and so is what is no JSON`() {
        for (text, part) in [
            ("{}", "\"image_processor_type\" is missing"), ("[]", "expected an object"),
            ("{", "not valid JSON: line 1, column 2"), ("", "it is empty"),
            (#"{"size": 1, "size": 2}"#, "is given twice"),
        ] {
            #expect(
                Exporter.fails("preprocessor_config.json", part) {
                    _ = try Exporter.files(["preprocessor_config.json": text])
                })
        }
    }

    @Test func `a ConvNeXt that crops twice, or has no shorter side, is refused`() {
        for keys in [#""size": {"height": 1, "width": 1}"#, #""size": [224, 224]"#] {
            let files = Exporter.processor("ConvNextImageProcessor", keys)
            #expect(Exporter.fails("shortest_edge") { _ = try Exporter.files(files) })
        }
        let twice = Exporter.processor(
            "ConvNextImageProcessor", #""size": 224, "do_center_crop": true, "crop_size": 200"#)
        #expect(Exporter.fails("\"crop_size\"") { _ = try Exporter.files(twice) })
    }

    @Test func `a size that is not the network's is an error of its file`() {
        let files = Exporter.processor("ViTImageProcessor", #""size": 224"#)
        #expect(
            Exporter.fails("preprocessor_config.json: \"size\" ends at height 224", "height 384") {
                _ = try Exporter.settings(files, shape: [1, 3, 384, 384])
            })
        let open = Exporter.processor("BitImageProcessor", #""do_center_crop": false"#)
        #expect(
            Exporter.fails("preprocessor_config.json: \"do_center_crop\" is off") {
                _ = try Exporter.settings(open)
            })
    }

    @Test func `strange keys are named in warnings, usual ones are not`() throws {
        let keys =
            #""do_thumbnail": true, "do_convert_rgb": true, "size": 224, "resample": 2, "#
            + #""image_mean": [0, 0, 0], "image_std": [1, 1, 1]"#
        var files = Exporter.processor("ViTImageProcessor", keys)
        files["config.json"] = #"{"transformers_version": "5.24.0"}"#
        let strange = try Exporter.files(files).warnings
            .map(\.sentence)
        #expect(strange.count == 1)
        #expect(strange[0].contains("preprocessor_config.json: the key \"do_thumbnail\""))
        let bare = try Exporter.files(Exporter.processor("BeitImageProcessor")).warnings.map(
            \.sentence)
        #expect(bare.contains { $0.contains("\"size\" is missing; the default of Beit") })
    }
}
