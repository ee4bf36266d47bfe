// Numbers at the edge of what their types hold, and bodies that are made to do harm.

import Tensors
import Testing

@Suite struct TensorEdgeTests {
    @Test func `every decimal becomes the nearest double, as the standard library has it`() throws {
        let signature = [TensorDescription(name: "d", element: .float64, shape: [nil])]
        var texts: [String] = ["0", "-0.0", "4.9e-324", "2.2250738585072011e-308", "1e22", "1e23"]
        var state: UInt64 = 1
        for round in 0..<3000 {
            // The digits of Knuth's MMIX generator.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let digits = state >> UInt64(round % 50)
            let half = (digits >> 11 | 1 << 52) << 1 | 1  // Between two doubles.
            texts.append("\(digits)e\(round % 91 - 45)")
            texts.append("0.\(digits)")
            texts.append("\(half)")
            texts.append("\(half)\(half)e-\(round % 40)")
            if round % 4 > 0 { texts.append("\(half * 5)e-1") }
        }
        let body = "{\"inputs\":[\(texts.joined(separator: ","))]}"
        let request = try TensorRequest(json: Array(body.utf8), signature: signature)
        let bytes = try texts.flatMap { text in
            let bits = try #require(Double(text)).bitPattern
            return (0..<8).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
        }
        #expect(request.inputs[0].tensor.values == .bytes(bytes))
    }

    @Test(arguments: [
        ("-9223372036854775808", Int64.min), ("9007199254740993.0", 9_007_199_254_740_993),
        ("2e3", 2000), ("9223372036854775807.", .max),
    ])
    func `whole numbers of CSV are exact`(text: String, number: Int64) throws {
        let signature = [TensorDescription(name: "i", element: .int64, shape: [nil])]
        let request = try TensorRequest(csv: Array(text.utf8), signature: signature)
        #expect(request.inputs[0].tensor == TensorRequestTests.integers([number], [1]))
    }

    @Test(arguments: ["-9223372036854775809", "9223372036854775808", "0.5", "1e19", "1e-400"])
    func `whole numbers of CSV that do not fit are refused`(text: String) {
        let signature = [TensorDescription(name: "i", element: .int64, shape: [nil])]
        #expect(throws: TensorFault.self) {
            try TensorRequest(csv: Array(text.utf8), signature: signature)
        }
    }

    @Test func `long rows of CSV keep their order, whatever stands among the numbers`() throws {
        let fields = (0..<1000).map {
            $0 % 300 == 299 ? "\"\($0)\"" : $0 % 70 == 69 ? " \($0) " : "\($0)"
        }
        let row = fields.joined(separator: ",")
        let signature = [TensorDescription(name: "x", element: .float32, shape: [nil, nil])]
        for end in ["", "\n", "\r\n"] {
            let request = try TensorRequest(
                csv: Array((row.filter { $0 != "\"" } + "\r\n" + row + end).utf8),
                signature: signature)
            let numbers = (0..<1000).map(Float.init)
            #expect(
                request.inputs[0].tensor == TensorRequestTests.floats(numbers + numbers, [2, 1000]))
        }
    }

    @Test func `an empty array of a hostile shape is refused`() throws {
        let signature = [TensorDescription(name: "x", element: .float32, shape: [nil, nil, nil])]
        let great = 1 << 40
        for shape in ["[\(great), \(great), 0]", "[0, \(great), \(great)]"] {
            let json =
                #"{"inputs":[{"name":"x","datatype":"FP32","shape":\#(shape),"data":[]}]}"#
            #expect(throws: TensorFault.self) {
                try TensorRequest(json: Array(json.utf8), signature: signature)
            }
        }
        #expect([great, great, 0].elementCount == nil)
        #expect([great, 0].elementCount == 0)
    }

    @Test func `an input that is given again is not read again`() {
        // Its data is wrong, which would be told first.
        let input = #"{"name":"x","shape":[1,2],"datatype":"FP32","data":"#
        let json = #"{"inputs":[\#(input)[1,2]},\#(input)["a"]}]}"#
        #expect {
            try TensorRequest(json: Array(json.utf8), signature: TensorRequestTests.one)
        } throws: { ($0 as? TensorFault)?.sentence.contains("given twice") == true }
    }

    @Test func `numpy's Fortran order, great bytes first and Booleans are turned into ours`() throws
    {
        func npy(_ type: String, _ isFortran: String, _ body: [UInt8]) -> [UInt8] {
            let text = "{'descr': '\(type)', 'fortran_order': \(isFortran), 'shape': (2, 3), }\n"
            return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0]
                + Array(text.utf8) + body
        }
        let bools = [TensorDescription(name: "f", element: .bool, shape: [nil, 3])]
        let numbers = [TensorDescription(name: "i", element: .int64, shape: [nil, 3])]
        let places = try TensorRequest(
            npy: npy(">u2", "True", [0, 0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5]), signature: numbers)
        #expect(
            places.inputs[0].tensor == TensorRequestTests.integers([0, 1, 2, 3, 4, 5], [2, 3]))
        let flags = try TensorRequest(
            npy: npy("|b1", "False", [0, 1, 2, 255, 0, 1]), signature: bools)
        #expect(flags.inputs[0].tensor.values == .bytes([0, 1, 1, 1, 0, 1]))
    }
}
