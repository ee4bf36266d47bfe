// The Swift types of tensor elements, and how a float32 becomes one.

/// A type that an input tensor's elements can have.
package protocol TensorElement: BitwiseCopyable, Sendable {
    /// Its number in ONNX.
    static var elementType: ElementType { get }
    /// The nearest value of this type, as numpy's `astype` gives it; whole numbers are rounded half to
    /// even and clipped to what the type can hold.
    init(nearest value: Float)
}

/// The upper half of a float32, which Swift does not have.
package struct BFloat16: BitwiseCopyable, Sendable, Equatable {
    /// As stored.
    package let bits: UInt16
}

extension Float: TensorElement {
    package static var elementType: ElementType { .float32 }
    package init(nearest value: Float) { self = value }
}

extension Double: TensorElement {
    package static var elementType: ElementType { .float64 }
    package init(nearest value: Float) { self = Double(value) }
}

extension Float16: TensorElement {
    package static var elementType: ElementType { .float16 }
    package init(nearest value: Float) { self = Float16(value) }
}

extension BFloat16: TensorElement {
    package static var elementType: ElementType { .bfloat16 }
    package init(nearest value: Float) {
        let whole = value.bitPattern
        // Half to even: what is cut off, and the last bit that stays, decide about the carry.
        bits = UInt16(truncatingIfNeeded: (whole &+ 0x7FFF &+ (whole >> 16 & 1)) >> 16)
    }
}

extension TensorElement where Self: FixedWidthInteger {
    package init(nearest value: Float) {
        let rounded = value.rounded(.toNearestOrEven)
        if rounded.isNaN {
            self = 0
        } else if rounded <= Float(Self.min) {
            self = .min
        } else if rounded >= Float(Self.max) {
            self = .max
        } else {
            self = Self(rounded)
        }
    }
}

extension UInt8: TensorElement {
    package static var elementType: ElementType { .uint8 }
}

extension Int8: TensorElement {
    package static var elementType: ElementType { .int8 }
}

extension UInt16: TensorElement {
    package static var elementType: ElementType { .uint16 }
}

extension Int16: TensorElement {
    package static var elementType: ElementType { .int16 }
}

extension UInt32: TensorElement {
    package static var elementType: ElementType { .uint32 }
}

extension Int32: TensorElement {
    package static var elementType: ElementType { .int32 }
}

extension UInt64: TensorElement {
    package static var elementType: ElementType { .uint64 }
}

extension Int64: TensorElement {
    package static var elementType: ElementType { .int64 }
}
