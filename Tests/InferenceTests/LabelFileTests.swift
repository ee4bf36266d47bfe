// Class names in every form that exporters and people write them.

import Onnx
import Testing

@testable import Inference

@Suite struct LabelFileTests {
    private static let wanted = ["cat", "dog", "bird"]

    /// Each of them names cat, dog and bird.
    private static let same: [(String, String)] = [
        ("labels.txt", "cat\ndog\nbird\n"),
        ("Labels.txt", "cat\r\ndog\r\nbird"),
        ("labels.txt", "cat\rdog\rbird\r"),
        ("class_names.txt", "0 cat\n1 dog\n2 bird\n"),
        ("labels.txt", "1 cat\n2 dog\n3 bird\n"),
        ("labels.txt", "3 bird\n1 cat\n2 dog\n"), ("labels.txt", "bird,3\ncat,1\ndog,2\n"),
        ("labels.txt", "\"cat\",\n\"dog\",\n\"bird\"\n"),
        ("labels.txt", "  'cat',\n  'dog',\n  'bird',\n"), ("labels.txt", "cat,\ndog,\nbird\n"),
        ("labels.txt", "0: cat\n1: dog\n2: bird\n"),
        ("labels.txt", "2,bird\n0,cat\n1,dog\n"),
        ("labels.txt", "id,name\n0,cat\n1,dog\n2,bird\n"),
        ("classes.txt", "cat,0\ndog,1\nbird,2\n"),
        ("labels.txt", "cat;dog;bird"),
        ("labels.txt", "cat, dog, bird\n"),
        ("labels.txt", "{0: 'cat',\n 1: 'dog',\n 2: \"bird\"}\n"),
        ("labels.txt", "['cat', 'dog', 'bird']"),
        ("coco.names", "cat\ndog\nbird\n"),
        ("labels.json", #"["cat", "dog", "bird"]"#),
        ("classes.json", #"{"0": "cat", "1": "dog", "2": "bird"}"#),
        ("class_names.json", #"{"cat": 0, "dog": 1, "bird": 2}"#),
        ("class_indices.json", #"{"bird": 2, "cat": 0, "dog": 1}"#),
        ("class_to_idx.json", #"{"bird": "2", "cat": "0", "dog": "1"}"#),
        (
            "index_to_name.json",
            #"{"0": ["n01", "cat"], "1": ["n02", "dog"], "2": ["n03", "bird"]}"#
        ),
        (
            "imagenet_class_index.json",
            #"{"2": ["n03", "bird"], "0": ["n01", "cat"], "1": ["n02", "dog"]}"#
        ),
        ("labels.json", #"[["n01", "cat"], ["n02", "dog"], ["n03", "bird"]]"#),
        (
            "labels.json",
            #"[{"id": 1, "name": "dog"}, {"id": 0, "name": "cat"}, {"id": 2, "name": "bird"}]"#
        ),
        ("labels.json", #"{"version": 1, "labels": ["cat", "dog", "bird"]}"#),
        (
            "metadata.json",
            #"{"tfjsVersion": "1.3.1", "labels": ["cat", "dog", "bird"], "imageSize": 224}"#
        ),
        ("index_to_name.json", #"{"object_type_names": {"0": "cat", "1": "dog", "2": "bird"}}"#),
        ("data.yaml", "path: ../pets\nnames:\n  0: cat\n  1: dog\n  2: bird\n"),
        ("data.yaml", "nc: 3\nnames: ['cat', 'dog', 'bird']\n"),
    ]

    @Test(arguments: same.indices) func `every form names the same classes`(index: Int) throws {
        let (name, text) = Self.same[index]
        let renamed = name == "coco.names" ? "names.names" : name
        let folder = try TemporaryFolder(["a.onnx": "", renamed: text])
        let found = try ModelFolder(folder.path)
        let choice = try LabelChoice(found.labelSources, classes: 3)
        #expect(choice.labels == Resolved(Labels(names: Self.wanted), .file(renamed)))
        #expect(choice.warnings == [])
    }

    @Test func `numbers that belong to the names stay`() throws {
        for text in ["0\n1\n2", "1 star\n2 stars\n3 stars", "0.5 mm\n1.5 mm\n2.5 mm", "7up\n8up"] {
            let names = text.split(separator: "\n").map(String.init)
            #expect(try Labels(Array(text.utf8), file: "labels.txt").names == names)
        }
        #expect(throws: ModelError.self) {
            try Labels(Array("0 cat\n1 dog\n3 bird".utf8), file: "labels.txt")
        }
    }

    @Test func `the same label for two classes is said`() throws {
        let names = Resolved(Labels(names: ["cat", "dog", "cat"]), .file("labels.txt"))
        let labels = try ClassLabels([names], isWritten: false, own: nil, through: nil, numbers: 3)
        #expect(
            labels.warnings.map(\.sentence)
                == ["labels.txt has the same label for classes 0 and 2, “cat”"])
    }

    @Test func `UTF-16 is read, other encodings are named`() throws {
        let text = "Kätzchen\nHund\n"
        var (low, high): ([UInt8], [UInt8]) = ([0xFF, 0xFE], [0xFE, 0xFF])
        for unit in text.utf16 {
            low += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)]
            high += [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
        }
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        for bytes in [low, high, marked] {
            #expect(try Labels(bytes, file: "labels.txt").names == ["Kätzchen", "Hund"])
        }
        #expect { try Labels([0x48, 0x0A, 0x4B, 0xE4, 0x74], file: "labels.txt") } throws: {
            "\($0)".contains("line 2 is not valid UTF-8") && "\($0)".contains("WINDOWS-1252")
        }
        #expect { try Labels(Array(low.dropFirst(2)), file: "labels.txt") } throws: {
            "\($0)".contains("UTF")
        }
        #expect { try Labels([0xFF, 0xFE, 0, 0, 0x41, 0, 0, 0], file: "labels.txt") } throws: {
            "\($0)".contains("UTF-32")
        }
    }

    @Test(arguments: [
        ("labels.json", #"["cat", "dog""#, "labels.json: not valid JSON: line 1, column 14"),
        ("labels.json", #"{"a": 1, "b": 1}"#, "names class 1 twice"),
        ("labels.json", #"{"0": 1, "1": 0}"#, "nothing says which are the classes"),
        ("labels.json", #"{"0": "cat", "9000": "dog"}"#, "numbers up to 9000"),
        ("labels.json", #"{"labels": ["a"], "classes": ["b"]}"#, "differently"),
        ("labels.json", "3", "holds 3; expected a list"),
        ("labels.txt", #"{"0": "cat", "1": }"#, "begins like a list or an object"),
    ]) func `what is wrong is told with its place`(_ name: String, _ text: String, _ part: String) {
        #expect { try Labels(Array(text.utf8), file: name) } throws: { "\($0)".contains(part) }
    }

    @Test func `classes numbered from 1 are a guess and refused`() throws {
        let labels = try Labels(
            Array(#"{"1": "cat", "2": "dog", "3": "bird"}"#.utf8), file: "labels.json")
        #expect(throws: ModelError.self) {
            try LabelChoice([Resolved(labels, .file("labels.json"))], classes: 3)
        }
        let choice = try LabelChoice([Resolved(labels, .file("labels.json"))], classes: 4)
        #expect(choice.labels.value[0] == .index(0))
    }

    @Test func `of several lists the first that fits decides, and it is said`() throws {
        let text = Resolved(Labels(names: ["cat", "dog"]), Origin.file("labels.txt"))
        let config = Resolved(
            Labels(names: ["Katze", "Hund"]), Origin.key("id2label", in: "config.json"))
        let short = Resolved(Labels(names: ["cat"]), Origin.file("classes.txt"))
        let empty = Resolved(
            Labels(names: ["LABEL_0", "LABEL_1"]), Origin.key("id2label", in: "config.json"))
        let both = try LabelChoice([text, config], classes: 2)
        #expect(both.labels == text)
        #expect(both.warnings.map(\.sentence).first?.contains("“cat” and “Katze”") == true)
        let second = try LabelChoice([short, config], classes: 2)
        #expect(second.labels == config)
        #expect(second.warnings.map(\.sentence).first?.contains("classes.txt has 1 labels") == true)
        #expect(try LabelChoice([empty, text], classes: 2) == LabelChoice([text], classes: 2))
        #expect(try LabelChoice([], classes: 2).labels.value == .none)
    }

    @Test func `Triton's settings name the labels`() throws {
        let folder = try TemporaryFolder([
            "1/model.onnx": "", "mine.txt": "cat\ndog", "labels.txt": "x\ny",
            "config.pbtxt": "output [ {\n  name: \"p\"\n  label_filename: \"mine.txt\"\n} ]",
        ])
        #expect(try ModelFolder(folder.path).labels.origin == .file("mine.txt"))
    }

    @Test func `names of files and labels can't forge a line`() throws {
        let folder = try TemporaryFolder(["a.onnx": "", "my\nlabels.csv": "x"])
        let sentences = try ModelFolder(folder.path).warnings.map(\.sentence)
        #expect(sentences.count == 1 && !sentences[0].contains("\n"))
        let choice = try LabelChoice(
            [
                Resolved(Labels(names: ["\u{1B}[31m"]), .file("labels.txt")),
                Resolved(Labels(names: ["a"]), .file("classes.txt")),
            ], classes: 1)
        #expect(choice.warnings.allSatisfy { !$0.sentence.contains("\u{1B}") })
    }

    @Test func `a file that is not read is mentioned`() throws {
        let folder = try TemporaryFolder(["a.onnx": "", "my_labels.csv": "x", "notes.txt": "x"])
        let sentences = try ModelFolder(folder.path).warnings.map(\.sentence)
        #expect(sentences.count == 1 && sentences[0].hasPrefix("my_labels.csv may name"))
        let two = try TemporaryFolder(["a.onnx": "", "labels.txt": "x", "labels.json": "["])
        let found = try ModelFolder(two.path)
        #expect(found.labels.origin == .file("labels.txt"))
        #expect(found.warnings.map(\.sentence).first?.hasSuffix("it is not used") == true)
    }
}
