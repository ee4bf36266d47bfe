// The tiny networks' place, the engine that runs them, and temporary folders for them.
//
// The networks are written by tools/make_model_fixtures.py; each answers with
// [r, g, b, (r + g + b) / 2 + 0.25] of the mean of its channels.

import Basics
import Glibc
import Onnx

@testable import Inference

enum ModelFixtures {
    static let root: String = {
        // Tests/InferenceTests/ModelFixtures.swift
        let parts = #filePath.split(separator: "/")
        return "/" + parts.dropLast(3).joined(separator: "/")
    }()

    static func path(_ name: String) -> String {
        "\(root)/Tests/InferenceTests/Fixtures/\(name)"
    }

    static func model(_ name: String) -> String { path("models/\(name).onnx") }

    static func bytes(_ name: String) throws(InputError) -> [UInt8] {
        try File.contents(of: path(name), limit: 1 << 20)
    }

    static func lines(_ name: String) throws -> [Substring] {
        String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n")
    }

    /// The library that `tools/install_engine.sh` put into the checkout; without it, the one that
    /// the loader finds beside the test bundle or on LD_LIBRARY_PATH.
    static let engine: EngineOptions = {
        let installed = "\(root)/.engine/\(OnnxRuntimeLibrary.fileName)"
        let found = File.kind(of: installed) == .file
        return EngineOptions(library: found ? installed : OnnxRuntimeLibrary.fileName)
    }()

    static func open(_ name: String) throws(ModelError) -> any CompiledModel {
        try Engine.open(.file(model(name)), options: engine)
    }
}

/// A folder with some files, removed when it goes out of scope. A name may lead into folders.
struct TemporaryFolder: ~Copyable {
    let path: String
    private var names: [String]
    /// The deepest last.
    private var folders: [String] = []

    init(_ files: [String: [UInt8]]) {
        var template = Array("/tmp/amphora-model-XXXXXX".utf8CString)
        path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/nonexistent"
        names = Array(files.keys)
        for (name, bytes) in files {
            makeFolders(above: name)
            let descriptor = unsafe Glibc.open(
                "\(path)/\(name)", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            precondition(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
            close(descriptor)
        }
    }

    /// Makes a symbolic link.
    mutating func link(_ name: String, to target: String) {
        makeFolders(above: name)
        precondition(unsafe symlink(target, "\(path)/\(name)") == 0)
        names.append(name)
    }

    private mutating func makeFolders(above name: String) {
        let parts = name.split(separator: "/").dropLast()
        for depth in parts.indices {
            let folder = parts[...depth].joined(separator: "/")
            if unsafe mkdir("\(path)/\(folder)", 0o700) == 0 { folders.append(folder) }
        }
    }

    init(_ files: [String: String], models: [String: String] = [:]) throws(ModelError) {
        var contents = files.mapValues { Array($0.utf8) }
        for (name, fixture) in models {
            contents[name] = try ModelError.reading { () throws(InputError) in
                try ModelFixtures.bytes("models/\(fixture).onnx")
            }
        }
        self.init(contents)
    }

    deinit {
        for name in names { unsafe unlink("\(path)/\(name)") }
        for folder in folders.reversed() { unsafe rmdir("\(path)/\(folder)") }
        unsafe rmdir(path)
    }
}
