// Which inputs and outputs can be served, and the errors for the others.

import Onnx
import Testing

@testable import Inference

@Suite struct ModelTensorTests {
    private static func input(
        _ shape: [Int?], element: ElementType = .float32
    ) -> [TensorDescription] {
        [TensorDescription(name: "x", element: element, shape: shape)]
    }

    @Test(arguments: [
        ([nil, 3, 224, 224], Preprocessing.Layout.nchw, 3, 224 as Int?, 224 as Int?),
        ([1, 3, 299, 300], .nchw, 3, 299, 300),
        ([1, 1, 28, 28], .nchw, 1, 28, 28),
        ([1, 6, 10, 3], .nhwc, 3, 6, 10),
        ([nil, 28, 28, 1], .nhwc, 1, 28, 28),
        ([nil, 3, nil, nil], .nchw, 3, nil, nil),
        ([nil, nil, nil, 3], .nhwc, 3, nil, nil),
        // Both dimensions could be channels: the more common order is assumed.
        ([1, 3, 32, 3], .nchw, 3, 32, 3),
    ])
    func `layout, channels and size are read from the shape`(
        shape: [Int?], layout: Preprocessing.Layout, channels: Int, height: Int?, width: Int?
    ) throws {
        let input = try NetworkInput(Self.input(shape))
        #expect(input.layout == layout)
        #expect(input.channels == channels)
        #expect(input.height == height)
        #expect(input.width == width)
    }

    @Test func `settings decide what the graph leaves open`() throws {
        let open = Self.input([nil, nil, nil, nil])
        #expect(throws: ModelError.self) { try NetworkInput(open) }
        #expect(try NetworkInput(open, layout: .nchw).channels == 3)
        let gray = try NetworkInput(open, name: "x", layout: .nhwc, channels: .gray)
        #expect(gray.channels == 1)
        #expect(gray.layout == .nhwc)
    }

    @Test(arguments: [
        ([nil, 4, 224, 224] as [Int?], "[?, 4, 224, 224]"),
        ([3, 224, 224], "3 dimensions"),
        ([8, 3, 224, 224], "batch of 8"),
        ([0, 3, 224, 224], "batch of 0"),
        ([1, 3, 0, 224], "1…16384"),
        ([1, 3, Int.max, 224], "1…16384"),
        ([1, 224, 16385, 3], "1…16384"),
        ([], "0 dimensions"),
    ])
    func `a shape that cannot be served is named`(shape: [Int?], part: String) {
        #expect { try NetworkInput(Self.input(shape)) } throws: { error in
            "\(error)".contains(part) && "\(error)".contains("\"x\"")
        }
    }

    @Test func `other element types and numbers of inputs are named`() {
        #expect {
            try NetworkInput(Self.input([1, 3, 8, 8], element: ElementType(code: 10)))
        } throws: {
            "\($0)" == "the model's input \"x\" is float16; float32 and uint8 are supported"
        }
        #expect { try NetworkInput([]) } throws: { "\($0)".contains("0 inputs") }
        #expect {
            try NetworkInput(
                Self.input([1, 3, 8, 8])
                    + [TensorDescription(name: "y", element: .float32, shape: [1])])
        } throws: { "\($0)".contains("2 inputs (\"x\", \"y\")") }
    }

    @Test func `settings that contradict the graph are named`() {
        let input = Self.input([1, 3, 8, 8])
        #expect { try NetworkInput(input, name: "z") } throws: { "\($0)".contains("input.name") }
        #expect { try NetworkInput(input, layout: .nhwc) } throws: {
            "\($0)".contains("input.layout")
        }
        #expect { try NetworkInput(input, channels: .gray) } throws: {
            "\($0)".contains("input.channels")
        }
    }

    @Test(
        arguments: [
            ([nil, 4], OutputCandidate.Width.known(4)), ([1, 4], .known(4)), ([4], .known(4)),
            ([nil, 4, 1, 1], .known(4)), ([nil, 1, 1, 4], .known(4)), ([1, nil, 4], .known(4)),
            ([1, 1, 4], .known(4)), ([nil, 1], .known(1)), ([nil], .open), ([nil, nil], .open),
            ([], .open), ([1, 10, 7, 7], .none), ([nil, 197, 768], .none), ([8, 4], .none),
        ] as [([Int?], OutputCandidate.Width)])
    func `a shape has room for a number of scores`(shape: [Int?], width: OutputCandidate.Width) {
        #expect(OutputCandidate.width(of: shape, batch: 1) == width)
    }

    @Test func `an answer for a batch has a row for each picture`() {
        #expect(OutputCandidate.width(of: [8, 4], batch: 8) == .known(4))
        #expect(OutputCandidate.width(of: [8], batch: 8) == .known(1))
        #expect(OutputCandidate.width(of: [1, 4], batch: 8) == .none)
        #expect(OutputCandidate.scores(in: [8, 4], batch: 8) == 4)
        #expect(OutputCandidate.scores(in: [8], batch: 8) == 1)
        #expect(OutputCandidate.scores(in: [1, 4], batch: 8) == nil)
        #expect(OutputCandidate.scores(in: [1, 1, 4], batch: 1) == 4)
        #expect(OutputCandidate.scores(in: [], batch: 1) == 1)
        #expect(OutputCandidate.scores(in: [2, 4], batch: 1) == nil)
        #expect(OutputCandidate.scores(in: [1, 0], batch: 1) == nil)
    }
}
