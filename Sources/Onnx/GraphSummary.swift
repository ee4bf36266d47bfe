// What an ONNX file says about its model besides the network: versions, producer, size.
//
// For `inspect`; nothing depends on it.

internal import Tensors

/// Facts about an ONNX model.
package struct GraphSummary: Sendable, Equatable {
    /// The version of the format.
    package let irVersion: Int
    /// The version of ONNX's own operators; 0 where the file names none.
    package let opset: Int
    /// Operator sets of other domains, as "domain version".
    package let extensions: [String]
    /// The program that wrote it, and its version.
    package let producer: String
    /// The number of operators of the graph itself, without those in its branches.
    package let nodes: Int
    /// The number of weights, without the integers that shape tensors; `nil` if there are too many
    /// to count.
    package let parameters: Int?
    /// Files beside the model that hold its weights.
    package let externalFiles: [String]

    /// Reads a model. Throws `unreadable`.
    package init(_ source: ModelSource) throws(ModelError) {
        self.init(try GraphOutline(source))
    }

    /// Sums up what was read of a model.
    package init(_ outline: GraphOutline) {
        irVersion = outline.irVersion
        opset = outline.opset
        extensions = outline.opsets.filter { !$0.key.isEmpty }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value)" }
        producer = [outline.producer, outline.producerVersion].filter { !$0.isEmpty }
            .joined(separator: " ")
        nodes = outline.nodes.count
        parameters = outline.isComplete ? Self.parameters(outline.constants.values) : nil
        externalFiles = outline.externalFiles
    }

    private static func parameters(
        _ constants: some Collection<GraphOutline.Constant>
    ) -> Int? {
        var sum = 0
        // int32, int64, strings and booleans are shapes and indices.
        for constant in constants where ![6, 7, 8, 9].contains(constant.element.code) {
            guard let count = constant.count else { return nil }
            let (total, overflows) = sum.addingReportingOverflow(count)
            guard !overflows else { return nil }
            sum = total
        }
        return sum
    }
}
