// Reads rows: each is one element of the batch, of all inputs.

internal import Basics

/// Collects the rows of one request.
struct RowReader {
    /// The rows of one input.
    private struct Column {
        let input: TensorDescription
        var buffer: ElementBuffer
        var shape: [Int]?
        var rows = 0
    }

    private var columns: [Column]
    private var rows = 0

    init(_ signature: [TensorDescription], limits: TensorLimits) {
        columns = signature.map {
            Column(input: $0, buffer: ElementBuffer($0.element, limits: limits))
        }
    }

    /// Reads the row that stands at the reader's place.
    mutating func row(_ reader: inout JSONRequestReader, place: String) throws(TensorFault) {
        if reader.arrays.cursor.peek() == UInt8(ascii: "{"), !reader.isBase64() {
            try reader.members { reader, key throws(TensorFault) in
                guard let index = columns.firstIndex(where: { $0.input.name == key }) else {
                    _ = try reader.signature.named(key)
                    return
                }
                try value(of: index, &reader, place: "\(place).\(key.isEmpty ? "“”" : key)")
            }
        } else {
            guard columns.count == 1 else { throw reader.signature.needsNames(place) }
            try value(of: 0, &reader, place: place)
        }
        rows += 1
        for column in columns where column.rows != rows {
            throw column.input.fault("\(place) has no value for it")
        }
    }

    private mutating func value(
        of index: Int, _ reader: inout JSONRequestReader, place: String
    ) throws(TensorFault) {
        let input = columns[index].input
        let shape = try reader.arrays.value(into: &columns[index].buffer, of: input, place: place)
        guard shape == columns[index].shape ?? shape else {
            throw input.fault(
                "\(place) is of shape \(shape), and its neighbours \(columns[index].shape ?? [])")
        }
        columns[index].shape = shape
        columns[index].rows += 1
    }

    /// The batch of each input.
    consuming func tensors(place: String) throws(TensorFault) -> [NamedTensor] {
        guard rows > 0 else { throw .wrong("\(place) has no rows") }
        var tensors: [NamedTensor] = []
        for column in columns {
            let shape = try column.input.completed([rows] + (column.shape ?? []))
            tensors.append(
                NamedTensor(name: column.input.name, tensor: column.buffer.tensor(shape: shape)))
        }
        return tensors
    }
}
