// `amphora.json`: every key, and every error.

import Onnx
import Testing

@testable import Inference

@Suite struct ModelManifestTests {
    private static func read(_ text: String) throws(ModelError) -> Manifest {
        try Manifest(Array(text.utf8))
    }

    /// The only problem of a document.
    private static func problem(_ text: String) -> String {
        do throws(ModelError) {
            _ = try read(text)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `every key is read`() throws {
        let manifest = try Self.read(
            """
            {"model": "net.onnx", "labels": ["cat", "dog"], "activation": "sigmoid", "top_k": 3,
             "input": {"name": "x", "layout": "NHWC", "channels": "BGR"},
             "preprocess": {"decode": "opencv",
               "resize": {"to": "exact", "size": [240, 320], "library": "pillow",
                          "filter": "lanczos", "antialias": true},
               "crop": [224, 300], "scale": 0.5, "mean": [1, 2, 3], "std": [0.5, 1, 2]}}
            """)
        #expect(manifest.model == "net.onnx")
        #expect(manifest.labels == .names(["cat", "dog"]))
        #expect(manifest.activation == .sigmoid)
        #expect(manifest.topK == 3)
        #expect(manifest.inputName == "x")
        #expect(manifest.layout == .nhwc)
        #expect(manifest.channels == .bgr)
        #expect(manifest.decode == .opencv)
        #expect(
            manifest.resize
                == .on(
                    Manifest.Resize(
                        target: .exact(height: 240, width: 320), library: .pillow, filter: .lanczos,
                        antialias: true)
                ))
        #expect(manifest.crop == .on(Preprocessing.Size(height: 224, width: 300)))
        #expect(manifest.scale == 0.5)
        #expect(manifest.mean == [1, 2, 3])
        #expect(manifest.std == [0.5, 1, 2])
    }

    @Test func `an empty document says nothing and null switches a step off`() throws {
        #expect(try Self.read("{}") == Manifest())
        #expect(try Self.read(#"{"preprocess": {}, "input": {}}"#) == Manifest())
        let off = try Self.read(#"{"preprocess": {"crop": null, "resize": null}}"#)
        #expect(off.crop == .off)
        #expect(off.resize == .off)
    }

    @Test func `a frame is read with its padding, and the long form of a preset with its name`()
        throws
    {
        let framed = try Self.read(
            #"""
            {"preprocess": {"resize": {"to": "within", "size": [48, 192], "rounding": "ceil",
             "library": "opencv", "pad": {"color": [1, 127.5, 255], "place": "start"}}}}
            """#)
        let frame = Preprocessing.Letterbox(
            size: Preprocessing.Size(height: 48, width: 192), place: .start, rounding: .ceil)
        #expect(
            framed.resize
                == .on(
                    Manifest.Resize(
                        target: .letterbox(frame), library: .opencv, padding: [1, 127.5, 255])))
        #expect(try Self.read(#"{"preprocess": "keras-tf"}"#).preset == .kerasTensorFlow)
        let long = try Self.read(#"{"preprocess": {"preset": "clip", "crop": null}}"#)
        #expect(long.preset == .clip && long.crop == .off)
    }

    @Test func `a number is the shorter side, a pair is exact, unless said otherwise`() throws {
        func target(_ resize: String) throws -> Preprocessing.ResizeTarget? {
            guard
                case .on(let resize)? = try Self.read(#"{"preprocess": {"resize": \#(resize)}}"#)
                    .resize
            else { return nil }
            return resize.target
        }
        #expect(try target(#"{"size": 256}"#) == .shorter(256))
        #expect(try target(#"{"size": [8, 9]}"#) == .exact(height: 8, width: 9))
        #expect(try target(#"{"size": 256, "to": "exact"}"#) == .exact(height: 256, width: 256))
        #expect(try target(#"{"filter": "box"}"#) == nil)
    }

    @Test(arguments: [
        ("cubic", Preprocessing.Filter.bicubic), ("bicubic", .bicubic),
        ("nearest-exact", .nearestExact), ("area", .area), ("lanczos4", .lanczos4),
    ])
    func `filters have their common names`(name: String, filter: Preprocessing.Filter) throws {
        let manifest = try Self.read(#"{"preprocess": {"resize": {"filter": "\#(name)"}}}"#)
        guard case .on(let resize)? = manifest.resize else { throw CancellationError() }
        #expect(resize.filter == filter)
    }

    @Test(arguments: [
        ("[]", "the document is a list of 0; expected an object"),
        (#"{"preproces": {}}"#, #"unknown key "preproces"; the nearest known one is "preprocess""#),
        (
            #"{"preprocess": {"resize": {"fliter": "box"}}}"#,
            #"unknown key "preprocess.resize.fliter"; the nearest known one is "preprocess.resize.filter""#
        ),
        (#"{"top_k": "5"}"#, #""top_k" is "5"; expected a whole number 1…1000"#),
        (#"{"top_k": 0}"#, #""top_k" is 0; expected a whole number 1…1000"#),
        (#"{"top_k": 2.5}"#, #""top_k" is 2.5; expected a whole number 1…1000"#),
        (#"{"top_k": true}"#, #""top_k" is true; expected a whole number 1…1000"#),
        (#"{"top_k": null}"#, #""top_k" is null; expected a whole number 1…1000"#),
        (
            #"{"activation": "relu"}"#,
            #""activation" is "relu"; expected one of "softmax", "sigmoid", "exp", "none""#
        ),
        (#"{"input": 3}"#, #""input" is 3; expected an object"#),
        (
            #"{"input": {"channels": "rgb"}}"#,
            #""input.channels" is "rgb"; expected one of "RGB", "BGR", "L""#
        ),
        (
            #"{"labels": [1]}"#,
            #""labels" is a list of 1; expected a list of strings or the name of a file"#
        ),
        (
            #"{"labels": []}"#,
            #""labels" is a list of 0; expected a list of strings or the name of a file"#
        ),
        (#"{"labels": "../x"}"#, #""labels" is "../x"; expected a file inside the model folder"#),
        (#"{"model": "/etc/x"}"#, #""model" is "/etc/x"; expected a file inside the model folder"#),
        (#"{"model": ""}"#, #""model" is ""; expected a string"#),
        (
            #"{"preprocess": {"std": [1, 0, 1]}}"#,
            #""preprocess.std" is a list of 3; expected a list of numbers above 0"#
        ),
        (
            #"{"preprocess": {"mean": [1e300]}}"#,
            #""preprocess.mean" is a list of 1; expected a list of numbers"#
        ),
        (
            #"{"preprocess": {"crop": [224]}}"#,
            #""preprocess.crop" is a list of 1; expected a whole number or [height, width], each 1…16384"#
        ),
        (
            #"{"preprocess": {"scale": 0}}"#,
            #""preprocess.scale" is 0; expected a number above 0, such as 0.00392156862745098"#
        ),
        (
            #"{"preprocess": {"resize": {"to": "shorter", "size": [1, 2]}}}"#,
            #""preprocess.resize.size" is a list of 2; expected a whole number 1…16384"#
        ),
        (
            #"{"preprocess": {"resize": {"to": "exact"}}}"#,
            #""preprocess.resize.size" is nothing; expected a size beside "to""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "longer", "size": 4}}}"#,
            #""preprocess.resize.to" is "longer"; expected one of "shorter", "exact", "within""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within"}}}"#,
            #""preprocess.resize.size" is nothing; expected a size beside "to""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within", "size": 4, "pad": {"place": "left"}}}}"#,
            #""preprocess.resize.pad.place" is "left"; expected one of "center", "start", "end""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within", "size": 4, "rounding": "up"}}}"#,
            #""preprocess.resize.rounding" is "up"; expected one of "round", "floor", "ceil""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within", "size": 4, "pad": {"color": [1, 2]}}}}"#,
            #""preprocess.resize.pad.color" is a list of 2; expected one number or three, [red, green, blue], each 0…255"#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within", "size": 4, "pad": {"color": 256}}}}"#,
            #""preprocess.resize.pad.color" is 256; expected one number or three, [red, green, blue], each 0…255"#
        ),
        (
            #"{"preprocess": {"resize": {"to": "within", "size": 4, "pad": {"colour": 0}}}}"#,
            #"unknown key "preprocess.resize.pad.colour"; the nearest known one is "preprocess.resize.pad.color""#
        ),
        (
            #"{"preprocess": {"resize": {"to": "exact", "size": 4, "pad": {"color": 0}}}}"#,
            #""preprocess.resize.pad" has an effect only beside "to": "within""#
        ),
        (
            #"{"preprocess": {"resize": {"size": 4, "rounding": "ceil"}}}"#,
            #""preprocess.resize.rounding" has an effect only beside "to": "within""#
        ),
        (
            #"{"preprocess": "imagenet"}"#,
            #""preprocess" is "imagenet"; expected one of "torchvision", "keras-torch", "keras-tf", "keras-caffe", "unit", "raw", "inception", "clip", "ultralytics", "gluoncv""#
        ),
        (
            #"{"preprocess": {"preset": "keras"}}"#,
            #""preprocess.preset" is "keras"; expected one of "torchvision", "keras-torch", "keras-tf", "keras-caffe", "unit", "raw", "inception", "clip", "ultralytics", "gluoncv""#
        ),
        (#"{"preprocess": 3}"#, #""preprocess" is 3; expected an object"#),
        (
            #"{"preprocess": {"resize": {"antialias": 1}}}"#,
            #""preprocess.resize.antialias" is 1; expected true or false"#
        ),
    ])
    func `what is wrong is named with what is expected`(text: String, problem: String) {
        #expect(Self.problem(text) == "amphora.json: \(problem)")
    }

    @Test func `all problems come at once, one line each`() {
        let text = Self.problem(#"{"top_k": -1, "actuation": "none", "preprocess": {"crop": 0}}"#)
        #expect(text.split(separator: "\n").count == 3)
        #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("amphora.json: ") })
    }

    @Test(arguments: ["", "{", "{\"a\":}", "\u{FEFF}", "{} {}", "nul"])
    func `what is not JSON is said to be so`(text: String) {
        #expect(Self.problem(text).hasPrefix("amphora.json: not valid JSON: "))
        #expect(!Self.problem(text).contains("\n"))
    }

    @Test func `bytes that are no text and nests that are too deep never trap`() {
        for bytes in [[0xff, 0xfe], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]] as [[UInt8]] {
            #expect(throws: ModelError.self) { try Manifest(bytes) }
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ModelError.self) { try Self.read(deep) }
        let nested = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
        #expect(throws: ModelError.self) { try Self.read(nested) }
    }
}
