// What a client asks of a model: its inputs as arrays, and which outputs it wants in which form.
//
// All formats are read into this type. It knows nothing of the bytes that it came in.

/// The forms in which tensors travel.
package enum TensorFormat: Sendable, Equatable {
    /// JSON, a row an instance: `{"instances": […]}`, answered by `{"predictions": […]}`.
    case rows
    /// JSON, a whole array an input: `{"inputs": …}`, answered by `{"outputs": …}`.
    case columns
    /// JSON of one instance on a line, answered by one line.
    case line
    /// Comma-separated values, a record a row, without a header (RFC 4180).
    case csv
    /// numpy's format of one array.
    case npy
    /// numpy's archive of arrays by name.
    case npz
    /// The Open Inference Protocol's JSON, with binary tensors behind it where there are some.
    case v2
}

/// The inputs for one inference, and what is wanted of it.
package struct TensorRequest: Sendable, Equatable {
    /// An array for each of the model's inputs, in the model's order.
    package var inputs: [NamedTensor]
    /// The outputs that are wanted; empty for all of them.
    package var outputs: [RequestedOutput]
    /// The client's name for the request, which the answer repeats; V2 only.
    package var id: String?
    /// The form in which the request came; an answer has the same if no other is asked for.
    package var format: TensorFormat
    /// The form of outputs that are not named in `outputs`; V2 only.
    package var outputForm: RequestedOutput.Form

    /// Creates a request for all outputs.
    package init(
        inputs: [NamedTensor], outputs: [RequestedOutput] = [], id: String? = nil,
        format: TensorFormat, outputForm: RequestedOutput.Form = .text
    ) {
        self.inputs = inputs
        self.outputs = outputs
        self.id = id
        self.format = format
        self.outputForm = outputForm
    }
}

/// An output that a client wants.
package struct RequestedOutput: Sendable, Equatable {
    /// How V2 sends a tensor.
    package enum Form: Sendable, Equatable {
        /// As JSON.
        case text
        /// As bytes behind the JSON.
        case binary
    }

    /// As the graph spells it.
    package let name: String
    /// How it is sent.
    package let form: Form
    /// How many of the best classes are wanted instead of the scores; `nil` for the scores.
    package let classes: Int?

    /// Asks for an output.
    package init(name: String, form: Form = .text, classes: Int? = nil) {
        self.name = name
        self.form = form
        self.classes = classes
    }
}
