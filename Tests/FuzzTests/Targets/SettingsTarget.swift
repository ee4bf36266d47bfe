// `settings`: all files of a model folder beside the network.
//
// The bytes are the network's input (one byte), and then up to nine files with NUL between them, in
// the order of `names`; an empty file is absent. They are read from a folder, as `serve` reads
// them, up to a plan that a preprocessor carries out.

import Onnx
import Tensors

@testable import Inference

extension FuzzTarget {
    private static let names = [
        "amphora.json", "config.json", "preprocessor_config.json", "processor_config.json",
        "labels.txt", "labels.json", "inference.yml", "pipeline.json", "metadata_properties.json",
    ]

    /// Reads a folder and decides.
    static let settings = FuzzTarget(name: "settings") { bytes throws(Violation) in
        guard let choice = bytes.first else { return }
        let files = bytes.dropFirst()
            .split(separator: 0, maxSplits: names.count - 1, omittingEmptySubsequences: false)
        let present = zip(names, files).filter { !$1.isEmpty }.map { (name: $0, bytes: $1) }
        let all = present + [(name: "net.onnx", bytes: [])]
        try ScratchFolder.with(all) { folder throws(Violation) in
            let found = try unlessRefused { () throws(ModelError) in try ModelFolder(folder) }
            guard let found else { return }
            for text in [found.labels.value.count, -1] { _ = found.labels.value[text] }
            try decide(found, choice)
        }
    }

    private static func decide(_ folder: ModelFolder, _ choice: UInt8) throws(Violation) {
        let manifest = folder.manifest
        let tensor = TensorDescription(
            name: manifest.inputName ?? "x", element: choice & 0x80 == 0 ? .float32 : .uint8,
            shape: shapes[Int(choice & 0x7F) % shapes.count])
        let decided = try unlessRefused { () throws(ModelError) in
            let input = try NetworkInput(
                [tensor], name: manifest.inputName, layout: manifest.layout,
                usualLayout: folder.exported.layout?.value, channels: manifest.channels,
                usualChannels: folder.exported.channels?.value ?? 3)
            return (
                input,
                try ModelSettings(
                    manifest, folder.exported, input: input,
                    defaults: choice & 1 == 0 ? Preprocessing() : .gluoncv)
            )
        }
        guard let (input, settings) = decided else { return }
        let warnings =
            folder.warnings + folder.exported.warnings
            + folder.exported.disagreements(input: input, classes: 7)
        for warning in warnings { try requireReadable(warning.sentence) }
        try check(settings, input)
        try answer(folder, choice)
    }

    /// Labels, activation and form for as many numbers as the choice says.
    private static func answer(_ folder: ModelFolder, _ choice: UInt8) throws(Violation) {
        let numbers = [1, 2, 3, 12][Int(choice) % 4]
        _ = try unlessRefused { () throws(ModelError) in
            let labels = try ClassLabels(
                folder.labelSources, isWritten: false, own: nil, through: nil,
                numbers: numbers)
            let form = try AnswerForm.decide(
                numbers: numbers, labels: labels.labels, positive: folder.manifest.positive,
                isProbability: choice & 0x40 == 0)
            for index in 0..<form.value.classes(of: numbers) { _ = labels.labels.value[index] }
            return labels.warnings
        }
    }

    /// Every decision can be carried out, and fits the network.
    private static func check(
        _ settings: ModelSettings, _ input: NetworkInput
    ) throws(Violation) {
        let plan = settings.preprocessing
        if let objection = Preprocessor.objection(to: plan) { throw Violation(objection) }
        try require(
            Preprocessor(plan, limits: PictureLimits()).outputSize == settings.inputSize,
            "a plan that ends at another size")
        try require(
            plan.channels.count == input.channels && plan.mean.count == input.channels
                && plan.std.count == input.channels, "numbers of channels that differ")
        let size = settings.inputSize
        try require(
            (1...Manifest.sideLimit).contains(size.height)
                && (1...Manifest.sideLimit).contains(size.width), "an input of \(size)")
        try require(
            (input.height ?? size.height) == size.height
                && (input.width ?? size.width) == size.width, "not the network's size")
        let divisors = plan.std + (plan.secondStd ?? [])
        try require(
            divisors.allSatisfy { $0 != 0 && $0.isFinite } && plan.mean.allSatisfy(\.isFinite)
                && plan.scale.isFinite && plan.offset.isFinite, "numbers that no tensor can have")
        try require(Prediction.topKRange.contains(settings.topK.value), "top_k")
    }

    /// Network inputs: common ones, and some that no network should have.
    private static let shapes: [[Int?]] = [
        [nil, 3, nil, nil], [1, 3, 224, 224], [1, 1, 28, 28], [nil, 224, 224, 3],
        [nil, nil, nil, nil], [1, nil, nil, 3], [nil, 3, 1, 16_384], [1, 3, nil, 100],
        [1, 1, 1, 1], [nil, 3, 16_385, 5], [2, 3, 5, 5], [3, 3], [],
    ]
}
