// The inner loop of reading JSON arrays: numbers with commas between them.

internal import Basics

extension JSONArrayReader {
    /// How many elements are read until more room is taken.
    private static let pieceCount = 256

    /// Reads a number and those that follow behind commas, or one only. Returns what came instead of a
    /// number, as the end of a sentence.
    mutating func numbers(
        _ scalar: ScalarType, into buffer: inout ElementBuffer, alone: Bool
    ) throws(TensorFault) -> String? {
        // A loop of its own for each type; through the protocol it would take many times longer.
        switch scalar {
        case .float32: try run(Float.self, into: &buffer, alone: alone)
        case .float64: try run(Double.self, into: &buffer, alone: alone)
        case .float16: try run(Float16.self, into: &buffer, alone: alone)
        case .bfloat16: try run(BFloat16.self, into: &buffer, alone: alone)
        case .int8: try run(Int8.self, into: &buffer, alone: alone)
        case .int16: try run(Int16.self, into: &buffer, alone: alone)
        case .int32: try run(Int32.self, into: &buffer, alone: alone)
        case .int64: try run(Int64.self, into: &buffer, alone: alone)
        case .uint8, .bool: try run(UInt8.self, into: &buffer, alone: alone)
        case .uint16: try run(UInt16.self, into: &buffer, alone: alone)
        case .uint32: try run(UInt32.self, into: &buffer, alone: alone)
        case .uint64: try run(UInt64.self, into: &buffer, alone: alone)
        }
    }

    /// Where a piece of a run has ended.
    private enum End {
        /// At another number.
        case full
        /// Behind the last number.
        case complete
        /// At what is no such number.
        case refused
    }

    @inline(__always)
    private mutating func run<Number: NumberElement>(
        _: Number.Type, into buffer: inout ElementBuffer, alone: Bool
    ) throws(TensorFault) -> String? {
        while true {
            try buffer.reserve(Self.pieceCount * MemoryLayout<Number>.size)
            switch piece(Number.self, into: &buffer, count: alone ? 1 : Self.pieceCount) {
            case .full where !alone: continue
            case .full, .complete: return nil
            case .refused: return try refusal(of: buffer.element)
            }
        }
    }

    /// Reads up to `count` numbers; there must be room for them.
    @inline(__always)
    private mutating func piece<Number: NumberElement>(
        _: Number.Type, into buffer: inout ElementBuffer, count: Int
    ) -> End {
        var position = cursor.position
        var offset = buffer.used
        var end = End.full
        do {
            let text = cursor.bytes.span
            var room = buffer.bytes.mutableSpan
            // Numbers are stored whole, within the room that was made for them.
            var target = unsafe room.mutableBytes
            for _ in 0..<count {
                let start = position
                guard let numeral = text.numeral(at: &position), numeral.isJSON,
                    let number = Number.element(of: numeral, in: text)
                else {
                    position = start
                    end = .refused
                    break
                }
                target.storeBytes(of: number, toByteOffset: offset, as: Number.self)
                offset &+= MemoryLayout<Number>.size
                guard count > 1, let next = text.nextNumber(behind: position) else {
                    end = .complete
                    break
                }
                position = next
            }
        }
        cursor.position = position
        buffer.used = offset
        return end
    }

    /// What stands here instead of a number of a type, as the end of a sentence. Throws if it is no JSON.
    private func refusal(of element: ElementType) throws(TensorFault) -> String {
        let kind = try found()
        guard kind == "is a number" else { return kind }
        var ahead = self
        _ = try ahead.taking { cursor throws(InputError) in try cursor.number() }
        let text = String(
            decoding: cursor.bytes[cursor.position..<ahead.cursor.position], as: UTF8.self)
        return "is \(text.onOneLine(limit: 40)), which \(element) does not hold"
    }
}

extension Span<UInt8> {
    /// The number behind the next comma; `nil` if there is no comma, or something else follows it.
    @inline(__always)
    fileprivate func nextNumber(behind position: Int) -> Int? {
        let comma = endOfSpace(from: position)
        guard comma < count, self[comma] == UInt8(ascii: ",") else { return nil }
        let next = endOfSpace(from: comma &+ 1)
        guard next < count, self[next] &- UInt8(ascii: "0") <= 9 || self[next] == UInt8(ascii: "-")
        else { return nil }
        return next
    }

    /// The first byte from a position on that is no white space.
    @inline(__always)
    private func endOfSpace(from position: Int) -> Int {
        var index = position
        while index < count, self[index] <= 0x20 {
            let byte = self[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            index &+= 1
        }
        return index
    }
}
