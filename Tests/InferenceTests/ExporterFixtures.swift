// Exporters' files as text, and the settings that follow from them.

import Onnx
import Tensors

@testable import Inference

enum Exporter {
    /// Reads the files of a folder.
    static func files(
        _ files: [String: String], needsSteps: Bool = true,
        library: Preprocessing.ResizeLibrary? = nil
    ) throws(ModelError) -> ExporterFiles {
        let folder = try TemporaryFolder(files)
        return try ExporterFiles(
            in: NoteFolders(top: folder.path), needsSteps: needsSteps, library: library)
    }

    /// The settings that follow from these files for a network's input.
    static func settings(
        _ files: [String: String], manifest json: String = "{}",
        shape: [Int?] = [nil, 3, nil, nil], element: ElementType = .float32
    ) throws(ModelError) -> ModelSettings {
        let manifest = try Manifest(Array(json.utf8))
        let exported = try Self.files(
            files, needsSteps: !manifest.decidesAllSteps, library: manifest.resizeLibrary)
        let input = try NetworkInput(
            [TensorDescription(name: "x", element: element, shape: shape)],
            layout: manifest.layout, usualLayout: exported.layout?.value,
            channels: manifest.channels,
            usualChannels: exported.channels?.value ?? 3)
        return try ModelSettings(manifest, exported, input: input)
    }

    /// A folder with a processor of a class, with these keys.
    static func processor(_ type: String, _ keys: String = "") -> [String: String] {
        let rest = keys.isEmpty ? "" : ", \(keys)"
        return ["preprocessor_config.json": #"{"image_processor_type": "\#(type)"\#(rest)}"#]
    }

    /// A folder with timm's configuration.
    static func timm(_ data: String) -> [String: String] {
        ["config.json": #"{"architecture": "resnet18", "pretrained_cfg": {\#(data)}}"#]
    }

    /// Whether a value throws an error whose text holds all parts.
    static func fails(
        _ parts: String..., as body: () throws -> Void
    ) -> Bool {
        do {
            try body()
            return false
        } catch {
            return parts.allSatisfy("\(error)".contains)
        }
    }
}
