// The types of stored numbers, and how each converts to float32 or int64, the types of our graphs.
//
// Pure arithmetic on little-endian bytes; values that float32 cannot hold are rounded to nearest,
// as by numpy's `astype`.

/// The type of the numbers in a stored array.
package enum ScalarType: Sendable, Equatable {
    case float32, float64, float16, bfloat16
    case int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool

    /// In bytes.
    package var size: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// The bytes of the same numbers as float32, little-endian. `bytes` must not end inside a
    /// number.
    package func float32Bytes(of bytes: [UInt8]) -> [UInt8] {
        guard self != .float32 else { return bytes }
        var converted: [UInt8] = []
        converted.reserveCapacity(bytes.count / size * 4)
        for start in stride(from: 0, to: bytes.count, by: size) {
            var pattern: UInt64 = 0
            for place in 0..<size { pattern |= UInt64(bytes[start + place]) << UInt64(place * 8) }
            let bits = float(of: pattern).bitPattern
            for shift: UInt32 in [0, 8, 16, 24] {
                converted.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return converted
    }

    /// The type of a tensor's elements; `nil` if they are no such numbers.
    package init?(_ element: ElementType) {
        switch element {
        case .float32: self = .float32
        case .float64: self = .float64
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int8: self = .int8
        case .int16: self = .int16
        case .int32: self = .int32
        case .int64: self = .int64
        case .uint8: self = .uint8
        case .uint16: self = .uint16
        case .uint32: self = .uint32
        case .uint64: self = .uint64
        case .bool: self = .bool
        default: return nil
        }
    }

    /// The number that is stored as these bits; integers above 2^53 are rounded.
    package func double(of pattern: UInt64) -> Double {
        switch self {
        case .float64: Double(bitPattern: pattern)
        case .int64: Double(Int64(bitPattern: pattern))
        case .int32: Double(Int32(truncatingIfNeeded: pattern))
        case .uint32, .uint64: Double(pattern)
        default: Double(float(of: pattern))
        }
    }

    private func float(of pattern: UInt64) -> Float {
        switch self {
        case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
        case .float64: Float(Double(bitPattern: pattern))
        case .float16: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: pattern)))
        case .bfloat16: Float(bitPattern: UInt32(truncatingIfNeeded: pattern) << 16)
        case .int8: Float(Int8(truncatingIfNeeded: pattern))
        case .int16: Float(Int16(truncatingIfNeeded: pattern))
        case .int32: Float(Int32(truncatingIfNeeded: pattern))
        case .int64: Float(Int64(bitPattern: pattern))
        case .uint8, .uint16, .uint32, .uint64: Float(pattern)
        case .bool: pattern == 0 ? 0 : 1
        }
    }
}
