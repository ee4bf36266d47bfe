// MXNet's pairs of files in a model folder, and the ONNX file made from them.

import MXNetImport
import Onnx
import Tensors
import Testing

@testable import Inference

@Suite struct MXNetFolderTests {
    private func refusal(_ files: [String: String]) throws -> String {
        let folder = try TemporaryFolder(files)
        do throws(ModelError) {
            _ = try ModelFolder(folder.path)
            return ""
        } catch {
            return error.description
        }
    }

    private func parameters(_ files: [String: String]) throws -> String? {
        let folder = try TemporaryFolder(files)
        guard case .mxnet(let parameters) = try ModelFolder(folder.path).format else { return nil }
        return String(parameters.dropFirst(folder.path.count + 1))
    }

    @Test func `a pair is a model`() throws {
        #expect(
            try parameters(["net-symbol.json": "", "net-0000.params": ""]) == "net-0000.params")
        #expect(try parameters(["symbol.json": "", "other.params": ""]) == "other.params")
        #expect(try parameters(["a.onnx": ""]) == nil)
    }

    @Test func `half a pair is told apart`() throws {
        #expect(try refusal(["net-symbol.json": ""]).contains("has no *.params beside it"))
        #expect(
            try refusal(["net-0000.params": ""]).contains("net-0000.params and no *symbol.json"))
        #expect(try refusal([:]).contains("looked for one *.onnx, or MXNet's"))
    }

    @Test func `of several parameter files the symbol's own is taken`() throws {
        #expect(
            try parameters([
                "net-symbol.json": "", "net-0010.params": "", "net2-0000.params": "",
                "x.params": "",
            ]) == "net-0010.params")
        let epochs = try refusal([
            "net-symbol.json": "", "net-0000.params": "", "net-0010.params": "",
        ])
        #expect(
            epochs.contains("2 parameter files") && epochs.contains("net-0000.params, net-0010"))
    }

    @Test func `the settings choose among models of both formats`() throws {
        let both = ["a.onnx": "", "net-symbol.json": "", "net.params": ""]
        #expect(try refusal(both).contains("2 models"))
        func choosing(_ name: String) -> [String: String] {
            both.merging(["amphora.json": #"{"model": "\#(name)"}"#]) { $1 }
        }
        #expect(try parameters(choosing("net-symbol.json")) == "net.params")
        #expect(try parameters(choosing("a.onnx")) == nil)
        #expect(try refusal(choosing("net.params")).contains("name its *symbol.json"))
    }

    @Test(arguments: [("fixed_size", "data [N, 3, 32, 32]"), ("any_size", "data [N, 3, H, W]")])
    func `the ONNX file of a network holds all of it`(name: String, input: String) throws {
        let folder = ModelFixtures.path("mxnet/networks/\(name)")
        let file = try Model.onnxFile(ofFolder: folder)
        #expect(file.input == input)
        #expect(file.opset == 17)
        let whole = try Engine.open(.bytes(file.bytes), options: ModelFixtures.engine)
        #expect(whole.outputs.map(\.shape) == [[nil, 10]])
        #expect(
            try GraphEnding.of(GraphOutline(.bytes(file.bytes)), output: whole.outputs[0].name)
                .kind == .scores)
    }

    @Test func `a network of MXNet is loaded and classifies`() throws {
        let folder = ModelFixtures.path("mxnet/networks/fixed_size")
        let model = try Model.load(folder: folder, options: ModelFixtures.engine)
        #expect(model.classes == 10)
        #expect(model.settings.inputSize == Preprocessing.Size(height: 32, width: 32))
        let picture = try ModelFixtures.bytes("models/solid.png")
        #expect(try model.makeClassifier(limits: PictureLimits()).classify(picture).count == 5)
    }

    @Test func `ONNX is not converted to ONNX`() throws {
        let folder = try TemporaryFolder([:], models: ["a.onnx": "logits"])
        #expect { try Model.onnxFile(ofFolder: folder.path) } throws: {
            "\($0)".contains("a.onnx is ONNX already")
        }
    }
}
