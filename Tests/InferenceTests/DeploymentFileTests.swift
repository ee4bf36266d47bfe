// PaddleClas' and MMDeploy's files.

import Onnx
import Testing

@testable import Inference

@Suite struct DeploymentFileTests {
    private static func read(_ files: [String: String]) throws -> DeploymentFiles {
        let folder = try TemporaryFolder(files)
        return try DeploymentFiles(in: NoteFolders(top: folder.path), needsSteps: true)
    }

    private static let paddle = """
        Global:
          model_name: PP-LCNet_x1_0
        PreProcess:
          transform_ops:
          - ResizeImage:
              resize_short: 256
          - CropImage:
              size: 224
          - NormalizeImage:
              channel_num: 3
              mean: [0.485, 0.456, 0.406]
              order: ''
              scale: 1.0/255.0
              std:
              - 0.229
              - 0.224
              - 0.225
          - ToCHWImage: null
        PostProcess:
          Topk:
            topk: 5
            label_list:
            - cat
            - dog
        """

    @Test func `PaddleClas' operators are read`() throws {
        let files = try Self.read(["inference.yml": Self.paddle])
        let steps = try #require(files.steps)
        #expect(steps.arithmetic == .paddle)
        #expect(
            steps.resize
                == Resolved(
                    Preprocessing.Resize(target: .shorter(256), library: .opencv),
                    .key("PreProcess.transform_ops[0].ResizeImage", in: "inference.yml")))
        #expect(steps.crop.value == Preprocessing.Size(height: 224, width: 224))
        #expect(steps.scale.value == 1.0 / 255)
        #expect(steps.std.value == [0.229, 0.224, 0.225])
        #expect(files.labels?.value.names == ["cat", "dog"])
    }

    @Test func `Pillow, sizes of two sides and a file of names`() throws {
        let files = try Self.read([
            "inference.yml": """
            PreProcess:
              transform_ops:
                - DecodeImage: {to_rgb: False}
                - ResizeImage: {size: [192, 80], interpolation: bicubic, backend: pil}
                - NormalizeImage: {scale: 0.00392156862745098, mean: [0, 0, 0], std: [1, 1, 1]}
            PostProcess:
              Topk: {topk: 2, class_id_map_file: "../data/names_list.txt"}
            """,
            "names_list.txt": "0 kit fox\n1 English setter\n",
        ])
        let steps = try #require(files.steps)
        #expect(
            steps.resize.value
                == Preprocessing.Resize(target: .exact(height: 80, width: 192), filter: .bicubic))
        #expect(steps.channels?.value == .bgr)
        #expect(
            files.labels
                == Resolved(Labels(names: ["kit fox", "English setter"]), .file("names_list.txt")))
    }

    @Test(arguments: [
        ("- RandFlipImage: {}", "RandFlipImage\" is not an operator"),
        ("- ResizeImage: {resize_short: 0}", "resize_short"),
        ("- ResizeImage: {size: 8, backend: tf}", "cv2 or pil"),
        ("- ResizeImage: {size: 8, interpolation: spline}", "interpolation"),
        ("- NormalizeImage: {scale: a}", "scale"),
        ("- NormalizeImage: {channel_num: 4}", "channel_num"),
        ("- x", "expected one operator"),
    ]) func `what is not known is refused by its place`(_ item: String, _ part: String) {
        let text = "PreProcess:\n  transform_ops:\n  \(item)\n"
        #expect { try Self.read(["inference.yml": text]) } throws: {
            "\($0)".contains("inference.yml") && "\($0)".contains(part)
        }
        #expect { try Self.read(["inference.yml": "a: &b c"]) } throws: {
            "\($0)".contains("line 1")
        }
    }

    private static func pipeline(_ transforms: String) -> String {
        #"{"pipeline": {"input": ["img"], "tasks": [{"name": "Preprocess", "transforms": ["#
            + transforms + #"]}, {"name": "net", "module": "Net"}]}}"#
    }

    @Test func `MMDeploy's transforms are read`() throws {
        let text = Self.pipeline(
            #"{"type": "LoadImageFromFile"}, {"type": "Resize", "size": [256, -1], "keep_ratio": true, "#
                + #""backend": "pillow"}, {"type": "CenterCrop", "crop_size": 224}, {"type": "Normalize", "#
                + #""mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375], "to_rgb": true}, "#
                + #"{"type": "ImageToTensor", "keys": ["img"]}, {"type": "Collect", "keys": ["img"]}"#
        )
        let files = try Self.read([
            "pipeline.json": text, "deploy.json": #"{"task": "Classifier", "models": []}"#,
        ])
        let steps = try #require(files.steps)
        #expect(steps.arithmetic == .mmcv)
        #expect(steps.resize.value == Preprocessing.Resize(target: .shorter(256)))
        #expect(steps.crop.value == Preprocessing.Size(height: 224, width: 224))
        #expect(steps.scale.value == 1 && steps.mean.value == [123.675, 116.28, 103.53])
        #expect(steps.channels?.value == .rgb)
    }

    @Test func `another task or transform is refused`() {
        #expect {
            try Self.read(["deploy.json": #"{"task": "Detector", "models": []}"#])
        } throws: { "\($0)".contains("Detector") }
        #expect {
            try Self.read(["pipeline.json": Self.pipeline(#"{"type": "Pad", "size_divisor": 32}"#)])
        } throws: { "\($0)".contains("\"Pad\"") }
    }

    @Test func `a side and a crop have Paddle's rounding`() {
        var plan = Preprocessing(
            resize: Preprocessing.Resize(target: .shorter(256), library: .opencv))
        let picture = Preprocessing.Size(height: 427, width: 640)
        // 640 · 256 / 427 is 383.7, and 384 − 224 is even.
        #expect(Geometry(plan).resized(picture, to: plan.resize?.target).width == 383)
        plan.arithmetic = .paddle
        #expect(Geometry(plan).resized(picture, to: plan.resize?.target).width == 384)
        let odd = Preprocessing.Size(height: 256, width: 387)
        let crop = Preprocessing.Size(height: 224, width: 224)
        #expect(Geometry(plan).centered(crop, in: odd).window.x.lowerBound == 81)
        plan.arithmetic = .mmcv
        #expect(Geometry(plan).centered(crop, in: odd).window.x.lowerBound == 82)
    }
}
