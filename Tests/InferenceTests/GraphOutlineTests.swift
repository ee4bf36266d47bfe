// What is read of an ONNX file besides its weights, from messages built byte by byte.

import Tensors
import TestSupport
import Testing

@testable import Onnx

@Suite struct GraphOutlineTests {
    /// A field of length-delimited content.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        precondition(content.count < 128 && number < 16)
        return [number << 3 | 2, UInt8(content.count)] + content
    }

    private static func text(_ number: UInt8, _ text: String) -> [UInt8] {
        field(number, Array(text.utf8))
    }

    private static func outline(graph: [UInt8]) throws -> GraphOutline {
        try GraphOutline(.bytes(field(7, graph)))
    }

    @Test func `inputs, outputs and nodes of a file`() throws {
        let outline = try GraphOutline(.file(ModelFixtures.model("softmax_reshaped")))
        #expect(outline.isComplete)
        #expect(outline.opset == 13)
        #expect(outline.inputs.first?.element == .float32)
        #expect(outline.outputs.map(\.name) == ["probabilities"])
        let last = outline.producer(of: "probabilities")
        #expect(last?.operation == outline.nodes.last?.operation)
        #expect(outline.consumers(of: outline.inputs[0].name).count >= 1)
        #expect(outline.producer(of: "") == nil && outline.producer(of: "nothing") == nil)
    }

    @Test func `attributes of every kind, packed and not`() throws {
        func attribute(_ name: String, _ content: [UInt8], type: UInt8) throws
            -> GraphOutline.Attribute?
        {
            let node =
                Self.text(4, "Op") + Self.field(5, Self.text(1, name) + content + [0xA0, 1, type])
            return try Self.outline(graph: Self.field(1, node)).nodes.first?.attributes[name]
        }
        #expect(try attribute("f", [0x15, 0, 0, 0x20, 0x40], type: 1) == .float(2.5))
        #expect(try attribute("i", [0x18, 7], type: 2) == .integer(7))
        let minusOne = [UInt8](repeating: 0xFF, count: 9) + [1]
        #expect(try attribute("axis", [0x18] + minusOne, type: 2) == .integer(-1))
        #expect(try attribute("zero", [], type: 2) == .integer(0))
        #expect(try attribute("s", Self.text(4, "abc"), type: 3) == .text("abc"))
        #expect(try attribute("ints", [0x40, 1, 0x40, 2], type: 7) == .integers([1, 2]))
        #expect(
            try attribute("packed", Self.field(8, [1, 2, 3]), type: 7) == .integers([1, 2, 3]))
        #expect(try attribute("none", [], type: 7) == .integers([]))
        #expect(
            try attribute("floats", Self.field(7, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]), type: 6)
                == .floats([1, 2]))
        let texts = Self.text(9, "cat") + Self.text(9, "dog")
        #expect(try attribute("strings", texts, type: 8) == .texts(["cat", "dog"]))
        #expect(try attribute("graph", Self.field(6, []), type: 5) == .other)
    }

    @Test func `constants as raw bytes and as typed fields`() throws {
        func values(_ tensor: [UInt8]) throws -> [Double]? {
            try Self.outline(graph: Self.field(5, Self.text(8, "c") + tensor)).constants["c"]?
                .values
        }
        // float32 raw, int64 raw, float16 raw, float16 as int32_data, int64_data, double_data.
        #expect(
            try values([0x08, 2, 0x10, 1] + Self.field(9, [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])) == [
                1, -2,
            ])
        #expect(try values([0x10, 7] + Self.field(9, [UInt8](repeating: 0xFF, count: 8))) == [-1])
        #expect(try values([0x08, 1, 0x10, 10] + Self.field(9, [0, 0x3C])) == [1])
        #expect(try values([0x08, 1, 0x10, 10] + Self.field(5, [0x80, 0x78])) == [1])
        #expect(try values([0x08, 2, 0x10, 7] + Self.field(7, [3, 4])) == [3, 4])
        #expect(try values([0x10, 11] + Self.field(10, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])) == [1])
        // Bytes that do not fit the shape, and strings, have no values.
        #expect(try values([0x08, 2, 0x10, 1] + Self.field(9, [0, 0, 0x80, 0x3F])) == nil)
        #expect(try values([0x08, 1, 0x10, 8] + Self.text(6, "a")) == nil)
        #expect(
            try values(
                [0x08, 1, 0x10, 1] + Self.field(13, Self.text(1, "location") + Self.text(2, "w")))
                == nil)
    }

    @Test func `what a Constant holds is a constant`() throws {
        let attribute = Self.text(1, "value_float") + [0x15, 0, 0, 0x80, 0x3F, 0xA0, 1, 1]
        let node = Self.text(2, "c") + Self.text(4, "Constant") + Self.field(5, attribute)
        #expect(try Self.outline(graph: Self.field(1, node)).constant("c")?.values == [1])
    }

    @Test func `the exporter's notes, versions and functions`() throws {
        let entry = Self.text(1, "names") + Self.text(2, "{0: 'cat'}")
        let function = Self.text(1, "Softmax")
        let bytes =
            Self.field(14, entry) + [0xCA, 0x01, UInt8(function.count)] + function
            + Self.field(8, [0x10, 17])
            + Self.field(8, Self.text(1, "ai.onnx.ml") + [0x10, 3])
        let outline = try GraphOutline(.bytes(bytes))
        #expect(outline.note("names") == "{0: 'cat'}")
        #expect(outline.note("task") == nil)
        #expect(outline.functions == ["Softmax"])
        #expect(outline.opsets == ["": 17, "ai.onnx.ml": 3])
        // A file without a graph is not complete.
        #expect(!outline.isComplete)
    }

    @Test func `a declared shape has open and fixed lengths, or is absent`() throws {
        let open = Self.field(1, Self.text(2, "N"))
        let fixed = Self.field(1, [0x08, 3])
        let tensor = [0x08, 1] + Self.field(2, open + fixed)
        let with = Self.text(1, "x") + Self.field(2, Self.field(1, tensor))
        let without = Self.text(1, "y") + Self.field(2, Self.field(1, [0x08, 10]))
        let map = Self.text(1, "z") + Self.field(2, Self.field(4, []))
        let outline = try Self.outline(
            graph: Self.field(11, with) + Self.field(12, without) + Self.field(12, map))
        #expect(outline.inputs == [.init(name: "x", element: .float32, shape: [nil, 3])])
        #expect(outline.outputs[0] == .init(name: "y", element: .float16, shape: nil))
        #expect(outline.outputs[1].element.code == 0)
    }
}
