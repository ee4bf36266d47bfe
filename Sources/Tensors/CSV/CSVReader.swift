// Reads comma-separated values, a record a row, without a header (RFC 4180).
//
// A model of one input gets a value a column; a model of several inputs, each one value a row, gets a
// column an input, in the model's order. Numbers are read as in JSON, with NaN, inf and empty fields for
// floating-point inputs, as numpy and pandas write them.

internal import Basics

extension TensorRequest {
    /// Reads a body of CSV. Any thread; takes time in proportion to the bytes.
    package init(
        csv bytes: [UInt8], signature: [TensorDescription], limits: TensorLimits = TensorLimits()
    ) throws(TensorFault) {
        var reader = try CSVReader(bytes, signature, limits)
        self.init(inputs: try reader.read(), format: .csv)
    }
}

/// A reader of one body.
struct CSVReader {
    let text: [UInt8]
    let signature: [TensorDescription]
    /// The values of each input; one alone takes all columns.
    var buffers: [ElementBuffer]
    var position = 0
    private var rows = 0
    /// The columns of the first row.
    private var columns: Int?

    init(
        _ text: [UInt8], _ signature: [TensorDescription], _ limits: TensorLimits
    ) throws(TensorFault) {
        self.text = text
        self.signature = signature
        buffers = signature.map { ElementBuffer($0.element, limits: limits) }
        guard signature.count > 1 else { return }
        for input in signature where input.shape.dropFirst().contains(where: { $0 != 1 }) {
            throw .wrong(
                "CSV has one value a row for each of \(signature.count) inputs, but "
                    + "\(input.takes); send JSON or npz")
        }
    }

    mutating func read() throws(TensorFault) -> [NamedTensor] {
        while position < text.count {
            guard text[position] == 0x0A || text[position] == 0x0D else {
                try readRow()
                continue
            }
            // Line ends at the end of the body are no rows.
            guard text[position...].allSatisfy({ $0 == 0x0A || $0 == 0x0D }) else {
                throw .wrong("row \(rows + 1) is empty")
            }
            position = text.count
        }
        guard rows > 0 else { throw .wrong("the CSV has no row") }
        var tensors: [NamedTensor] = []
        for (input, buffer) in zip(signature, buffers) {
            let shape = try shape(of: input)
            tensors.append(NamedTensor(name: input.name, tensor: buffer.tensor(shape: shape)))
        }
        return tensors
    }

    private func shape(of input: TensorDescription) throws(TensorFault) -> [Int] {
        guard signature.count == 1 else {
            let shape = [rows] + [Int](repeating: 1, count: max(0, input.shape.count - 1))
            try input.check(shape: shape)
            return shape
        }
        let columns = columns ?? 0
        if input.shape.count == 1 {
            guard columns == 1 else { throw input.fault("a row has \(columns) columns") }
            try input.check(shape: [rows])
            return [rows]
        }
        // The columns are one row's elements in row-major order; one open dimension follows.
        var shape = [rows]
        let rest = input.shape.dropFirst()
        let known = rest.compactMap { $0 }.elementCount ?? 0
        guard rest.count - rest.compactMap({ $0 }).count <= 1, known > 0, columns % known == 0,
            rest.contains(where: { $0 == nil }) || known == columns
        else { throw input.fault("a row has \(columns) columns") }
        shape += rest.map { $0 ?? columns / known }
        try input.check(shape: shape)
        return shape
    }

    // MARK: Rows and fields

    private mutating func readRow() throws(TensorFault) {
        var column = 0
        var isLast = false
        while !isLast {
            if signature.count == 1 {
                isLast = try readPlainNumbers(&column)
                if isLast { break }
            }
            let field = try readField(column)
            isLast = field.endsRow
            let index = signature.count == 1 ? 0 : column
            guard index < signature.count else {
                throw .wrong(
                    "row \(rows + 1) has more than \(signature.count) columns, one for each input")
            }
            try append(field, to: index, column)
            column += 1
        }
        guard column == columns ?? column, signature.count == 1 || column == signature.count else {
            let expected = signature.count == 1 ? columns ?? column : signature.count
            throw .wrong("row \(rows + 1) has \(column) columns; expected \(expected)")
        }
        columns = column
        rows += 1
    }

