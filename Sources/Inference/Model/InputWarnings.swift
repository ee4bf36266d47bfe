// What a person should know about the input of a network: what a fixed batch costs, and what a type
// can't hold.

internal import Onnx
internal import Tensors

extension ModelSettings {
    /// One sentence each.
    var inputWarnings: [ModelWarning] {
        var warnings: [ModelWarning] = []
        if batch > 1 {
            warnings.append(
                .notice(
                    "the model takes a fixed batch of \(batch): each picture is computed with "
                        + "\(batch - 1) empty \(batch == 2 ? "one" : "ones") beside it, which takes up to \(batch) times as long; "
                        + "export it with a batch of 1, or an open one (torch.onnx.export: "
                        + "dynamic_axes={\"\(inputName.value)\": {0: \"N\"}}, or dynamic_shapes)"))
        }
        let isPlain = scale.value == 1 && mean.value.allSatisfy { $0 == 0 }
        if element == .int8, isPlain {
            warnings.append(
                .guess(
                    "the model's input is int8, which can't hold pixels above 127: they are clipped; "
                        + "\"preprocess\" in \(Manifest.fileName) says how they become smaller, such "
                        + "as {\"scale\": 1, \"mean\": [128, 128, 128], \"std\": [1, 1, 1]}"))
        }
        return warnings
    }
}
