// `amphora inspect` for people: columns, with the origin of each value on the right.

internal import Basics
internal import Inference
internal import Onnx
internal import Tensors

/// Prints an inspection.
struct InspectionText {
    /// Whether titles are bold and origins dim.
    let isColored: Bool
    private static let nameWidth = 15
    private static let textWidth = 52
    /// The longest line of text, in Unicode scalars; far more than a normal model needs.
    private static let longestText = 500
    /// The most labels shown.
    private static let shownLabels = 4

    /// Prints to standard output.
    func print(_ inspection: Inspection) {
        for line in lines(of: inspection) { Swift.print(line) }
    }

    /// The printed lines.
    func lines(of inspection: Inspection) -> [String] {
        var lines = [styled(inspection.folder.onOneLine(), .bold), ""]
        lines += model(inspection)
        if let pictures = inspection.pictures { lines += decisions(pictures) }
        if !inspection.warnings.isEmpty {
            lines += ["", styled("Warnings", .bold)]
            lines += inspection.warnings.map { "  \(styled("!", .yellow)) \($0.sentence)" }
        }
        return lines
    }

    private func decisions(_ pictures: Inspection.PictureDecisions) -> [String] {
        var lines = ["", title("Preprocessing", "decided by")]
        for (index, step) in pictures.steps.enumerated() {
            let number = index < 9 ? " \(index + 1)" : "\(index + 1)"
            lines.append(row("\(number) \(step.name)", step.text, step.origin))
        }
        lines += ["", title("Answers", "decided by")]
        lines += answers(pictures.answers)
        lines.append(row("top_k", "\(pictures.topK.value)", pictures.topK.origin))
        return lines
    }

    private func model(_ inspection: Inspection) -> [String] {
        let summary = inspection.summary
        let disk = TerminalText.size(inspection.bytesOnDisk)
        let memory = inspection.bytesInMemory.map {
            ", \(TerminalText.size($0)) of memory with one worker"
        }
        let weights = summary.parameters.map(TerminalText.grouped) ?? "more than can be counted"
        var lines = [
            title("Model"),
            row("file", Path.name(of: inspection.file)),
            row("format", format(inspection)),
            row("producer", summary.producer.isEmpty ? "unknown" : summary.producer),
            row("parameters", "\(weights), in \(TerminalText.grouped(summary.nodes)) operators"),
            row("size", "\(disk) on disk\(memory ?? "")"),
            row("engine", inspection.engine),
        ]
        if !inspection.weightFiles.isEmpty {
            let names = inspection.weightFiles.map { Path.name(of: $0) }
            lines.insert(row("weights", names.joined(separator: ", ")), at: 2)
        }
        lines += inspection.inputs.map { row("input", describe($0)) }
        lines += inspection.outputs.map { row("output", describe($0)) }
        if let pictures = inspection.pictures {
            lines.append(row("classes", TerminalText.grouped(pictures.classes)))
        }
        lines.append(row("kind", kind(inspection.kind.value), inspection.kind.origin))
        return lines
    }

    private func kind(_ kind: ModelKind) -> String {
        switch kind {
        case .labels: "labels: a picture in, labels out"
        case .tensors: "tensors: arrays in, arrays out"
        }
    }

    private func format(_ inspection: Inspection) -> String {
        let summary = inspection.summary
        let own =
            "\(ModelFormat.onnx.name), opset \(summary.opset), IR version \(summary.irVersion)"
        let onnx = ([own] + summary.extensions).joined(separator: ", ")
        return inspection.format == .onnx ? onnx : "\(inspection.format.name), imported to \(onnx)"
    }

    private func describe(_ tensor: TensorDescription) -> String {
        "\"\(tensor.name)\" \(tensor.element) \(tensor.shapeText)"
    }

    private func answers(_ answers: AnswerSettings) -> [String] {
        var lines = [row("output", output(answers), answers.output.origin)]
        if !answers.otherOutputs.isEmpty {
            let others = answers.otherOutputs.map { "\"\($0)\"" }.joined(separator: ", ")
            lines.append(row("unused", others))
        }
        lines.append(row("measured", answers.measured.evidence))
        lines.append(
            row("activation", activation(answers.activation.value), answers.activation.origin))
        lines.append(row("labels", labels(answers.labels.value), answers.labels.origin))
        switch answers.form.value {
        case .each: break
        case .single: lines.append(row("form", "one number, of one label", answers.form.origin))
        case .binary(let positive):
            let names = [positive, 1 - positive].map { answers.labels.value[$0].text }
            lines.append(
                row("form", "p is that of \(names[0]), 1 − p of \(names[1])", answers.form.origin))
        }
        return lines
    }

    private func output(_ answers: AnswerSettings) -> String {
        let name = "\"\(answers.output.value)\""
        let tensor = answers.operation.map { "what \($0) makes \(name) of" } ?? name
        let numbers = answers.numbers == 1 ? "1 number" : "\(answers.numbers) numbers"
        guard let quantization = answers.quantization else {
            let type = answers.element == .float32 ? "" : " of \(answers.element)"
            return "\(tensor), \(numbers)\(type)"
        }
        return "\(tensor), \(numbers): (\(answers.element) − \(quantization.zeroPoint)) × "
            + "\(quantization.scale)"
    }

    private func labels(_ labels: Labels) -> String {
        guard labels.count > 0 else { return "none: classes are numbered" }
        let first = (0..<min(Self.shownLabels, labels.names.count)).map { labels[$0].text }
        let rest = labels.names.count > first.count ? ", …" : ""
        return "\(TerminalText.grouped(labels.count)): \(first.joined(separator: ", "))\(rest)"
    }

    private func activation(_ activation: Activation) -> String {
        switch activation {
        case .none: "none: the network's numbers are answered as they are"
        case .exp: "exp, of logarithms of probabilities"
        case .softmax, .sigmoid: activation.rawValue
        }
    }

    // MARK: Layout

    private enum Style: String {
        case bold = "1"
        case dim = "2"
        case yellow = "33"
    }

    private func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func title(_ text: String, _ right: String = "") -> String {
        guard !right.isEmpty else { return styled(text, .bold) }
        let gap = 2 + Self.nameWidth + Self.textWidth - text.count + 1
        return styled(text, .bold) + String(repeating: " ", count: gap) + styled(right, .dim)
    }

    private func row(_ name: String, _ text: String, _ origin: Origin? = nil) -> String {
        // Names of producers, tensors and labels come from the model's files and may hold anything.
        let text = text.onOneLine(limit: Self.longestText)
        let start = "  \(Self.padded(name, Self.nameWidth))"
        guard let origin else { return start + text }
        return "\(start)\(Self.padded(text, Self.textWidth)) \(styled("\(origin)", .dim))"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
