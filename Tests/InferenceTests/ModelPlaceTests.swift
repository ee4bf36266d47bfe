// Where a model is found: folders below, several candidates, hostile trees.

import Basics
import Onnx
import Testing

@testable import Inference

@Suite struct ModelPlaceTests {
    @Test func `a model below is found, with the notes above it`() throws {
        let triton = try TemporaryFolder([
            "1/model.onnx": "", "labels.txt": "cat\ndog", "config.pbtxt": "name: \"m\"",
        ])
        let found = try ModelFolder(triton.path)
        #expect(found.model == Resolved("\(triton.path)/1/model.onnx", .file("1/model.onnx")))
        #expect(found.labels == Resolved(Labels(names: ["cat", "dog"]), .file("labels.txt")))
        let nearest = try TemporaryFolder([
            "a/MODEL.ONNX": "", "a/labels.txt": "near", "labels.txt": "far",
        ])
        let near = try ModelFolder(nearest.path)
        #expect(near.labels == Resolved(Labels(names: ["near"]), .file("a/labels.txt")))
    }

    @Test func `what is no place for models is passed over`() throws {
        let folder = try TemporaryFolder([
            "code/model.onnx": "", ".cache/model.onnx": "", "__MACOSX/m/._model.onnx": "",
            "m/model.onnx": "", "m/._model.onnx": "",
        ])
        #expect(try ModelFolder(folder.path).model.origin == .file("m/model.onnx"))
        let deep = try TemporaryFolder(["a/b/c/d/model.onnx": ""])
        #expect { try ModelFolder(deep.path) } throws: { "\($0)".contains("no model in") }
        let third = try TemporaryFolder(["a/b/c/model.onnx": ""])
        #expect(try ModelFolder(third.path).model.origin == .file("a/b/c/model.onnx"))
    }

    @Test func `of several, model.onnx is taken and the others are named`() throws {
        let variants = try TemporaryFolder([
            "onnx/model.onnx": "", "onnx/model_fp16.onnx": "", "onnx/model_quantized.onnx": "",
        ])
        let found = try ModelFolder(variants.path)
        #expect(found.model.origin == .file("onnx/model.onnx"))
        #expect(found.warnings.map(\.sentence).first?.contains("onnx/model_fp16.onnx") == true)
        let versions = try TemporaryFolder(["1/model.onnx": "", "2/model.onnx": ""])
        #expect { try ModelFolder(versions.path) } throws: {
            "\($0)".contains("2 models") && "\($0)".contains("1/model.onnx, 2/model.onnx")
        }
        let chosen = try TemporaryFolder([
            "1/model.onnx": "", "2/model.onnx": "", "amphora.json": #"{"model": "2/model.onnx"}"#,
        ])
        #expect(try ModelFolder(chosen.path).model.value == "\(chosen.path)/2/model.onnx")
    }

    @Test func `settings below choose among their neighbours`() throws {
        let folder = try TemporaryFolder([
            "my/a.onnx": "", "my/b.onnx": "", "my/l.txt": "x",
            "my/amphora.json": #"{"model": "b.onnx", "labels": "l.txt"}"#,
        ])
        let found = try ModelFolder(folder.path)
        #expect(found.model.value == "\(folder.path)/my/b.onnx")
        #expect(found.labels.value.names == ["x"])
    }

    @Test func `the file itself may be named`() throws {
        let folder = try TemporaryFolder(["a.onnx": "", "b.onnx": "", "labels.txt": "cat"])
        let found = try ModelFolder("\(folder.path)/b.onnx")
        #expect(found.model == Resolved("\(folder.path)/b.onnx", .file("b.onnx")))
        #expect(found.labels.value.names == ["cat"])
    }

    @Test func `links that lead in a circle end the search`() throws {
        var folder = try TemporaryFolder(["a/x.txt": "x"])
        folder.link("a/up", to: "..")
        folder.link("a/self", to: ".")
        #expect { try ModelFolder(folder.path) } throws: { "\($0)".contains("no model in") }
        var linked = try TemporaryFolder(["a/model.onnx": ""])
        linked.link("b", to: "a")
        #expect(try ModelFolder(linked.path).model.origin == .file("a/model.onnx"))
    }

    @Test func `weights behind links are read as Hugging Face's cache has them, and otherwise`()
        throws
    {
        let model = try ModelFixtures.bytes("models/external.onnx")
        let weights = try ModelFixtures.bytes("models/external.data")
        var cache = TemporaryFolder(["blobs/a": model, "blobs/b": weights])
        cache.link("snapshots/x/model.onnx", to: "../../blobs/a")
        cache.link("snapshots/x/external.data", to: "../../blobs/b")
        let wanted = try Model.load(folder: cache.path, options: ModelFixtures.engine)
        #expect(wanted.classes == 4)
        var elsewhere = TemporaryFolder(["m/model.onnx": model, "far/b": weights])
        elsewhere.link("m/external.data", to: "../far/b")
        let path = "\(elsewhere.path)/m/model.onnx"
        #expect(
            try ExternalData.linked(["external.data"], of: path).map(\.name) == ["external.data"])
        let loaded = try Model.load(folder: "\(elsewhere.path)/m", options: ModelFixtures.engine)
        #expect(loaded.classes == 4)
        let missing = TemporaryFolder(["model.onnx": model])
        #expect {
            try Model.load(folder: missing.path, options: ModelFixtures.engine)
        } throws: { "\($0)".contains("external.data is missing") }
    }

    @Test func `too many folders end the search`() throws {
        var files: [String: String] = [:]
        for index in 0..<1100 { files["f\(index)/x"] = "" }
        let folder = try TemporaryFolder(files)
        #expect { try ModelFolder(folder.path) } throws: {
            "\($0)".contains("as far as it was searched")
        }
    }

    @Test(arguments: [
        ("", false), ("/etc/passwd", false), ("../w", false), ("a/../../w", false),
        ("a\\..\\w", false),
        ("..", false), ("a/..", false), ("w.data", true), ("a/w", true), ("./w", true),
        ("a/../w", true),
    ]) func `names of weights stay in the folder`(_ name: String, _ isInside: Bool) {
        #expect(ExternalData.staysInside(name) == isInside)
    }
}
