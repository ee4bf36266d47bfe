// What exporters note inside the ONNX file, and what follows from it.

import Basics
import Onnx
import Testing

@testable import Inference

@Suite struct ModelMetadataTests {
    /// A field of wire type 2.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var length = content.count
        var bytes = [number << 3 | 2]
        while length >= 0x80 {
            bytes.append(UInt8(length & 0x7F) | 0x80)
            length >>= 7
        }
        return bytes + [UInt8(length)] + content
    }

    /// A network [N, 3, 8, 8] to four classes, with notes behind it: messages add up.
    private static func model(_ notes: [(String, String)]) throws -> [UInt8] {
        try notes.reduce(into: ModelFixtures.bytes("models/logits.onnx")) { bytes, note in
            bytes += field(14, field(1, Array(note.0.utf8)) + field(2, Array(note.1.utf8)))
        }
    }

    private static func load(
        _ notes: [(String, String)], _ files: [String: String] = [:]
    ) throws -> Model {
        var contents = files.mapValues { Array($0.utf8) }
        contents["model.onnx"] = try model(notes)
        let folder = TemporaryFolder(contents)
        return try Model.load(folder: folder.path, options: ModelFixtures.engine)
    }

    private static let ultralytics = [
        ("author", "Ultralytics"), ("task", "classify"), ("imgsz", "[8, 8]"), ("stride", "1"),
        ("names", "{0: 'cat', 1: \"dog's\", 2: 'bird', 3: 'fish'}"),
    ]

    @Test func `Ultralytics' notes give its names and its own transform`() throws {
        let model = try Self.load(Self.ultralytics)
        #expect(
            model.labels
                == Resolved(Labels(names: ["cat", "dog's", "bird", "fish"]), .metadata("names")))
        let size = Preprocessing.Size(height: 8, width: 8)
        let wanted = Preset.ultralytics.preprocessing(size: size)
        #expect(model.settings.resize == Resolved(wanted.resize, .metadata("task")))
        #expect(model.settings.crop == Resolved(size, .metadata("task")))
        #expect(model.settings.scale.value == 1.0 / 255)
        #expect(model.settings.mean.value == [0, 0, 0] && model.settings.std.value == [1, 1, 1])
        let overridden = try Self.load(
            Self.ultralytics,
            ["amphora.json": #"{"preprocess": "inception", "labels": ["a", "b", "c", "d"]}"#])
        #expect(overridden.settings.mean.origin == .preset("inception"))
        #expect(overridden.labels.value.names == ["a", "b", "c", "d"])
    }

    @Test func `a detector is told as one`() throws {
        let notes = Self.ultralytics.map { $0.0 == "task" ? ("task", "detect") : $0 }
        #expect { try Self.load(notes) } throws: { "\($0)".contains("task \"detect\"") }
        // Another exporter's task is its own affair.
        _ = try Self.load([("task", "image-classification")])
    }

    @Test(arguments: [
        ("labels", "cat,dog,bird,fish"), ("classes", #"["cat", "dog", "bird", "fish"]"#),
        ("class_names", "['cat', 'dog', 'bird', 'fish']"), ("character", "cat\ndog\nbird\nfish\n"),
        ("id2label", #"{"0": "cat", "1": "dog", "2": "bird", "3": "fish"}"#),
        ("label_names", "cat;dog;bird;fish"), ("label_names", "cat , dog , bird , fish "),
        ("names", "{'cat': 0, 'dog': 1, 'bird': 2, 'fish': 3}"),
    ]) func `names are read in every form`(_ key: String, _ note: String) throws {
        let model = try Self.load([(key, note)])
        #expect(
            model.labels == Resolved(Labels(names: ["cat", "dog", "bird", "fish"]), .metadata(key)))
    }

    @Test func `names that are not understood are told, files win`() throws {
        let model = try Self.load([("names", "{0: cat}")])
        #expect(model.labels.value == .none)
        #expect(
            model.warnings.map(\.sentence).contains { $0.contains("\"names\" is not understood") })
        let both = try Self.load([("names", "['a','b','c','d']")], ["labels.txt": "e\nf\ng\nh"])
        #expect(both.labels.origin == .file("labels.txt"))
        #expect(both.warnings.map(\.sentence).contains { $0.contains("differently") })
    }

    @Test func `Windows ML's notes decide order and range`() throws {
        let bgr = try Self.load([
            ("Image.BitmapPixelFormat", "Bgr8"), ("Image.NominalPixelRange", "NominalRange_0_255"),
        ])
        #expect(bgr.settings.channels == Resolved(.bgr, .metadata("Image.BitmapPixelFormat")))
        #expect(bgr.settings.scale == Resolved(1, .metadata("Image.NominalPixelRange")))
        #expect(bgr.settings.mean.value == [0, 0, 0])
        #expect(
            bgr.settings.resize.value
                == Preprocessing.Resize(target: .exact(height: 8, width: 8), filter: .bicubic))
        #expect(bgr.warnings.guesses.count == 1)
        let signed = try Self.load(
            [("Image.NominalPixelRange", "Normalized_1_1")], ["cvexport.manifest": "{}"])
        #expect(signed.settings.scale.value == 1 / 127.5 && signed.settings.offset.value == 1)
        #expect(signed.warnings.guesses.isEmpty)
        #expect {
            try Self.load([("Image.BitmapPixelFormat", "Nv12")])
        } throws: { "\($0)".contains("Nv12") }
    }

    @Test func `Custom Vision's file says what its model does not`() throws {
        let model = try Self.load(
            [],
            [
                "metadata_properties.json": """
                {"CustomVision.Preprocess.ResizeMethod": "ByShorterSide",
                 "CustomVision.Preprocess.TargetHeight": "16",
                 "CustomVision.Preprocess.CropMethod": "OneCropCenter",
                 "CustomVision.Preprocess.CropHeight": "8", "CustomVision.Preprocess.CropWidth": "8",
                 "CustomVision.Preprocess.NormalizeMean": "[0.0, 0.0, 0.0]",
                 "CustomVision.Preprocess.NormalizeStd": "[1.0, 1.0, 1.0]",
                 "Image.BitmapPixelFormat": "Rgb8", "Image.NominalPixelRange": "Normalized_0_1"}
                """
            ])
        #expect(
            model.settings.resize.value
                == Preprocessing.Resize(target: .shorter(16), filter: .bicubic))
        #expect(model.settings.crop.value == Preprocessing.Size(height: 8, width: 8))
        #expect(model.settings.scale.value == 1.0 / 255)
        #expect(model.warnings.guesses.isEmpty)
    }
}
