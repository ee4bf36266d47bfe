// Writes a model's outputs in any of the formats: the one entry to the writers.

/// How an answer is written.
package struct TensorWriting: Sendable {
    /// What becomes of NaN and infinity in JSON.
    package enum NonFinite: Sendable { case refused, null }

    /// An answer's bytes.
    package struct Written: Sendable, Equatable {
        package let bytes: [UInt8]
        /// For V2 with binary tensors: the length of the JSON before them.
        package let headerLength: Int?
    }

    private let format: TensorFormat
    private let request: TensorRequest
    private let model: String
    private let version: String
    private let nonFinite: NonFinite

    /// `model` and `version` are for V2, whose answers name them.
    package init(
        format: TensorFormat, request: TensorRequest, model: String, version: String,
        nonFinite: NonFinite = .refused
    ) {
        self.format = format
        self.request = request
        self.model = model
        self.version = version
        self.nonFinite = nonFinite
    }

    /// Writes outputs. Throws where the format can't hold them. Any thread.
    package func write(_ outputs: [TensorOutput]) throws(TensorFault) -> Written {
        switch format {
        case .rows: Written(try JSONAnswer(nonFinite).rows(outputs))
        case .columns: Written(try JSONAnswer(nonFinite).columns(outputs))
        case .line: Written(try JSONAnswer(nonFinite).lines(outputs))
        case .csv: Written(try CSVAnswer.write(outputs))
        case .npy: Written(try NumPyAnswer.array(outputs))
        case .npz: Written(try NumPyAnswer.archive(outputs))
        case .v2:
            try V2Answer(request, model: model, version: version, nonFinite).write(outputs)
        }
    }
}

extension TensorWriting.Written {
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        headerLength = nil
    }
}

extension Tensor {
    /// The elements of one row.
    func elements(ofRow row: Int) -> Range<Int> {
        let size = Array(shape.dropFirst()).elementCount ?? 0
        return row * size..<(row + 1) * size
    }
}

extension [TensorOutput] {
    /// The number of rows that all outputs have. Throws `notAcceptable` if one has another number.
    func rows(for format: String) throws(TensorFault) -> Int {
        let rows = first?.tensor.shape.first ?? 0
        for output in self where output.tensor.shape.first != rows {
            throw .notAcceptable(
                "output \(quoted(output.name)) is of shape \(output.tensor.shape), without a row for "
                    + "each record, so \(format) can't hold it; ask for columns, npz or V2")
        }
        return rows
    }
}
