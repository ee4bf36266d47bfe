// `.params` files: every form and type, and the errors for damaged files.

import Basics
import Tensors
import TestSupport
import Testing

@testable import Inference
@testable import MXNetImport
@testable import Onnx

@Suite struct MXNetParametersTests {
    private typealias Fixtures = MXNetFixtures

    private func list(_ bytes: [UInt8]) throws -> NDArrayList {
        try NDArrayList(.bytes(bytes), path: "net.params")
    }

    private func refusal(_ bytes: [UInt8]) -> String {
        do throws(ModelError) {
            _ = try NDArrayList(.bytes(bytes), path: "net.params")
            return ""
        } catch {
            return error.description
        }
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        try File.contents(of: Fixtures.parameters(name), limit: 1 << 20)
    }

    /// The values of an array in the graph.
    private func floats(_ array: NDArray, in bytes: [UInt8]) -> [Float] {
        let end = array.offset + array.count * array.type.size
        let converted = array.type.float32Bytes(of: Array(bytes[array.offset..<end]))
        return stride(from: 0, to: converted.count, by: 4).map { place in
            var bits: UInt32 = 0
            for index in 0..<4 { bits |= UInt32(converted[place + index]) << UInt32(8 * index) }
            return Float(bitPattern: bits)
        }
    }

    @Test func `every type that MXNet writes becomes float32`() throws {
        let bytes = try bytes("types")
        let list = try list(bytes)
        #expect(list.names.count == 9 && list.names.contains("aux:bool"))
        for (name, array) in zip(list.names, list.arrays) {
            let array = try #require(array)
            let expected: [Float] =
                name == "bare.name"
                ? [1.5, -2.5]
                : name == "aux:bool" ? [0, 1, 1, 1, 1, 1] : [0, 1, 2, 3, 4, 100]
            #expect(floats(array, in: bytes) == expected, "\(name)")
        }
        #expect(ScalarType.bfloat16.float32Bytes(of: [0xC0, 0x3F]) == [0, 0, 0xC0, 0x3F])
        #expect(ScalarType.float16.float32Bytes(of: [0x00, 0xC1]) == [0, 0, 0x20, 0xC0])
    }

    @Test func `names may be left out`() throws {
        let list = try list(bytes("unnamed"))
        #expect(list.names.isEmpty)
        #expect(list.arrays.map { $0?.shape } == [[6], [2, 1]])
    }

    @Test func `numpy's shapes have scalars, and say none otherwise`() throws {
        let list = try list(bytes("numpy_shapes"))
        #expect(list.arrays.map { $0?.shape } == [[], [6]])
        let none = header(1) + little(0xF993_FACA, 4) + little(0, 4) + little(-1, 4) + little(0, 8)
        #expect(try self.list(none).arrays == [nil])
    }

    @Test func `the older forms are read`() throws {
        let numbers = [UInt8](repeating: 0, count: 24)
        let tail = little(1, 8) + little(0, 4) + numbers + little(0, 8)
        let first = header(1) + little(0xF993_FAC8, 4) + little(2, 4) + little(2, 8) + little(3, 8)
        #expect(try list(first + tail).arrays.first??.shape == [2, 3])
        let oldest = header(1) + little(2, 4) + little(2, 4) + little(3, 4)
        #expect(try list(oldest + tail).arrays.first??.shape == [2, 3])
        #expect(try list(header(1) + little(0, 4) + little(0, 8)).arrays == [nil])
        let none = header(1) + little(0xF993_FAC9, 4) + little(0, 4) + little(0, 4) + little(0, 8)
        #expect(try list(none).arrays == [nil])
    }

    @Test func `sparse arrays are refused by name`() throws {
        #expect(try refusal(bytes("sparse")).contains("storage type 2 (csr); dense arrays"))
    }

    @Test func `the error names the damage`() {
        let good = Fixtures.list([("arg:w", [2, 3])])
        #expect(refusal([]).contains("it ends at byte 0, inside the magic number"))
        #expect(refusal(Array("PK".utf8) + good).contains("does not begin with 0x112"))
        #expect(refusal(good + [0]).contains("something follows its last name"))
        #expect(refusal(header(1 << 40)).contains("promises 1099511627776 arrays"))
        let type = little(1, 8) + little(99, 4) + little(0, 8)
        let array = header(1) + little(0xF993_FAC9, 4) + little(0, 4) + little(1, 4) + little(1, 8)
        #expect(refusal(array + type).contains("the type flag 99"))
        let huge = header(1) + little(0xF993_FAC9, 4) + little(0, 4) + little(2, 4)
        let sides = little(1 << 40, 8) + little(1 << 40, 8) + little(1, 8) + little(0, 4)
        #expect(refusal(huge + sides + little(0, 8)).contains("would need more than the"))
        let negative = little(-2, 8) + little(1, 8) + little(1, 8) + little(0, 4)
        #expect(refusal(huge + negative + little(0, 8)).contains("a dimension of -2"))
        let deep = header(1) + little(1000, 4) + little(0, 8)
        #expect(refusal(deep).contains("has 1000 dimensions"))
        var twoNames = good
        twoNames.replaceSubrange((good.count - 21)..<(good.count - 13), with: little(2, 8))
        #expect(refusal(twoNames).contains("names"))
    }

    @Test func `a file cut anywhere is refused`() throws {
        let bytes = try bytes("types")
        for count in bytes.indices { #expect(!refusal(Array(bytes[..<count])).isEmpty) }
        #expect(refusal(bytes).isEmpty)
    }

    @Test func `two arrays of one name are refused`() throws {
        let list = try list(Fixtures.list([("arg:w", [1]), ("aux:w", [1])]))
        #expect { try MXNetParameters(list, path: "net.params") } throws: {
            "\($0)".contains("two arrays called \"w\"")
        }
    }

    @Test func `mutated bytes never trap`() throws {
        let bytes = try bytes("types")
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            var mutant = bytes
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                mutant[Int.random(in: mutant.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            _ = refusal(mutant)
        }
    }

    private func little(_ value: Int, _ size: Int) -> [UInt8] { Fixtures.little(value, size) }

    private func header(_ count: Int) -> [UInt8] {
        little(0x112, 8) + little(0, 8) + little(count, 8)
    }
}
