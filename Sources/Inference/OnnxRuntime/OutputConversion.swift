// From the engine's output to float32, where it is of another type.
//
// Halves and whole numbers of eight and sixteen bits are exact in float32; doubles are rounded to
// nearest, as by numpy's `astype`.

internal import Onnx
internal import Tensors

/// Converts one output tensor after each run. Not `Sendable`: one thread at a time.
@safe final class OutputConversion {
    /// The converted numbers; valid as long as this object.
    let floats: UnsafeBufferPointer<Float>
    private let target: UnsafeMutableBufferPointer<Float>
    private let source: UnsafeRawPointer
    private let element: ElementType

    /// Reads `count` numbers of the engine's memory. Throws `unsupported` for a type that is none of
    /// scores.
    init(from element: ElementType, at source: UnsafeRawPointer, count: Int) throws(ModelError) {
        guard element.isScore else {
            throw .unsupported("the output is \(element), which can't be scores of classes")
        }
        self.element = element
        unsafe self.source = unsafe source
        unsafe target = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        unsafe target.initialize(repeating: 0)
        unsafe floats = unsafe UnsafeBufferPointer(target)
    }

    deinit { unsafe target.deallocate() }

    /// Converts what the engine wrote last.
    func convert() {
        switch element {
        case .float16: read(Float16.self) { Float($0) }
        case .bfloat16: read(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .float64: read(Double.self) { Float($0) }
        case .int8: read(Int8.self) { Float($0) }
        case .uint8: read(UInt8.self) { Float($0) }
        case .int16: read(Int16.self) { Float($0) }
        case .uint16: read(UInt16.self) { Float($0) }
        default: break
        }
    }

    private func read<Stored: BitwiseCopyable>(
        _ type: Stored.Type, _ float: (Stored) -> Float
    ) {
        let stored = unsafe source.assumingMemoryBound(to: type)
        for index in unsafe target.indices { unsafe target[index] = float(stored[index]) }
    }
}
