// Settings decided from the folder's files and the graph, and the source named for each.

import Onnx
import Tensors
import Testing

@testable import Inference

@Suite struct ModelSettingsTests {
    private static func decide(
        _ json: String = "{}", shape: [Int?] = [nil, 3, nil, nil],
        element: ElementType = .float32,
        defaults: Preprocessing = Preprocessing()
    ) throws(ModelError) -> ModelSettings {
        let manifest = try Manifest(Array(json.utf8))
        let input = try NetworkInput(
            [TensorDescription(name: "x", element: element, shape: shape)],
            name: manifest.inputName, layout: manifest.layout, channels: manifest.channels)
        return try ModelSettings(manifest, input: input, defaults: defaults)
    }

    private static func written(_ key: String) -> Origin { .key(key, in: "amphora.json") }

    @Test func `without settings the preprocessing is ImageNet's evaluation pipeline`() throws {
        let settings = try Self.decide()
        #expect(settings.preprocessing == Preprocessing())
        #expect(settings.inputShape == [1, 3, 224, 224])
        #expect(settings.topK == Resolved(5, .default))
        #expect(settings.crop.origin == .default)
        #expect(settings.layout == Resolved(.nchw, .model))
        #expect(settings.inputName == Resolved("x", .model))
    }

    @Test func `a preset decides every step, at the size of the network`() throws {
        let caffe = try Self.decide(
            #"{"preprocess": "keras-caffe"}"#, shape: [nil, 64, 48, 3], defaults: .gluoncv)
        let named = Origin.preset("keras-caffe")
        #expect(caffe.decode == Resolved(.pillow, named))
        #expect(caffe.resize.value?.target == .exact(height: 64, width: 48))
        #expect(caffe.resize.value?.filter == .nearest)
        #expect(caffe.resize.origin == named)
        #expect(caffe.crop == Resolved(nil, named))
        #expect(caffe.channels == Resolved(.bgr, named))
        #expect(caffe.mean == Resolved([103.939, 116.779, 123.68], named))
        #expect(caffe.inputShape == [1, 64, 48, 3])
        let colors = try Self.decide(
            #"{"preprocess": "keras-caffe", "input": {"channels": "RGB"}}"#)
        #expect(colors.mean.value == [123.68, 116.779, 103.939])
        #expect(try Self.decide(#"{"preprocess": "unit"}"#, shape: [1, 1, 8, 8]).std.value == [1])
    }

    @Test func `what stands beside a preset overrides it, key by key`() throws {
        let settings = try Self.decide(
            #"""
            {"preprocess": {"preset": "keras-tf", "resize": {"filter": "bilinear"}, "scale": 1,
             "crop": 32}}
            """#)
        let resize = settings.resize
        #expect(resize.value?.target == .exact(height: 32, width: 32))
        #expect(resize.value?.filter == .bilinear)
        #expect(resize.origin == Self.written("preprocess.resize"))
        #expect(settings.scale == Resolved(1, Self.written("preprocess.scale")))
        #expect(settings.offset.value == 0)
        #expect(settings.mean == Resolved([0, 0, 0], .preset("keras-tf")))
        let sized = try Self.decide(
            #"{"preprocess": {"preset": "clip", "resize": {"to": "exact", "size": [40, 50]}}}"#)
        #expect(sized.crop.value == Preprocessing.Size(height: 40, width: 50))
        #expect(sized.resize.value?.filter == .bicubic)
    }

    @Test func `a frame has its colour in the tensor's order, and the network's size`() throws {
        let framed = try Self.decide(
            #"""
            {"input": {"channels": "BGR"}, "preprocess": {"resize":
             {"to": "within", "size": [48, 96], "pad": {"color": [1, 2, 3]}}}}
            """#)
        #expect(framed.inputShape == [1, 3, 48, 96])
        #expect(
            framed.padding == Resolved([3, 2, 1], Self.written("preprocess.resize.pad.color")))
        #expect(throws: ModelError.self) {
            try Self.decide(
                #"{"preprocess": {"resize": {"to": "within", "size": 8, "pad": {"color": [1, 2, 3]}}}}"#,
                shape: [1, 1, 8, 8])
        }
        let small = #"{"preprocess": {"resize": {"to": "within", "size": 8}, "crop": 16}}"#
        #expect(throws: ModelError.self) { try Self.decide(small) }
    }

    @Test(arguments: [(299, 342), (224, 256), (32, 37), (28, 32), (1, 1), (384, 439)])
    func `a fixed size decides the crop and the resize around it`(side: Int, shorter: Int) throws {
        let settings = try Self.decide(shape: [1, 3, side, side])
        #expect(
            settings.crop == Resolved(Preprocessing.Size(height: side, width: side), .model))
        #expect(settings.resize.value?.target == .shorter(shorter))
        #expect(settings.inputShape == [1, 3, side, side])
    }

    @Test func `a fixed size that is no square is covered by its longer side`() throws {
        let settings = try Self.decide(shape: [1, 112, 224, 3])
        #expect(settings.crop.value == Preprocessing.Size(height: 112, width: 224))
        #expect(settings.resize.value?.target == .shorter(256))
        #expect(settings.inputShape == [1, 112, 224, 3])
        #expect(settings.preprocessing.layout == .nhwc)
    }

    @Test func `a network of bytes gets them unscaled, because its graph says so`() throws {
        let settings = try Self.decide(element: .uint8)
        #expect(settings.element == .uint8)
        #expect(settings.scale == Resolved(1, .model))
        #expect(settings.mean == Resolved([0, 0, 0], .model))
        #expect(settings.std == Resolved([1, 1, 1], .model))
        #expect(try Self.decide().element == .float32)
        let same = #"{"preprocess": {"scale": 1, "mean": [0, 0, 0], "std": [1, 1, 1]}}"#
        #expect(try Self.decide(same, element: .uint8).scale.origin.file == "amphora.json")
    }

    @Test func `numbers that are written are applied to whole numbers, too`() throws {
        let json = #"{"preprocess": {"scale": 1, "mean": [128, 128, 128], "std": [1, 1, 1]}}"#
        let settings = try Self.decide(json, element: .int8)
        #expect(settings.mean == Resolved([128, 128, 128], Self.written("preprocess.mean")))
        #expect(settings.inputWarnings == [])
        let plain = try Self.decide(element: .int8)
        #expect(plain.scale == Resolved(1, .model))
        #expect(plain.inputWarnings.guesses.count == 1)
        #expect(try Self.decide(element: .int32).inputWarnings == [])
    }

    @Test func `one channel is gray, from 0 to 1`() throws {
        let settings = try Self.decide(shape: [1, 1, 28, 28])
        #expect(settings.channels == Resolved(.gray, .model))
        #expect(settings.mean.value == [0])
        #expect(settings.std.value == [1])
        #expect(settings.scale.value == 1.0 / 255.0)
    }

    @Test func `OpenCV resizes what OpenCV decodes, unless said otherwise`() throws {
        let opencv = try Self.decide(#"{"preprocess": {"decode": "opencv"}}"#)
        #expect(opencv.preprocessing == .gluoncv)
        #expect(opencv.resize.origin == .default)
        let sized = try Self.decide(
            #"{"preprocess": {"decode": "opencv", "resize": {"size": 300, "antialias": false}}}"#)
        #expect(
            sized.resize.value == Preprocessing.Resize(target: .shorter(300), library: .opencv))
        let mixed = try Self.decide(
            #"{"preprocess": {"decode": "opencv", "resize": {"library": "pillow"}}}"#)
        #expect(mixed.decode == Resolved(.opencv, Self.written("preprocess.decode")))
        #expect(mixed.resize.value?.library == .pillow)
        let resized = try Self.decide(#"{"preprocess": {"resize": {"library": "opencv"}}}"#)
        #expect(resized.decode == Resolved(.pillow, .default))
        #expect(resized.resize.value?.library == .opencv)
    }

    @Test func `who decodes turns pictures, unless said otherwise`() throws {
        #expect(try Self.decide().orientation == Resolved(.stored, .default))
        let mxnet = try Self.decide(defaults: .gluoncv)
        #expect(mxnet.orientation == Resolved(.exifUnlessJFIF, .default))
        let opencv = try Self.decide(#"{"preprocess": {"decode": "opencv"}}"#)
        #expect(
            opencv.orientation == Resolved(.exifUnlessJFIF, Self.written("preprocess.decode")))
        for word in [Preprocessing.Orientation.exif, .stored] {
            for decode in ["pillow", "opencv"] {
                let written = try Self.decide(
                    #"{"preprocess": {"decode": "\#(decode)", "orientation": "\#(word)"}}"#)
                #expect(
                    written.orientation == Resolved(word, Self.written("preprocess.orientation")))
            }
        }
        #expect {
            try Self.decide(#"{"preprocess": {"orientation": "exifUnlessJFIF"}}"#)
        } throws: {
            "\($0)".hasSuffix(#"expected one of "exif", "stored""#)
        }
    }

    @Test(arguments: [
        (Preset.ultralytics, Preprocessing.Orientation.exif), (.gluoncv, .exifUnlessJFIF),
        (.torchvision, .stored), (.clip, .stored), (.kerasTorch, .stored), (.unit, .stored),
    ])
    func `a preset turns pictures as its library does`(
        preset: Preset, orientation: Preprocessing.Orientation
    ) throws {
        let name = preset.rawValue
        let settings = try Self.decide(#"{"preprocess": "\#(name)"}"#)
        #expect(settings.orientation == Resolved(orientation, .preset(name)))
        let pillow = try Self.decide(#"{"preprocess": {"preset": "gluoncv", "decode": "pillow"}}"#)
        #expect(pillow.orientation.value == .stored)
    }

    @Test func `defaults of a format are overridden key by key`() throws {
        #expect(try Self.decide(defaults: .gluoncv).preprocessing == .gluoncv)
        let pillow = try Self.decide(#"{"preprocess": {"decode": "pillow"}}"#, defaults: .gluoncv)
        #expect(pillow.preprocessing == Preprocessing())
        #expect(throws: ModelError.self) {
            try Self.decide(
                #"{"preprocess": {"resize": {"filter": "lanczos"}}}"#, defaults: .gluoncv)
        }
    }

    @Test(arguments: [
        (
            #"{"resize": {"library": "opencv", "filter": "box"}}"#,
            #"filter" is "box", which is not supported by the library "opencv"; expected "nearest", "nearest-exact", "bilinear", "bicubic", "area", "lanczos4""#
        ),
        (
            #"{"decode": "opencv", "resize": {"filter": "lanczos"}}"#,
            #"filter" is "lanczos", which is not supported by the library "opencv"; expected "nearest", "nearest-exact", "bilinear", "bicubic", "area", "lanczos4""#
        ),
        (
            #"{"decode": "opencv", "resize": {"antialias": true}}"#,
            #"antialias" is true; expected false, as OpenCV never does"#
        ),
        (
            #"{"resize": {"antialias": false}}"#,
            #"antialias" is false; expected true, as Pillow always does"#
        ),
    ])
    func `a resize that its library does not have is named`(steps: String, problem: String) {
        #expect {
            try Self.decide(#"{"preprocess": \#(steps)}"#)
        } throws: { error in
            "\(error)" == #"amphora.json: "preprocess.resize.\#(problem)"#
        }
    }

    @Test func `explicit settings override the defaults, and are reported as explicit`() throws {
        let settings = try Self.decide(
            """
            {"top_k": 2, "input": {"channels": "BGR"},
             "preprocess": {"crop": 160, "mean": [0, 0, 0], "std": [1, 1, 1], "scale": 1,
                            "resize": {"filter": "bicubic"}}}
            """)
        #expect(settings.topK == Resolved(2, Self.written("top_k")))
        #expect(settings.channels == Resolved(.bgr, Self.written("input.channels")))
        #expect(settings.mean == Resolved([0, 0, 0], Self.written("preprocess.mean")))
        #expect(settings.scale == Resolved(1, Self.written("preprocess.scale")))
        #expect(
            settings.resize
                == Resolved(
                    Preprocessing.Resize(target: .shorter(183), filter: .bicubic),
                    Self.written("preprocess.resize")))
        #expect(settings.decode.origin == .default)
        #expect(settings.inputShape == [1, 3, 160, 160])
    }

    @Test func `an exact resize needs no crop where the size is open`() throws {
        let settings = try Self.decide(#"{"preprocess": {"resize": {"size": [96, 128]}}}"#)
        #expect(settings.crop == Resolved(nil, .default))
        #expect(settings.inputShape == [1, 3, 96, 128])
    }

    @Test func `a crop larger than the resize is black edges where written`() throws {
        let json = #"{"preprocess": {"resize": {"size": [28, 28]}, "crop": 32}}"#
        #expect(try Self.decide(json, shape: [1, 3, 32, 32]).inputShape == [1, 3, 32, 32])
    }

    @Test(arguments: [
        (#"{"preprocess": {"crop": null}}"#, [nil, 3, nil, nil] as [Int?], "\"preprocess.crop\""),
        (#"{"preprocess": {"crop": 200}}"#, [1, 3, 224, 224], "height 200"),
        (#"{"preprocess": {"crop": [224, 200]}}"#, [1, 3, 224, 224], "width 200"),
        (#"{"preprocess": {"resize": {"size": 160}}}"#, [1, 3, 224, 224], "larger than"),
        (#"{"preprocess": {"mean": [1]}}"#, [1, 3, 8, 8], "\"preprocess.mean\" has 1 values"),
        (#"{"preprocess": {"std": [1, 1, 1]}}"#, [1, 1, 8, 8], "expected 1"),
    ])
    func `settings that do not fit are named`(json: String, shape: [Int?], part: String) {
        #expect { try Self.decide(json, shape: shape) } throws: { error in
            error is ModelError && "\(error)".contains(part)
        }
    }
}
