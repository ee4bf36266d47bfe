// Rows of arrays: slices along the first dimension, and arrays joined along it.

extension Tensor {
    /// Some rows; the last one is repeated until there are `count`. The array must have these rows.
    package func rows(_ range: Range<Int>, filledTo count: Int) -> Tensor {
        let shape = [count] + shape.dropFirst()
        let size = Array(shape.dropFirst()).elementCount ?? 0
        switch values {
        case .bytes(let bytes):
            let length = size * (element.size ?? 0)
            var part = Array(bytes[range.lowerBound * length..<range.upperBound * length])
            let last = part.suffix(length)
            for _ in range.count..<max(range.count, count) { part += last }
            return Tensor(element: element, shape: shape, values: .bytes(part))
        case .strings(let strings):
            var part = Array(strings[range.lowerBound * size..<range.upperBound * size])
            let last = part.suffix(size)
            for _ in range.count..<max(range.count, count) { part += last }
            return Tensor(element: element, shape: shape, values: .strings(part))
        }
    }

    /// The rows of several arrays, which must agree in all but the first dimension.
    package init(joining parts: [Tensor]) {
        let first = parts[0]
        let rows = parts.reduce(0) { $0 + ($1.shape.first ?? 0) }
        let shape = [rows] + first.shape.dropFirst()
        if first.element == .string {
            self.init(
                element: .string, shape: shape, values: .strings(parts.flatMap(\.strings)))
        } else {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
            for part in parts { bytes += part.bytes }
            self.init(element: first.element, shape: shape, values: .bytes(bytes))
        }
    }

    private var bytes: [UInt8] { if case .bytes(let bytes) = values { bytes } else { [] } }

    private var strings: [[UInt8]] {
        if case .strings(let strings) = values { strings } else { [] }
    }
}
