// What `inspect` reads of an ONNX file besides its network, from valid and damaged files.

import Onnx
import TestSupport
import Testing

@testable import Inference

@Suite struct GraphSummaryTests {
    @Test(arguments: [
        ("logits", [String]()), ("external", ["external.data"]), ("open_all", []),
    ])
    func `versions, weights and where they are`(name: String, external: [String]) throws {
        let summary = try GraphSummary(.file(ModelFixtures.model(name)))
        #expect(summary.opset == 13)
        #expect(summary.irVersion == 8)
        #expect(summary.nodes > 0)
        // Three channels to four classes, and a bias.
        #expect(summary.parameters == 16)
        #expect(summary.externalFiles == external)
        #expect(summary.extensions.isEmpty)
    }

    /// A field of length-delimited content.
    private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(content.count)] + content
    }

    /// A model with one initializer.
    private static func model(tensor: [UInt8]) -> ModelSource {
        .bytes(field(7, field(5, tensor)))
    }

    @Test func `dimensions written one by one or packed, and types that are no weights`() throws {
        for (tensor, parameters) in [
            ([0x08, 3, 0x08, 4, 0x10, 1], 12), (Self.field(1, [3, 4]) + [0x10, 1], 12),
            ([0x10, 1], 1), ([0x08, 5, 0x10, 7], 0), ([0x08, 0, 0x10, 1], 0),
        ] as [([UInt8], Int)] {
            #expect(try GraphSummary(Self.model(tensor: tensor)).parameters == parameters)
        }
    }

    @Test func `more weights than there are numbers are not counted`() throws {
        let huge: [UInt8] = [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]
        let large: [UInt8] = [0x08] + [UInt8](repeating: 0xff, count: 8) + [0x3f]
        for tensor in [huge, large + large] {
            #expect(try GraphSummary(Self.model(tensor: tensor + [0x10, 1])).parameters == nil)
        }
    }

    @Test func `producer, operators of others and their versions`() throws {
        let bytes =
            Self.field(2, Array("keras2onnx".utf8)) + Self.field(3, Array("1.9".utf8))
            + Self.field(8, Self.field(1, Array("ai.onnx.ml".utf8)) + [0x10, 3])
            + Self.field(8, [0x10, 17])
        let summary = try GraphSummary(.bytes(bytes))
        #expect(summary.producer == "keras2onnx 1.9")
        #expect(summary.extensions == ["ai.onnx.ml 3"])
        #expect(summary.opset == 17)
    }

    @Test func `a damaged file has some summary or other`() throws {
        let original = try ModelFixtures.bytes("models/external.onnx")
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<5000 {
            var bytes = Array(original.prefix(.random(in: 0...original.count, using: &generator)))
            for _ in 0..<4 where !bytes.isEmpty {
                bytes[.random(in: bytes.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            let summary = try GraphSummary(.bytes(bytes))
            #expect(summary.nodes >= 0 && (summary.parameters ?? 0) >= 0)
        }
    }
}