    private struct Field {
        /// Without spaces around it.
        var range: Range<Int>
        /// The text of a quoted field.
        var quoted: [UInt8]?
        var endsRow: Bool
    }

    private mutating func readField(_ column: Int) throws(TensorFault) -> Field {
        let quote = UInt8(ascii: "\"")
        var start = position
        while start < text.count, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
        var quoted: [UInt8]?
        var end = start
        if start < text.count, text[start] == quote {
            var content: [UInt8] = []
            end += 1
            while true {
                guard end < text.count else {
                    throw .wrong("row \(rows + 1), column \(column + 1): the quotes are not closed")
                }
                if text[end] == quote {
                    guard end + 1 < text.count, text[end + 1] == quote else { break }
                    end += 1
                }
                content.append(text[end])
                end += 1
            }
            quoted = content
            end += 1
            while end < text.count, text[end] == 0x20 || text[end] == 0x09 { end += 1 }
            guard end == text.count || Self.ends(text[end]) else {
                throw .wrong("row \(rows + 1), column \(column + 1): text follows the quotes")
            }
        } else {
            while end < text.count, !Self.ends(text[end]) { end += 1 }
        }
        var last = end
        while last > start, text[last - 1] == 0x20 || text[last - 1] == 0x09 { last -= 1 }
        let endsRow = end == text.count || text[end] != UInt8(ascii: ",")
        position = end
        if position < text.count {
            let isPair =
                text[position] == 0x0D && position + 1 < text.count && text[position + 1] == 0x0A
            position += isPair ? 2 : 1
        }
        return Field(range: start..<last, quoted: quoted, endsRow: endsRow)
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
    }

    private mutating func append(
        _ field: Field, to index: Int, _ column: Int
    ) throws(TensorFault) {
        let input = signature[index]
        func fault(_ text: String) -> TensorFault {
            input.fault("row \(rows + 1), column \(column + 1) is \(text)")
        }
        guard let scalar = ScalarType(input.element) else {
            return try buffers[index].append(field.quoted ?? Array(text[field.range]))
        }
        let content = field.quoted ?? []
        let range = field.quoted == nil ? field.range : 0..<content.count
        let source = field.quoted == nil ? text : content
        let isStored = try store(scalar.type, source, range, into: index)
        guard isStored else {
            let shown = String(decoding: source[range].prefix(40), as: UTF8.self).onOneLine(
                limit: 40)
            throw fault(shown.isEmpty ? "empty" : "“\(shown)”, which is no \(input.element)")
        }
    }

    private mutating func store<Number: NumberElement>(
        _ type: Number.Type, _ source: [UInt8], _ range: Range<Int>, into index: Int
    ) throws(TensorFault) -> Bool {
        let isBool = signature[index].element == .bool
        guard let number: Number = Self.number(source, range, isBool: isBool) else { return false }
        try buffers[index].append(number)
        return true
    }

    /// The number in a field; `nil` if it is none of this type.
    private static func number<Number: NumberElement>(
        _ source: [UInt8], _ range: Range<Int>, isBool: Bool
    ) -> Number? {
        let span = source.span
        var position = range.lowerBound
        if let numeral = span.numeral(at: &position), position == range.upperBound {
            guard !isBool || numeral.isWhole && numeral.digits <= 1 && !numeral.isNegative else {
                return nil
            }
            if let number = Number.element(of: numeral, in: span) { return number }
            // 3.0 is a whole number as pandas writes it.
            return numeral.wholeValue.flatMap { Number.element(of: $0) }
        }
        let word = String(decoding: source[range], as: UTF8.self).lowercased()
        if isBool {
            return word == "true" || word == "false"
                ? Number.element(of: word == "true" ? 1.0 : 0.0) : nil
        }
        switch word {
        case "", "nan", "na", "null": return Number.element(of: Double.nan)
        case "inf", "+inf", "infinity": return Number.element(of: Double.infinity)
        case "-inf", "-infinity": return Number.element(of: -Double.infinity)
        default: return nil
        }
    }
}
