// Answers in JSON: rows, columns and lines. One output stands bare, several stand in an object by name.

internal import Basics

/// Writes JSON.
struct JSONAnswer {
    private let nonFinite: TensorWriting.NonFinite

    init(_ nonFinite: TensorWriting.NonFinite) { self.nonFinite = nonFinite }

    /// `{"predictions": [row, …]}`
    func rows(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        var text = Array("{\"predictions\":[".utf8)
        for row in 0..<(try outputs.rows(for: "the row form")) {
            if row > 0 { text.append(UInt8(ascii: ",")) }
            try append(row: row, of: outputs, to: &text)
        }
        return text + Array("]}".utf8)
    }

    /// A line for each row.
    func lines(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        var text: [UInt8] = []
        for row in 0..<(try outputs.rows(for: "JSON lines")) {
            try append(row: row, of: outputs, to: &text)
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// `{"outputs": …}`
    func columns(_ outputs: [TensorOutput]) throws(TensorFault) -> [UInt8] {
        var text = Array("{\"outputs\":".utf8)
        try append(outputs, to: &text) { output, text throws(TensorFault) in
            try array(output, 0..<output.tensor.count, output.tensor.shape, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    private func append(
        row: Int, of outputs: [TensorOutput], to text: inout [UInt8]
    ) throws(TensorFault) {
        try append(outputs, to: &text) { output, text throws(TensorFault) in
            try array(
                output, output.tensor.elements(ofRow: row), Array(output.tensor.shape.dropFirst()),
                to: &text)
        }
    }

    /// One bare, or several by name.
    private func append(
        _ outputs: [TensorOutput], to text: inout [UInt8],
        _ value: (TensorOutput, inout [UInt8]) throws(TensorFault) -> Void
    ) throws(TensorFault) {
        if let only = outputs.first, outputs.count == 1 { return try value(only, &text) }
        text.append(UInt8(ascii: "{"))
        for (index, output) in outputs.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            Self.key(output.name, to: &text)
            try value(output, &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// Nested lists; a ZipMap's rows are objects.
    private func array(
        _ output: TensorOutput, _ elements: Range<Int>, _ shape: [Int], to text: inout [UInt8]
    ) throws(TensorFault) {
        let writer = ElementText(output, .json(nonFinite))
        guard let last = shape.last else {
            return try writer.append(elements.lowerBound, to: &text)
        }
        guard !shape.contains(0) else { return Self.empty(shape, to: &text) }
        // The number of elements in a list of each depth, from the innermost.
        var sizes: [Int] = []
        for length in shape.reversed() { sizes.append(length * (sizes.last ?? 1)) }
        let keys = output.keys
        for (place, element) in elements.enumerated() {
            let opened = sizes.filter { place % $0 == 0 }.count
            if place > 0 { text.append(UInt8(ascii: ",")) }
            Self.brackets(opened, "[", keys == nil ? "[" : "{", isOpening: true, to: &text)
            if let keys { Self.key(keys.name(place % last), to: &text) }
            try writer.append(element, to: &text)
            let closed = sizes.filter { (place + 1) % $0 == 0 }.count
            Self.brackets(closed, "]", keys == nil ? "]" : "}", isOpening: false, to: &text)
        }
    }

    /// So many brackets, the innermost of which is another.
    private static func brackets(
        _ count: Int, _ outer: Unicode.Scalar, _ inner: Unicode.Scalar, isOpening: Bool,
        to text: inout [UInt8]
    ) {
        guard count > 0 else { return }
        let outer = [UInt8](repeating: UInt8(ascii: outer), count: count - 1)
        if isOpening { text += outer }
        text.append(UInt8(ascii: inner))
        if !isOpening { text += outer }
    }

    /// Lists without an element: nested as deep as their lengths say.
    private static func empty(_ shape: [Int], to text: inout [UInt8]) {
        text.append(UInt8(ascii: "["))
        if let length = shape.first, length > 0 {
            for index in 0..<length {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                empty(Array(shape.dropFirst()), to: &text)
            }
        }
        text.append(UInt8(ascii: "]"))
    }

    private static func key(_ name: String, to text: inout [UInt8]) {
        var json = JSONWriter()
        json.key(name)
        text += json.bytes
    }
}

extension TensorOutput.Keys {
    /// A key as text.
    func name(_ index: Int) -> String {
        switch self {
        case .strings(let keys): String(decoding: keys[index], as: UTF8.self)
        case .integers(let keys): "\(keys[index])"
        }
    }

    /// The keys as an array.
    var tensor: Tensor {
        switch self {
        case .strings(let keys):
            return Tensor(element: .string, shape: [keys.count], values: .strings(keys))
        case .integers(let keys):
            var bytes: [UInt8] = []
            for key in keys {
                for shift in stride(from: 0, to: 64, by: 8) {
                    bytes.append(UInt8(truncatingIfNeeded: key >> Int64(shift)))
                }
            }
            return Tensor(element: .int64, shape: [keys.count], values: .bytes(bytes))
        }
    }
}
