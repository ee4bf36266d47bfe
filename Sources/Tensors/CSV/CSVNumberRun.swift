// The inner loop of reading CSV: plain numbers of one input, side by side. Whatever else a field can be,
// quoted, padded, empty or wrong, is left to CSVReader.

extension CSVReader {
    /// How many elements are read until more room is taken.
    private static let pieceCount = 256

    /// Where a piece of a run has ended.
    private enum End {
        /// At another field of the row.
        case full
        /// Behind the row.
        case row
        /// At a field that is no plain number.
        case other
    }

    /// Reads the fields of the only input that are plain numbers, up to one that is not or the end of the
    /// row, and counts them. Returns whether the row has ended.
    mutating func readPlainNumbers(_ column: inout Int) throws(TensorFault) -> Bool {
        // A loop of its own for each type; through the protocol it would take many times longer.
        switch ScalarType(signature[0].element) {
        case .float32: try run(Float.self, &column)
        case .float64: try run(Double.self, &column)
        case .float16: try run(Float16.self, &column)
        case .bfloat16: try run(BFloat16.self, &column)
        case .int8: try run(Int8.self, &column)
        case .int16: try run(Int16.self, &column)
        case .int32: try run(Int32.self, &column)
        case .int64: try run(Int64.self, &column)
        case .uint8: try run(UInt8.self, &column)
        case .uint16: try run(UInt16.self, &column)
        case .uint32: try run(UInt32.self, &column)
        case .uint64: try run(UInt64.self, &column)
        case .bool, nil: false
        }
    }

    @inline(__always)
    private mutating func run<Number: NumberElement>(
        _: Number.Type, _ column: inout Int
    ) throws(TensorFault) -> Bool {
        while true {
            try buffers[0].reserve(Self.pieceCount * MemoryLayout<Number>.size)
            switch Self.piece(Number.self, of: text, &position, &column, into: &buffers[0]) {
            case .full: continue
            case .row: return true
            case .other: return false
            }
        }
    }

    /// Reads up to a piece of numbers; there must be room for them.
    @inline(__always)
    private static func piece<Number: NumberElement>(
        _: Number.Type, of text: [UInt8], _ position: inout Int, _ column: inout Int,
        into buffer: inout ElementBuffer
    ) -> End {
        var next = position
        var offset = buffer.used
        var end = End.full
        do {
            let span = text.span
            var room = buffer.bytes.mutableSpan
            // Numbers are stored whole, within the room that was made for them.
            var target = unsafe room.mutableBytes
            for _ in 0..<pieceCount {
                var index = next
                guard let numeral = span.numeral(at: &index),
                    let number = Number.element(of: numeral, in: span),
                    let field = span.fieldEnd(at: index)
                else {
                    end = .other
                    break
                }
                target.storeBytes(of: number, toByteOffset: offset, as: Number.self)
                offset &+= MemoryLayout<Number>.size
                next = field.next
                if field.endsRow {
                    end = .row
                    break
                }
            }
        }
        column += (offset - buffer.used) / MemoryLayout<Number>.size
        position = next
        buffer.used = offset
        return end
    }
}

extension Span<UInt8> {
    /// The field behind the separator that stands here; `nil` if none does.
    @inline(__always)
    fileprivate func fieldEnd(at index: Int) -> (next: Int, endsRow: Bool)? {
        guard index < count else { return (index, true) }
        switch self[index] {
        case UInt8(ascii: ","): return (index &+ 1, false)
        case 0x0A: return (index &+ 1, true)
        case 0x0D:
            let isPair = index &+ 1 < count && self[index &+ 1] == 0x0A
            return (index &+ (isPair ? 2 : 1), true)
        default: return nil
        }
    }
}
