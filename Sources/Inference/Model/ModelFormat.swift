// What a model is stored as. Defaults that hang on the format ask here.

/// The format of a model's files.
package enum ModelFormat: Sendable, Equatable {
    /// One `*.onnx`, perhaps with data beside it.
    case onnx
    /// A `*symbol.json` and the `.params` at this path.
    case mxnet(parameters: String)

    /// What its pictures went through in training, where nobody says.
    var preprocessing: Preprocessing {
        switch self {
        case .onnx: Preprocessing()
        case .mxnet: .gluoncv
        }
    }

    /// For people.
    package var name: String {
        switch self {
        case .onnx: "ONNX"
        case .mxnet: "MXNet"
        }
    }
}
