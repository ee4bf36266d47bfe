// Elements as text: the shortest that reads back as the same number of its own type.

internal import Basics

/// Writes the elements of one output as text.
struct ElementText {
    private let output: TensorOutput
    private let style: Style

    /// How text is written.
    enum Style {
        /// RFC 8259; NaN and infinity are refused or null.
        case json(TensorWriting.NonFinite)
        /// RFC 4180; NaN and infinity as numpy reads them.
        case csv
    }

    init(_ output: TensorOutput, _ style: Style) {
        self.output = output
        self.style = style
    }

    /// Appends an element's text. Throws `nonFinite` where the style has no text for it.
    func append(_ index: Int, to text: inout [UInt8]) throws(TensorFault) {
        switch output.tensor.values {
        case .strings(let strings): try append(string: strings[index], to: &text)
        case .bytes(let bytes):
            switch ScalarType(output.tensor.element) {
            case .bool: text += (bytes[index] == 0 ? "false" : "true").utf8
            case let scalar?: try append(scalar.type, bytes, index, to: &text)
            case nil: preconditionFailure("numbers have a type")
            }
        }
    }

    private func append<Number: NumberElement>(
        _ type: Number.Type, _ bytes: [UInt8], _ index: Int, to text: inout [UInt8]
    ) throws(TensorFault) {
        // The array holds as many elements as its shape has room for.
        let number = unsafe bytes.span.bytes.unsafeLoadUnaligned(
            fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
        let double = number.double
        guard double.isFinite else {
            switch style {
            case .csv: text += (double.isNaN ? "nan" : double < 0 ? "-inf" : "inf").utf8
            case .json(.null): text += "null".utf8
            case .json(.refused):
                throw .nonFinite(output: output.name, index: place(of: index))
            }
            return
        }
        text += number.description.utf8
    }

    /// The place of an element, a number a dimension.
    private func place(of index: Int) -> [Int] {
        var rest = index
        var place: [Int] = []
        for length in output.tensor.shape.reversed() {
            place.insert(rest % max(1, length), at: 0)
            rest /= max(1, length)
        }
        return place
    }

    private func append(string: [UInt8], to text: inout [UInt8]) throws(TensorFault) {
        switch style {
        case .json:
            guard let valid = String(validating: string, as: UTF8.self) else {
                throw .notAcceptable(
                    "output \(quoted(output.name)) holds bytes that are no UTF-8, which JSON can't "
                        + "hold; ask for npy or binary tensors of V2")
            }
            var json = JSONWriter()
            json.element(valid)
            text += json.bytes
        case .csv:
            let isPlain =
                !string.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
                && string.first != 0x20 && string.last != 0x20
            guard !isPlain else { return text += string }
            text.append(0x22)
            for byte in string {
                if byte == 0x22 { text.append(0x22) }
                text.append(byte)
            }
            text.append(0x22)
        }
    }
}
