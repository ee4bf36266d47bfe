// Requests of arrays in each format, and what is wrong with those that are refused. End-to-end tests
// compare the same formats with numpy's and Triton's own.

import Tensors
import Testing

@Suite struct TensorRequestTests {
    static let two = [
        TensorDescription(name: "a", element: .float32, shape: [nil, 2]),
        TensorDescription(name: "b", element: .int64, shape: [nil]),
    ]
    static let one = [TensorDescription(name: "x", element: .float32, shape: [nil, 2])]
    static let text = [TensorDescription(name: "t", element: .string, shape: [nil])]

    static func floats(_ numbers: [Float], _ shape: [Int]) -> Tensor {
        let bytes = numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> ($0 * 8)) }
        }
        return Tensor(element: .float32, shape: shape, values: .bytes(bytes))
    }

    static func integers(_ numbers: [Int64], _ shape: [Int]) -> Tensor {
        let bytes = numbers.flatMap { number in
            (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        return Tensor(element: .int64, shape: shape, values: .bytes(bytes))
    }

    static let wanted = [
        NamedTensor(name: "a", tensor: floats([1, -0.5, 3e2, 4], [2, 2])),
        NamedTensor(name: "b", tensor: integers([5, -6], [2])),
    ]

    @Test(
        arguments: [
            (#"{"instances":[{"a":[1,-0.5],"b":5},{"b":-6,"a":[3e2,4]}]}"#, TensorFormat.rows),
            (
                " { \"instances\" :\n [ { \"a\" : [ 1 , -0.5 ] , \"b\" : 5 } ,{\"a\":[300,4.0],\"b\":-6}]}",
                .rows
            ),
            (#"{"inputs": {"b": [5, -6], "a": [[1, -0.5], [300, 4]]}}"#, .columns),
            (
                #"{"inputs": [{"name":"a","shape":[2,2],"datatype":"FP32","data":[1,-0.5,300,4]},"#
                    + #"{"data": [5, -6], "name": "b", "datatype": "INT64", "shape": [2]}]}"#, .v2
            ),
            (
                #"{"x": {"unknown": [1]}, "inputs": [ {"name":"a","shape":[2,2],"datatype":"FP32","#
                    + #""data":[[1,-0.5],[300,4]]}, {"name":"b","shape":[2],"datatype":"INT64","#
                    + #""data":[5,-6]} ]}"#, .v2
            ),
        ])
    func `each form of JSON is read by its members`(text: String, format: TensorFormat) throws {
        let request = try TensorRequest(json: Array(text.utf8), signature: Self.two)
        #expect(request.format == format)
        #expect(request.inputs == Self.wanted)
    }

    @Test func `CSV has a value a column`() throws {
        for text in ["1,-0.5\n300,4\n", "1, -0.5\r\n3e2,4.0", "\"1\",-.5\n+300,4\n\n"] {
            let request = try TensorRequest(csv: Array(text.utf8), signature: Self.one)
            #expect(request.inputs[0].tensor == Self.wanted[0].tensor)
        }
        let scalars = [
            TensorDescription(name: "n", element: .int64, shape: [nil, 1]),
            TensorDescription(name: "t", element: .string, shape: [nil, 1]),
        ]
        let mixed = try TensorRequest(
            csv: Array("5,\"a, \"\"b\"\"\"\n-6.0,\n".utf8), signature: scalars)
        #expect(mixed.inputs[0].tensor == Self.integers([5, -6], [2, 1]))
        #expect(
            mixed.inputs[1].tensor
                == Tensor(
                    element: .string, shape: [2, 1], values: .strings([Array("a, \"b\"".utf8), []]))
        )
    }

    @Test(arguments: [
        ("1,2\n3\n", "row 2 has 1 columns; expected 2"), ("1,x\n", "is “x”, which is no float32"),
        ("1,2,3\n", "a row has 3 columns"), ("", "no row"), ("1,2\n\n3,4\n", "row 2 is empty"),
        ("\"1,2\n", "the quotes are not closed"), ("1,\"2\"3\n", "text follows the quotes"),
        ("1,2\n3,\n4", "row 3 has 1 columns"),
    ])
    func `wrong CSV is refused by its place`(text: String, words: String) {
        #expect {
            try TensorRequest(csv: Array(text.utf8), signature: Self.one)
        } throws: { ($0 as? TensorFault)?.sentence.contains(words) == true }
    }

    @Test(arguments: [
        (#"{"instances": [[1, 2], [3]]}"#, "instances[1]"),
        (#"{"instances": [[1, 1e40]]}"#, "1e40, which float32 does not hold"),
        (#"{"instances": [[1, 01]]}"#, "a number begins with 0"),
        (
            #"{"inputs": [{"data": [1,2abc], "name": "x", "shape": [1,2], "datatype": "FP32"}]}"#,
            "malformed"
        ),
        (#"{"instances": [[1, 2]}"#, "malformed"), (#"{"instances": 5}"#, "no list of rows"),
        (#"{"instances": []}"#, "no rows"), (#"{"instances": [[1, null]]}"#, "is null"),
        (#"{"inputs": [[1, 2]], "inputs": [[1, 2]]}"#, "given twice"),
        (
            #"{"inputs": [{"name":"x","shape":[2,2],"datatype":"FP32","data":[1]}]}"#,
            "1 elements came for shape [2, 2]"
        ),
        (
            #"{"inputs": [{"name":"x","shape":[1,2],"datatype":"FP16","data":[1,2]}]}"#,
            "expected FP32"
        ),
        (
            #"{"inputs": [{"name":"x","shape":[1,2],"datatype":"FP32","#
                + #""parameters":{"binary_data_size":8}}]}"#, "header's length was not sent"
        ),
    ])
    func `wrong JSON is refused by its place`(text: String, words: String) {
        #expect {
            try TensorRequest(json: Array(text.utf8), signature: Self.one)
        } throws: { ($0 as? TensorFault)?.sentence.contains(words) == true }
    }

    @Test func `whole numbers are exact or refused`() throws {
        let signature = [TensorDescription(name: "i", element: .int64, shape: [nil])]
        let great = try TensorRequest(
            json: Array(#"{"inputs": [9223372036854775807, -9223372036854775808]}"#.utf8),
            signature: signature)
        #expect(great.inputs[0].tensor == Self.integers([.max, .min], [2]))
        for text in ["9223372036854775808", "1.5", "1e2"] {
            #expect(throws: TensorFault.self) {
                try TensorRequest(
                    json: Array(#"{"inputs": [\#(text)]}"#.utf8), signature: signature)
            }
        }
    }

    @Test func `the room that arrays take is limited`() {
        let numbers = "[" + [String](repeating: "[1,2]", count: 2000).joined(separator: ",") + "]"
        let limits = TensorLimits(bytes: 8000)
        #expect(throws: TensorFault.self) {
            try TensorRequest(
                json: Array("{\"instances\":\(numbers)}".utf8), signature: Self.one, limits: limits)
        }
    }

    @Test(arguments: ["[9007199254740992, 9007199254740992, 0]", "[0, 2097152, 1]", "[4, -1, 0]"])
    func `shapes without an element are limited as well`(shape: String) {
        let open = [TensorDescription(name: "x", element: .float32, shape: [nil, nil, nil])]
        let text =
            #"{"inputs": [{"name": "x", "shape": \#(shape), "datatype": "FP32", "data": []}]}"#
        #expect {
            try TensorRequest(json: Array(text.utf8), signature: open)
        } throws: { ($0 as? TensorFault)?.sentence.contains("shape") == true }
    }

    // MARK: What is written is read again

    private func written(
        _ outputs: [TensorOutput], _ format: TensorFormat
    ) throws(TensorFault) -> TensorWriting.Written {
        try TensorWriting(
            format: format, request: TensorRequest(inputs: [], format: format), model: "m",
            version: "1"
        ).write(outputs)
    }

    @Test func `numpy's formats come back as they were`() throws {
        let array = Self.wanted[0].tensor
        let npy = try written([TensorOutput(name: "x", tensor: array)], .npy).bytes
        #expect(try TensorRequest(npy: npy, signature: Self.one).inputs[0].tensor == array)
        let npz = try written(
            Self.wanted.map { TensorOutput(name: $0.name, tensor: $0.tensor) }, .npz
        ).bytes
        #expect(try TensorRequest(npz: npz, signature: Self.two).inputs == Self.wanted)
        let words = Tensor(
            element: .string, shape: [2], values: .strings(["ü𝄞", ""].map { Array($0.utf8) }))
        let texts = try written([TensorOutput(name: "t", tensor: words)], .npy).bytes
        #expect(try TensorRequest(npy: texts, signature: Self.text).inputs[0].tensor == words)
    }

    @Test func `a damaged archive never traps`() throws {
        let npz = try written(
            Self.wanted.map { TensorOutput(name: $0.name, tensor: $0.tensor) }, .npz
        ).bytes
        for count in npz.indices {
            #expect(throws: TensorFault.self) {
                try TensorRequest(npz: Array(npz[..<count]), signature: Self.two)
            }
            var flipped = npz
            flipped[count] ^= 0xFF
            _ = try? TensorRequest(npz: flipped, signature: Self.two)
        }
    }

    @Test func `arrays are written as the forms have them`() throws {
        let outputs = [
            TensorOutput(name: "p", tensor: Self.floats([0.1, 1, 2, 1e-20], [2, 2])),
            TensorOutput(name: "n", tensor: Self.integers([3, 4], [2])),
        ]
        func text(_ format: TensorFormat, _ outputs: [TensorOutput]) throws -> String {
            String(decoding: try written(outputs, format).bytes, as: UTF8.self)
        }
        #expect(
            try text(.rows, outputs)
                == #"{"predictions":[{"p":[0.1,1.0],"n":3},{"p":[2.0,1e-20],"n":4}]}"#)
        #expect(try text(.rows, [outputs[0]]) == #"{"predictions":[[0.1,1.0],[2.0,1e-20]]}"#)
        #expect(
            try text(.columns, outputs)
                == #"{"outputs":{"p":[[0.1,1.0],[2.0,1e-20]],"n":[3,4]}}"#)
        #expect(try text(.line, [outputs[1]]) == "3\n4\n")
        #expect(try text(.csv, outputs) == "0.1,1.0,3\n2.0,1e-20,4\n")
        let empty = TensorOutput(name: "e", tensor: Self.floats([], [0, 3]))
        #expect(try text(.columns, [empty]) == #"{"outputs":[]}"#)
        let maps = TensorOutput(
            name: "z", tensor: Self.floats([1, 2], [1, 2]), keys: .integers([7, 8]))
        #expect(try text(.rows, [maps]) == #"{"predictions":[{"7":1.0,"8":2.0}]}"#)
        let wide = TensorOutput(name: "w", tensor: Self.floats([1], [1, 1, 1]))
        #expect {
            try written([wide], .csv)
        } throws: { if case TensorFault.notAcceptable = $0 { true } else { false } }
        let infinite = TensorOutput(name: "i", tensor: Self.floats([0, .infinity], [1, 2]))
        #expect(throws: TensorFault.nonFinite(output: "i", index: [0, 1])) {
            try written([infinite], .rows)
        }
        #expect(try text(.csv, [infinite]) == "0.0,inf\n")
    }

    @Test func `a bfloat16 is written as short as its own type allows`() throws {
        for (bits, text) in [(0x3F80, "1.0"), (0x3DCD, "0.1"), (0x4049, "3.14"), (0x0001, "9e-41")]
            as [(UInt16, String)]
        {
            let tensor = Tensor(
                element: .bfloat16, shape: [1],
                values: .bytes([UInt8(bits & 0xFF), UInt8(bits >> 8)]))
            let found = try written([TensorOutput(name: "h", tensor: tensor)], .csv).bytes
            #expect(String(decoding: found, as: UTF8.self) == text + "\n")
        }
    }
}
