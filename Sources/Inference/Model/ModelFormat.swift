// The file format of a model, and the defaults that depend on it.

/// The format of a model's files.
package enum ModelFormat: Sendable, Equatable {
    /// One `*.onnx`, perhaps with external data beside it.
    case onnx
    /// A `*symbol.json` and the `.params` at this path.
    case mxnet(parameters: String)

    /// The preprocessing of its pictures in training, if no file says.
    var preprocessing: Preprocessing {
        switch self {
        case .onnx: Preprocessing()
        case .mxnet: .gluoncv
        }
    }

    /// The order of dimensions where the graph leaves it open; `nil`: undecided.
    var usualLayout: Preprocessing.Layout? {
        switch self {
        case .onnx: nil
        case .mxnet: .nchw
        }
    }

    /// As people read it.
    package var name: String {
        switch self {
        case .onnx: "ONNX"
        case .mxnet: "MXNet"
        }
    }
}
