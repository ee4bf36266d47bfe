// Answers as comma-separated values: all outputs side by side, a record a row (RFC 4180).

/// Writes CSV.
enum CSVAnswer {
    static func write(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        for output in outputs where output.tensor.shape.count > 2 {
            throw .notAcceptable(
                "output \(quoted(output.name)) is of shape \(output.tensor.shape), and CSV has rows "
                    + "and columns only; ask for JSON, npy, npz or V2")
        }
        let rows = try outputs.rows(for: "CSV")
        let writers = outputs.map { ElementText($0, .csv) }
        var text: [UInt8] = []
        for row in 0..<rows {
            var isFirst = true
            for (output, writer) in zip(outputs, writers) {
                for element in output.tensor.elements(ofRow: row) {
                    if !isFirst { text.append(UInt8(ascii: ",")) }
                    isFirst = false
                    try writer.append(element, to: &text)
                }
            }
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }
}
