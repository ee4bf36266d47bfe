// `config.json` of Hugging Face and timm: classes, activation, and timm's preprocessing.

import Tensors
import TestSupport
import Testing

@testable import Inference
@testable import Onnx

@Suite struct ExporterConfigTests {
    private typealias Size = Preprocessing.Size

    @Test func `id2label names the classes, and labels beside it come first`() throws {
        let config = #"{"model_type": "vit", "id2label": {"1": "dog", "0": "cat", "3": 7}}"#
        let labels = try #require(try Exporter.files(["config.json": config]).labels)
        #expect(labels.origin == .key("id2label", in: "config.json"))
        #expect(labels.value.count == 3)
        #expect((0...4).map { labels.value[$0].text } == ["cat", "dog", "#2", "7", "#4"])
        let folder = try TemporaryFolder(
            ["config.json": config, "synset.txt": "a\nb\n"], models: ["net.onnx": "logits"])
        #expect(try ModelFolder(folder.path).labels.origin == .file("synset.txt"))
    }

    @Test(arguments: [
        (#""problem_type": "single_label_classification""#, Activation.softmax),
        (#""problem_type": "multi_label_classification""#, .sigmoid),
        (#""problem_type": "regression""#, .none),
        (#""id2label": {"0": "yes"}"#, .sigmoid),
        (#""problem_type": null"#, .softmax),
    ])
    func `the problem decides the activation`(keys: String, activation: Activation) throws {
        let files = ["config.json": #"{"model_type": "vit", \#(keys)}"#]
        let exported = try Exporter.files(files).activation
        var measured = Measurement(of: .float32)
        measured.add([-1, 2, 3])
        let scores = ScoreReading(
            GraphEnding(.scores, "Gemm"), measured, classes: 3, written: nil, exported: exported)
        #expect(scores.activation.value == activation && scores.warnings == [])
        // An activation that the graph contains is not applied again.
        measured = Measurement(of: .float32)
        measured.add([0.25, 0.25, 0.5])
        let ended = ScoreReading(
            GraphEnding(.softmax, "Softmax"), measured, classes: 3, written: nil,
            exported: exported)
        #expect(ended.activation == Resolved(.none, .graph("ends in Softmax")))
        #expect(ended.warnings.count == (exported.map { $0.value == .none ? 0 : 1 } ?? 0))
    }

    @Test func `the size of the network decides where nothing else does`() throws {
        let files = ["config.json": #"{"model_type": "vit", "image_size": 384, "num_channels": 1}"#]
        let settings = try Exporter.settings(files, shape: [nil, nil, nil, nil])
        #expect(settings.crop.value == Size(height: 384, width: 384))
        #expect(settings.crop.origin == .key("image_size", in: "config.json"))
        #expect(settings.inputShape == [1, 1, 384, 384])
        #expect(settings.layout == Resolved(.nchw, .library("PyTorch")))
        #expect(settings.channels == Resolved(.gray, .key("num_channels", in: "config.json")))
        #expect(
            try Exporter.files(files).warnings.first?.sentence.contains("no preprocessor_config")
                == true)
    }

    @Test(arguments: [
        (#"{"id2label": {"0": "a", "x": "b"}}"#, #""id2label" has the key "x""#),
        (#"{"id2label": {"0": "a", "-1": "b"}}"#, #""id2label" has the key "-1""#),
        (#"{"id2label": {"99999999999": "a"}}"#, #""id2label" has the key "99999999999""#),
        (#"{"id2label": {"00": "a", "0": "b"}}"#, #""id2label" names class 0 twice"#),
        (#"{"id2label": {"0": ["a"]}}"#, #""id2label" calls class 0 a list of 1"#),
        (#"{"id2label": "a"}"#, #""id2label" is "a""#),
        (#"{"model_type": "vit", "problem_type": "vqa"}"#, #""problem_type" is "vqa""#),
        (#"{"model_type": "vit", "image_size": 0}"#, #""image_size" is 0"#),
        (#"{"model_type": 7}"#, #""model_type" is 7"#),
        (#"{"model_type": "vit", "num_channels": 4}"#, #""num_channels" is 4; expected 1 or 3"#),
        (#"{"architecture": "a", "input_size": [3, 224]}"#, #""input_size" is a list of 2"#),
        (#"{"architecture": "a", "crop_pct": 9}"#, #""crop_pct" is 9"#),
        (#"{"pretrained_cfg": {"crop_mode": "top"}}"#, #""pretrained_cfg.crop_mode" is "top""#),
        (
            #"{"pretrained_cfg": {"interpolation": "random"}}"#,
            #""pretrained_cfg.interpolation" is "random""#
        ),
        (#"{"pretrained_cfg": {"mean": 0.5}}"#, #""pretrained_cfg.mean" is 0.5"#),
        (#"{"pretrained_cfg": {}, "label_names": [1.5]}"#, #""label_names" holds 1.5"#),
        (#"{"pretrained_cfg": {}, "num_classes": "10"}"#, #""num_classes" is "10""#),
        ("nonsense", "not valid JSON"),
    ])
    func `what is wrong is named with its file and key`(config: String, part: String) {
        #expect(
            Exporter.fails("/config.json: ", part) {
                _ = try Exporter.files(["config.json": config])
            })
    }

    @Test func `a config of something else has no effect, and says so`() throws {
        let files = try Exporter.files(["config.json": #"{"learning_rate": 0.1}"#])
        #expect(files.labels == nil)
        #expect(
            files.warnings == [
                .notice("config.json is neither Hugging Face's nor timm's; it has no effect")
            ])
        let task = try Exporter.files([
            "config.json": #"{"architectures": ["DetrForObjectDetection"], "model_type": "detr"}"#
        ])
        #expect(task.warnings.contains { $0.sentence.contains("\"DetrForObjectDetection\"") })
    }

    // MARK: timm

    @Test(
        arguments: [
            (
                #""input_size": [3, 224, 224], "crop_pct": 0.9"#, .shorter(248),
                Size(height: 224, width: 224)
            ),
            ("", .shorter(256), Size(height: 224, width: 224)),
            (#""crop_pct": 0"#, .shorter(256), Size(height: 224, width: 224)),
            (
                #""input_size": [3, 288, 288], "crop_pct": 0.95, "crop_mode": "squash""#,
                .exact(height: 303, width: 303), Size(height: 288, width: 288)
            ),
            (
                #""input_size": [3, 128, 192], "crop_pct": 0.93"#,
                .covering(height: 137, width: 206), Size(height: 128, width: 192)
            ),
            (
                #""crop_mode": "border", "crop_pct": 1.0"#, .within(height: 224, width: 224),
                Size(height: 224, width: 224)
            ),
        ] as [(String, Preprocessing.ResizeTarget, Size)])
    private func `timm's crops round as timm does`(
        data: String, target: Preprocessing.ResizeTarget, crop: Size
    ) throws {
        let settings = try Exporter.settings(Exporter.timm(data))
        #expect(settings.resize.value?.target == target)
        #expect(settings.crop.value == crop)
        #expect(settings.resize.value?.filter == .bicubic)
        #expect(settings.arithmetic == .torchvision)
        #expect(settings.padding.value == (data.contains("border") ? [124, 116, 104] : [0]))
    }

    @Test func `a network exported at its test size has the test's crop`() throws {
        let data =
            #""input_size": [3, 176, 176], "test_input_size": [3, 224, 224], "#
            + #""crop_pct": 0.875, "test_crop_pct": 0.95"#
        let test = try Exporter.settings(Exporter.timm(data), shape: [nil, 3, 224, 224])
        #expect(test.resize.value?.target == .shorter(235))
        #expect(test.crop.origin == .key("pretrained_cfg.test_input_size", in: "config.json"))
        let open = try Exporter.settings(Exporter.timm(data))
        #expect(open.crop.value == Size(height: 176, width: 176))
        #expect(
            Exporter.fails("config.json: \"pretrained_cfg.input_size\" ends at height 176") {
                _ = try Exporter.settings(Exporter.timm(data), shape: [nil, 3, 256, 256])
            })
    }

    @Test func `timm's names, nested or flat, with gaps or without`() throws {
        for config in [
            #"{"architecture": "a", "label_names": ["x", "y"], "pretrained_cfg": {}}"#,
            #"{"architecture": "a", "pretrained_cfg": {"label_names": ["x", "y"]}}"#,
            #"{"architecture": "a", "labels": {"0": "x", "1": "y"}, "mean": [0.5, 0.5, 0.5]}"#,
        ] {
            let files = try Exporter.files(["config.json": config])
            #expect(files.labels?.value == Labels(names: ["x", "y"]))
            #expect(files.warnings.isEmpty)
        }
    }

    @Test func `timm keeps ImageNet's names to itself`() throws {
        let config = #"{"architecture": "a", "num_classes": 1000, "pretrained_cfg": {}}"#
        let labels = try #require(try Exporter.files(["config.json": config]).labels)
        #expect(labels.origin == .library("timm"))
        #expect(labels.value.count == 1000 && Set(labels.value.names).count >= 998)
        #expect(labels.value.names[0] == "tench, Tinca tinca")
        #expect(labels.value.names[285] == "Egyptian cat")
        #expect(labels.value.names[999].hasPrefix("toilet tissue"))
        let other = #"{"architecture": "a", "num_classes": 999, "pretrained_cfg": {}}"#
        #expect(try Exporter.files(["config.json": other]).labels == nil)
    }

    @Test func `timm inside Hugging Face's files`() throws {
        let files = [
            "config.json": #"{"model_type": "timm_wrapper", "architecture": "resnet18", "#
                + #""architectures": ["TimmWrapperForImageClassification"], "#
                + #""problem_type": "multi_label_classification", "#
                + #""pretrained_cfg": {"crop_pct": 1.0, "std": [1, 1, 1]}}"#,
            "preprocessor_config.json": #"{"image_processor_type": "TimmWrapperImageProcessor"}"#,
        ]
        let settings = try Exporter.settings(files)
        #expect(settings.resize.value?.target == .shorter(224))
        #expect(settings.std.origin == .key("pretrained_cfg.std", in: "config.json"))
        #expect(try Exporter.files(files).activation?.value == .sigmoid)
    }

    // MARK: Together

    @Test func `files and network that disagree are warned of`() throws {
        let files = try Exporter.files([
            "config.json": #"{"model_type": "vit", "num_channels": 1, "#
                + #""problem_type": "multi_label_classification"}"#
        ])
        let input = try Self.input()
        let sentences = files.disagreements(input: input, classes: 4)
        #expect(sentences.count == 1)
        #expect(sentences[0].sentence.contains("config.json: \"num_channels\" says 1 channels"))
        let timm = try Exporter.files(["config.json": #"{"architecture": "a", "num_classes": 9}"#])
        #expect(timm.disagreements(input: input, classes: 4).count == 1)
    }

    private static func input(_ element: ElementType = .float32) throws -> NetworkInput {
        try NetworkInput([
            TensorDescription(name: "x", element: element, shape: [1, 3, 8, 8])
        ])
    }

    @Test func `what exporters say of numbers is left to a network of bytes`() throws {
        let files = Exporter.processor("ViTImageProcessor", #""size": 8, "resample": 3"#)
        let settings = try Exporter.settings(files, shape: [1, 3, 8, 8], element: .uint8)
        #expect(settings.scale == Resolved(1, .model))
        #expect(settings.mean == Resolved([0, 0, 0], .model))
        #expect(settings.resize.value?.filter == .bicubic)
        let sentences = try Exporter.files(files).disagreements(
            input: Self.input(.uint8), classes: 4)
        #expect(
            sentences == [
                .notice(
                    "preprocessor_config.json scales and normalizes, but the model's input is uint8 "
                        + "and takes pixels as they are; that is left to the model")
            ])
    }

    @Test func `labels that are too few are an error with their key`() throws {
        let folder = try TemporaryFolder(
            [
                "config.json":
                    #"{"model_type": "x", "image_size": 8, "id2label": {"0": "a", "1": "b"}}"#
            ],
            models: ["net.onnx": "open_size"])
        #expect {
            try Model.load(folder: folder.path, options: ModelFixtures.engine)
        } throws: {
            "\($0)".hasPrefix(
                "config.json: \"id2label\" has 2 labels, but the network has 4 classes")
        }
    }

    @Test func `no mutation of a file does worse than throw`() throws {
        var generator = SeededGenerator(seed: 20)
        let originals = [
            "config.json": #"{"architecture": "a", "num_classes": 3, "label_names": ["x", "y"], "#
                + #""pretrained_cfg": {"input_size": [3, 64, 64], "test_input_size": [3, 9, 9], "#
                + #""crop_pct": 0.9, "crop_mode": "border", "mean": [0.5, 0.4, 0.3]}}"#,
            "preprocessor_config.json": #"{"image_processor_type": "PoolFormerImageProcessor", "#
                + #""crop_pct": 0.9, "size": {"shortest_edge": 224}, "crop_size": [1, 999], "#
                + #""resample": 3, "image_std": [1e-3, 1, 1e9], "rescale_factor": 0.0039}"#,
        ]
        var sound = 0
        for _ in 0..<800 {
            let name = Bool.random(using: &generator) ? "config.json" : "preprocessor_config.json"
            var bytes = Array((originals[name] ?? "").utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0x20..<0x7F, using: &generator)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ModelError) {
                let settings = try Exporter.settings([name: text])
                var preprocessor = Preprocessor(settings.preprocessing, limits: PictureLimits())
                var tensor = [Float](
                    repeating: 0, count: settings.inputShape.reduce(1, *))
                var span = tensor.mutableSpan
                let raster = Raster(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
                if settings.inputShape.reduce(1, *) < 1 << 16 {
                    #expect(throws: Never.self) { try preprocessor.write(raster, into: &span) }
                }
                sound += 1
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
        #expect(sound > 20)
    }
}
