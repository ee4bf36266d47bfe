// What nobody stated about the preprocessing of a model, and the one word that settles it.
//
// A wrong guess here makes every answer wrong without an error, so each is said at start and in
// `inspect`, and `--strict` refuses it.

internal import Onnx
internal import Tensors

extension ModelSettings {
    /// The guesses that are left, one sentence for all that is open.
    func guesses(
        _ head: GraphHead, layout: Preprocessing.Layout, format: ModelFormat
    ) -> [ModelWarning] {
        // Whatever MXNet's classifiers of colour pictures were trained with, they were served so.
        let contradictions = contradictions(head) + colors(head) + enlargement
        if case .mxnet = format, channels.value != .gray { return contradictions }
        return open(head, layout) + contradictions
    }

    // MARK: What is open

    private func open(_ head: GraphHead, _ layout: Preprocessing.Layout) -> [ModelWarning] {
        var parts: [String] = []
        if resize.origin == .default { parts.append(geometry) }
        if mean.origin == .default || std.origin == .default {
            parts.append("\(numbers), as torchvision's models take them")
        } else if case .graph(let evidence) = mean.origin {
            if head.range == .unclear {
                parts.append("\(numbers), though the graph \(evidence) and scales by itself")
            } else if head.range == nil {
                parts.append("\(numbers), since the \(evidence)")
            }
        }
        guard !parts.isEmpty else { return [] }
        let hint =
            layout == .nhwc && mean.origin == .default
            ? "; NHWC is the order of Keras, whose models rarely take ImageNet's numbers" : ""
        return [
            .guess(
                "no file says how pictures become the network's input, so this is a guess: "
                    + "\(parts.joined(separator: "; "))\(hint); \"preprocess\" in "
                    + "\(Manifest.fileName) settles it by one word, such as "
                    + words.map { "\"\($0)\"" }.joined(separator: ", "))
        ]
    }

    private var geometry: String {
        let cropped = crop.value.map { "a crop of \($0.height)×\($0.width) from the centre" }
        guard case .shorter(let side)? = resize.value?.target else {
            return cropped ?? "the picture's own size"
        }
        return "the shorter side to \(side)" + (cropped.map { " and \($0)" } ?? "")
    }

    private var numbers: String {
        let factor = scale.value == 1 ? "values 0…255" : "values 0…1"
        guard mean.value.contains(where: { $0 != 0 }) || std.value.contains(where: { $0 != 1 })
        else { return "\(factor), not normalized" }
        return "\(factor), minus the mean \(list(mean.value)), divided by \(list(std.value))"
    }

    private func list(_ values: [Float]) -> String {
        Set(values).count == 1 ? "\(values[0])" : "\(values)"
    }

    /// The likely words first.
    private var words: [String] {
        if case .graph = mean.origin {
            return scale.value == 1 ? ["raw", "unit"] : ["unit", "raw"]
        }
        return layout.value == .nhwc
            ? ["keras-tf", "keras-caffe", "keras-torch", "unit", "raw"]
            : ["torchvision", "unit", "keras-tf", "raw"]
    }

    // MARK: What contradicts itself

    /// Means that belong to another order of the colours.
    private func colors(_ head: GraphHead) -> [ModelWarning] {
        guard channels.value != .gray, channels.origin.file != Manifest.fileName else { return [] }
        let own: GraphHead.ColorOrder = channels.value == .rgb ? .rgb : .bgr
        var evidence: String?
        if let order = head.order, order != own {
            evidence = "the graph subtracts ImageNet's means (\(head.text))"
        } else if channels.origin == .default,
            let order = GraphHead.order(ofMeans: mean.value.map { Double($0) / scale.value }),
            order != own
        {
            evidence = "\(mean.origin) has ImageNet's means \(list(mean.value))"
        }
        guard let evidence else { return [] }
        let words = own == .rgb ? ["blue", "red"] : ["red", "blue"]
        return [
            .guess(
                "\(evidence) in the order of \(words[0]) first, but the network is given "
                    + "\(words[1]) first (\(channels.origin)); \"input\": {\"channels\": "
                    + "\"\(own == .rgb ? "BGR" : "RGB")\"} in \(Manifest.fileName) changes it")
        ]
    }

    /// A factor by which no network's pixels are multiplied.
    private var enlargement: [ModelWarning] {
        guard scale.value > 1 else { return [] }
        return [
            .notice(
                "\(scale.origin) multiplies pixels 0…255 by \(Float(scale.value)), so they reach "
                    + "\(Float(scale.value * 255)); the division by 255 is "
                    + "\"scale\": 0.00392156862745098")
        ]
    }

    private func contradictions(_ head: GraphHead) -> [ModelWarning] {
        if scale.origin == .default, mean.value.contains(where: { abs($0) > 1.5 }) {
            return [
                .guess(
                    "\(mean.origin) subtracts \(list(mean.value)) from values 0…1, as \"scale\" is "
                        + "not stated; where the mean is one of 0…255, \"preprocess.scale\" is 1")
            ]
        }
        if case .graph = mean.origin { return [] }
        guard let range = head.range, range != .imageNet, !element.isInteger else { return [] }
        let normalizes = mean.value.contains { $0 != 0 } || std.value.contains { $0 != 1 }
        let scalesTwice = range == .bytes && scale.value < 0.1
        guard normalizes || scalesTwice else { return [] }
        let sentence =
            "\(mean.origin) \(normalizes ? "normalizes pixels" : "scales pixels to 0…1"), and the "
            + "graph itself begins with \(head.text): both are done; if the graph's own are "
            + "enough, \"preprocess\" in \(Manifest.fileName) is \"raw\" or \"unit\""
        // What a person wrote for this model is no guess.
        if case .preset = mean.origin { return [.notice(sentence)] }
        return [mean.origin.file == Manifest.fileName ? .notice(sentence) : .guess(sentence)]
    }
}
