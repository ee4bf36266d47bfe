// Whether a model is a classifier of pictures or one of arrays.
//
// `"kind"` in `amphora.json` decides, else what lies in the folder, else the graph: a classifier has
// one input that a picture fits into, and an output with a number for each class.

internal import Onnx
internal import Tensors

extension ModelKind {
    /// Decides for a model by its folder and its graph.
    static func decide(_ folder: ModelFolder, _ outline: GraphOutline) -> Resolved<ModelKind> {
        if let kind = folder.manifest.kind {
            return Resolved(kind, .key("kind", in: Manifest.fileName))
        }
        if case .mxnet = folder.format { return Resolved(.labels, .model) }
        if let key = folder.manifest.picturesKey {
            return Resolved(.labels, .key(key, in: Manifest.fileName))
        }
        if let labels = folder.labelSources.first(where: { $0.origin.file != nil }) {
            return Resolved(.labels, labels.origin)
        }
        // The engine says why a graph that can't be followed is refused.
        guard !outline.nodes.isEmpty, outline.isComplete else { return Resolved(.labels, .default) }
        if let reason = noPicture(outline) ?? boxes(outline) ?? noClasses(outline) {
            return Resolved(.tensors, .graph(reason))
        }
        return Resolved(.labels, .graph("a picture in, a number for each class out"))
    }

    /// Why no picture goes in.
    private static func noPicture(_ outline: GraphOutline) -> String? {
        let inputs = outline.inputs.filter { outline.constants[$0.name] == nil }
        guard inputs.count == 1, let input = inputs.first else {
            return "\(inputs.count) inputs"
        }
        guard let shape = input.shape else { return nil }
        let description = TensorDescription(
            name: input.name, element: input.element, shape: shape)
        let takesPictures = (try? NetworkInput([description])) != nil
        let isOpen = shape.count == 4 && shape.filter { $0 == nil }.count >= 3
        return takesPictures || isOpen
            ? nil
            : "input \"\(input.name)\" is \(input.element) \(description.shapeText), no picture"
    }

    /// Why boxes come out: a detector's scores have the shape of a classifier's.
    private static func boxes(_ outline: GraphOutline) -> String? {
        if outline.nodes.contains(where: { $0.operation == "NonMaxSuppression" }) {
            return "NonMaxSuppression chooses boxes"
        }
        let boxes = outline.outputs.first {
            $0.shape?.last == 4 && $0.name.lowercased().contains("box")
        }
        guard outline.outputs.count > 1, let boxes else { return nil }
        return "output \"\(boxes.name)\" holds boxes"
    }

    /// Why no classes come out.
    private static func noClasses(_ outline: GraphOutline) -> String? {
        let fits = ScoreOutput.all(in: outline).contains { output in
            guard output.tensor == output.name else { return true }
            let declared = outline.outputs.first { $0.name == output.name }
            guard let declared, let shape = declared.shape else { return true }
            return declared.element.isScore
                && OutputCandidate.width(of: shape, batch: shape.first.flatMap { $0 } ?? 1) != .none
        }
        guard !fits else { return nil }
        let list = outline.outputs.prefix(4).map { output in
            "\"\(output.name)\" "
                + TensorDescription(
                    name: output.name, element: output.element, shape: output.shape ?? []
                ).shapeText
        }
        return "no output has a number for each class: \(list.joined(separator: ", "))"
    }
}
