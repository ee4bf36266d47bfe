// What a model folder contains, and the errors for what it lacks.

import Basics
import Onnx
import Testing

@testable import Inference

@Suite struct ModelFolderTests {
    @Test func `one model and nothing else is enough`() throws {
        let folder = try TemporaryFolder(["notes.md": "x"], models: ["net.onnx": "logits"])
        let found = try ModelFolder(folder.path)
        #expect(found.model == Resolved("\(folder.path)/net.onnx", .file("net.onnx")))
        #expect(found.labels == Resolved(.none, .default))
        #expect(found.manifest == Manifest())
    }

    @Test func `no folder, no model and two models are told apart`() throws {
        #expect { try ModelFolder("/nonexistent/folder") } throws: {
            "\($0)".contains("/nonexistent/folder does not exist")
        }
        let empty = try TemporaryFolder(["model.pt": "x", ".hidden.onnx": "x"])
        #expect { try ModelFolder(empty.path) } throws: { "\($0)".contains("looked for") }
        let two = try TemporaryFolder(["b.onnx": "", "a.onnx": ""])
        #expect { try ModelFolder(two.path) } throws: {
            "\($0)".contains("2 models") && "\($0)".contains("a.onnx, b.onnx")
                && "\($0)".contains("\"model\" in amphora.json")
        }
    }

    @Test func `the settings choose among models, and must name one that exists`() throws {
        let two = try TemporaryFolder([
            "b.onnx": "", "a.onnx": "", "amphora.json": #"{"model": "b.onnx"}"#,
        ])
        let found = try ModelFolder(two.path)
        #expect(found.model == Resolved("\(two.path)/b.onnx", .file("amphora.json")))
        let wrong = try TemporaryFolder([
            "a.onnx": "", "amphora.json": #"{"model": "c.onnx"}"#,
        ])
        #expect { try ModelFolder(wrong.path) } throws: {
            "\($0)".contains("c.onnx") && "\($0)".contains("does not exist")
        }
    }

    @Test func `labels are found by name, in order`() throws {
        let both = try TemporaryFolder([
            "a.onnx": "", "labels.txt": "cat\r\ndog\r\n", "classes.txt": "x",
        ])
        #expect(
            try ModelFolder(both.path).labels
                == Resolved(Labels(names: ["cat", "dog"]), .file("labels.txt")))
        let synset = try TemporaryFolder(["a.onnx": "", "synset.txt": "n01 tench, Tinca\n\nn03 x"])
        #expect(
            try ModelFolder(synset.path).labels.value.names == ["n01 tench, Tinca", "", "n03 x"])
    }

    @Test func `labels in the settings win over files`() throws {
        let list = try TemporaryFolder([
            "a.onnx": "", "labels.txt": "x", "amphora.json": #"{"labels": ["one"]}"#,
        ])
        #expect(
            try ModelFolder(list.path).labels
                == Resolved(Labels(names: ["one"]), .key("labels", in: "amphora.json")))
        let file = try TemporaryFolder([
            "a.onnx": "", "labels.txt": "x", "mine.txt": "two",
            "amphora.json": #"{"labels": "mine.txt"}"#,
        ])
        #expect(
            try ModelFolder(file.path).labels == Resolved(Labels(names: ["two"]), .file("mine.txt"))
        )
        let missing = try TemporaryFolder(["a.onnx": "", "amphora.json": #"{"labels": "no.txt"}"#])
        #expect { try ModelFolder(missing.path) } throws: {
            "\($0)".contains("no.txt cannot be read: No such file")
        }
    }

    @Test func `labels that cannot be right are named`() throws {
        let empty = try TemporaryFolder(["a.onnx": "", "labels.txt": "\n\r\n"])
        #expect { try ModelFolder(empty.path) } throws: { "\($0)".contains("labels.txt: no label") }
        let bytes = TemporaryFolder(["a.onnx": [], "labels.txt": [0x61, 0x0a, 0xff, 0x0a]])
        #expect { try ModelFolder(bytes.path) } throws: {
            "\($0)".contains("labels.txt: line 2 is not valid UTF-8")
        }
    }

    @Test func `labels have a place each, and what has none goes by its index`() throws {
        let labels = try Labels(Array("\u{FEFF}zero\none\n\n".utf8), file: "labels.txt")
        #expect(labels.names == ["zero", "one"])
        #expect(labels[1] == .name("one"))
        #expect(labels[2] == .index(2))
        #expect(Labels.none[0] == .index(0))
    }

    @Test func `a device in place of a file is refused`() {
        #expect(throws: InputError.self) { try File.contents(of: "/dev/zero", limit: 10) }
        #expect(throws: InputError.self) { try File.contents(of: "/tmp", limit: 10) }
    }

    @Test func `a file over the limit is refused`() throws {
        let folder = try TemporaryFolder(["big": "0123456789"])
        #expect(try File.contents(of: "\(folder.path)/big", limit: 10).count == 10)
        #expect {
            try File.contents(of: "\(folder.path)/big", limit: 9)
        } throws: { "\($0)".contains("10 bytes; at most 9") }
    }
}
