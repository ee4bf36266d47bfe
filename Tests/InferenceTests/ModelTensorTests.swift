// Which inputs and outputs can be served, and the errors for the others.

import Onnx
import Tensors
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

    @Test(
        arguments: [
            ([3, 8, 9], [NetworkInput.Axis.channels, .height, .width], 1),
            ([1, 8, 9], [.channels, .height, .width], 1),
            ([8, 9, 3], [.height, .width, .channels], 1),
            ([nil, 8, 9], [.batch, .height, .width], 1),
            ([2, 3, 8, 9], [.batch, .channels, .height, .width], 2),
            ([nil, 8, 9, 3], [.batch, .height, .width, .channels], 1),
        ] as [([Int?], [NetworkInput.Axis], Int)])
    func `a batch and channels may be missing, and a batch be fixed`(
        shape: [Int?], axes: [NetworkInput.Axis], batch: Int
    ) throws {
        let input = try NetworkInput(Self.input(shape))
        #expect(input.axes == axes && input.batch == batch)
        #expect(input.height == 8 && input.width == 9)
    }

    @Test(
        arguments: [
            (0.5, 0, 0, 0x3F00), (1.5, 2, 2, 0x3FC0), (2.5, 2, 2, 0x4020), (-0.5, 0, 0, 0xBF00),
            (127.5, 128, 127, 0x42FF), (128, 128, 127, 0x4300), (300, 255, 127, 0x4396),
            (-300, 0, -128, 0xC396), (1.00390625, 1, 1, 0x3F80), (1.01171875, 1, 1, 0x3F82),
        ] as [(Float, UInt8, Int8, UInt16)])
    func `numbers are converted as numpy does, and clipped`(
        value: Float, byte: UInt8, signed: Int8, half: UInt16
    ) {
        #expect(UInt8(nearest: value) == byte)
        #expect(Int8(nearest: value) == signed)
        #expect(BFloat16(nearest: value).bits == half)
        #expect(Float16(nearest: value) == Float16(value))
        #expect(Int64(nearest: value) == Int64(value.rounded(.toNearestOrEven)))
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
        ([nil, 784], "2 dimensions"),
        ([300, 3, 224, 224], "batch of 300"),
        ([8, 28, 28], "[8, 28, 28]"),
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
            try NetworkInput(Self.input([1, 3, 8, 8], element: .string))
        } throws: {
            "\($0)" == "the model's input \"x\" is string; numbers are supported"
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
