// Files that are no ONNX model are named for what they are.

import Onnx
import Testing

@testable import Inference

@Suite struct ForeignFileTests {
    /// A zip archive's local headers with these names.
    private static func zip(_ names: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in names {
            bytes += [0x50, 0x4B, 0x03, 0x04]
            bytes += [UInt8](repeating: 0, count: 22)
            bytes += [UInt8(name.utf8.count), 0, 0, 0]
            bytes += name.utf8
        }
        return bytes + [UInt8](repeating: 0, count: 40)
    }

    private static let kinds: [([UInt8], String)] = [
        ([], "empty"),
        (
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n".utf8),
            "Git LFS"
        ),
        (Array("\n<!DOCTYPE html><html>".utf8), "HTML page"),
        (zip(["archive/data.pkl", "archive/version"]), "PyTorch checkpoint"),
        (zip(["m/data.pkl", "m/code/__torch__.py"]), "TorchScript"),
        (zip(["metadata.json", "config.json", "model.weights.h5"]), "Keras 3"),
        (zip(["a.npy"]), "NumPy"),
        (zip(["readme"]), "zip archive"),
        ([0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A], "old kind"),
        ([0x80, 0x04] + Array("csklearn.svm".utf8), "scikit-learn"),
        ([0x80, 0x04, 0x95, 0x00], "pickle"),
        ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "HDF5"),
        ([0x1C, 0, 0, 0] + Array("TFL3".utf8), "TensorFlow Lite"),
        ([0x02, 0, 0, 0, 0, 0, 0, 0] + Array("{} ".utf8), "safetensors"),
        ([0x08, 0x01, 0x12, 0x04], "SavedModel"),
        ([0x1F, 0x8B, 0x08], "gzip"),
        (Array("<?xml version=\"1.0\"?><net name=\"x\">".utf8), "OpenVINO"),
        (Array("Entry not found".utf8), "text: “Entry not found”"),
    ]

    @Test(arguments: kinds.indices) func `a file is named by its bytes`(index: Int) throws {
        let (bytes, name) = Self.kinds[index]
        let folder = TemporaryFolder(["model.onnx": bytes])
        #expect {
            try Model.load(folder: folder.path, options: ModelFixtures.engine)
        } throws: { "\($0)".contains("is no ONNX model") && "\($0)".contains(name) }
    }

    @Test func `a model that is cut off is told as that`() throws {
        let whole = try ModelFixtures.bytes("models/logits.onnx")
        let folder = TemporaryFolder(["model.onnx": Array(whole.dropLast(9))])
        #expect {
            try Model.load(folder: folder.path, options: ModelFixtures.engine)
        } throws: { "\($0)".contains("cut off after \(whole.count - 9) bytes") }
    }

    @Test func `a folder of other files names the model among them`() throws {
        let folder = TemporaryFolder([
            "notes.txt": Array("x".utf8), "pytorch_model.bin": Self.zip(["a/data.pkl"]),
        ])
        #expect { try ModelFolder(folder.path) } throws: {
            "\($0)".contains("pytorch_model.bin is a PyTorch checkpoint")
                && "\($0)".contains("torch.onnx.export")
        }
    }

    @Test func `a pointer in place of the weights is told`() throws {
        let folder = TemporaryFolder([
            "model.onnx": try ModelFixtures.bytes("models/external.onnx"),
            "external.data": Array("version https://git-lfs.github.com/spec/v1\noid sha256:0".utf8),
        ])
        #expect {
            try Model.load(folder: folder.path, options: ModelFixtures.engine)
        } throws: { "\($0)".contains("external.data is a pointer of Git LFS") }
    }

    @Test func `unknown bytes and an ONNX file of another name are told`() throws {
        let zeros = TemporaryFolder(["model.onnx": [UInt8](repeating: 0, count: 64)])
        #expect {
            try Model.load(folder: zeros.path, options: ModelFixtures.engine)
        } throws: { "\($0)".contains("begins with the bytes 0000000000000000") }
        let named = TemporaryFolder(["model": [8, 8, 0x12, 7] + Array("pytorch 2.9.0".utf8)])
        #expect { try ModelFolder(named.path) } throws: {
            "\($0)".contains("is an ONNX model by its first bytes")
        }
    }

    @Test func `no bytes break it`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for count in 0..<600 {
            let bytes = (0..<count).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            _ = ForeignKind.of(bytes, size: count)
            for (start, _) in Self.kinds { _ = ForeignKind.of(start + bytes, size: count) }
        }
    }
}
