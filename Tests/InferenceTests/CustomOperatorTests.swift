// Libraries of operators that the engine does not have: a BERT whose graph holds its tokenizer.
//
// The operators are those of onnxruntime-extensions, whose wheel is in .venv-test. The network and
// bert.txt are written by tools/make_tokenizer_model.py.

import Basics
import Glibc
import Onnx
import Tensors
import TestSupport
import Testing

@testable import Inference

@Suite struct CustomOperatorTests {
    /// libpython, then the wheel's library, which needs its symbols; `nil` if one is not here.
    static let libraries: [String]? = {
        let folder = "\(ModelFixtures.root)/.venv-test/lib"
        guard let python = Self.names(in: folder).first(where: { $0.hasPrefix("python3") }) else {
            return nil
        }
        let wheel = "\(folder)/\(python)/site-packages/onnxruntime_extensions"
        let found = Self.names(in: wheel).first { $0.hasSuffix(".so") }
        guard let found else { return nil }
        // The interpreter's own folder; its library may also be one that the loader finds.
        let name = "lib\(python).so.1.0"
        let file = unsafe realpath("\(ModelFixtures.root)/.venv-test/bin/\(python)", nil)
        defer { unsafe free(file) }
        let interpreter = unsafe file.map { unsafe String(cString: $0) } ?? ""
        let beside =
            "/" + interpreter.split(separator: "/").dropLast(2).joined(separator: "/")
            + "/lib/\(name)"
        let library = File.kind(of: beside) == .file ? beside : name
        guard let handle = unsafe dlopen(library, RTLD_NOW) else { return nil }
        unsafe dlclose(handle)
        return [library, "\(wheel)/\(found)"]
    }()

    private static func names(in folder: String) -> [String] {
        guard let stream = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { bytes in
                unsafe String(cString: UnsafeRawPointer(bytes).assumingMemoryBound(to: CChar.self))
            }
            names.append(name)
        }
        return names
    }

    /// Loads the BERT with some libraries.
    private static func load(_ libraries: some Sequence<String>) throws -> TensorModel {
        var options = ModelFixtures.engine
        options.operatorLibraries = Array(libraries)
        let (model, kind) = try ServedModel.load(
            folder: ModelFixtures.path("tensors/bert.onnx"), options: options)
        guard case .tensors(let model) = model else {
            throw ModelError.unsupported("loaded as \(kind)")
        }
        return model
    }

    private static func text(_ texts: [String]) -> [NamedTensor] {
        [
            NamedTensor(
                name: "text",
                tensor: Tensor(
                    element: .string, shape: [texts.count],
                    values: .strings(texts.map { Array($0.utf8) })))
        ]
    }

    @Test(.enabled(if: libraries != nil, "onnxruntime-extensions is not in .venv-test"))
    func `a text classifier with its tokenizer inside takes strings`() throws {
        let model = try Self.load(Self.libraries ?? [])
        #expect(model.inputs.map(\.element) == [.string])
        let lines = try ModelFixtures.lines("tensors/bert.txt").compactMap(
            TensorModelTests.Line.init)
        #expect(lines.count == 10)
        for (text, answer) in zip(lines.filter(\.isInput), lines.filter { !$0.isInput }) {
            let outputs = try model.infer([text.named])
            #expect(outputs.map(\.tensor) == [answer.named.tensor])
        }
        // The operator takes one text at a time; several are several inferences.
        let texts = ["The swan is white.", "a cold river"]
        let both = try model.infer(Self.text(texts))[0].tensor
        let each = try texts.map { try model.infer(Self.text([$0]))[0].tensor }
        #expect(both == Tensor(joining: each))
    }

    @Test func `without the library, the refusal says what loads it`() {
        #expect { try Self.load([]) } throws: {
            "\($0)".hasSuffix(
                #"bert.onnx uses the operator "BertTokenizer" of "ai.onnx.contrib", a domain that "#
                    + "ONNX Runtime 1.32.0 does not know: --custom-ops names the library that has "
                    + "it, or export it without it")
        }
    }

    @Test func `a library that is missing is named`() {
        #expect { try Self.load(["/nonexistent/operators.so"]) } throws: {
            "\($0)".contains("/nonexistent/operators.so (--custom-ops) can't be opened: ")
        }
    }

    @Test func `a library without operators is only opened`() throws {
        var options = ModelFixtures.engine
        options.operatorLibraries = ["libm.so.6"]
        _ = try Engine.open(.file(ModelFixtures.model("logits")), options: options)
    }

    @Test(
        .enabled(if: libraries != nil, "onnxruntime-extensions is not in .venv-test"),
        .timeLimit(.minutes(2)))
    func `an extension of Python asks for libpython`() async {
        // In a process that has not opened libpython.
        await #expect(processExitsWith: .success) {
            #expect { try Self.load(Self.libraries?.suffix(1) ?? []) } throws: {
                "\($0)".hasSuffix("name libpython's file before it")
            }
        }
    }
}
