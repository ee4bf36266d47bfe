// The network's input tensor, as something that pictures are written into, whatever its elements are.

internal import Tensors

/// One worker's input. Not `Sendable`: one thread at a time.
struct PictureInput {
    private let context: any InferenceContext
    private let element: ElementType
    private let size: Preprocessing.Size
    private var preprocessor: Preprocessor

    /// Writes into `context`, which was made for these settings.
    init(_ context: any InferenceContext, _ settings: ModelSettings, limits: PictureLimits) {
        self.context = context
        element = settings.element
        size = settings.inputSize
        preprocessor = Preprocessor(settings.preprocessing, limits: limits)
    }

    /// Writes a decoded picture as the first of the batch.
    mutating func write(_ raster: borrowing Raster) throws(PictureError) {
        switch element {
        case .uint8: try write(raster, as: UInt8.self)
        case .int8: try write(raster, as: Int8.self)
        case .uint16: try write(raster, as: UInt16.self)
        case .int16: try write(raster, as: Int16.self)
        case .uint32: try write(raster, as: UInt32.self)
        case .int32: try write(raster, as: Int32.self)
        case .uint64: try write(raster, as: UInt64.self)
        case .int64: try write(raster, as: Int64.self)
        case .float16: try write(raster, as: Float16.self)
        case .bfloat16: try write(raster, as: BFloat16.self)
        case .float64: try write(raster, as: Double.self)
        default:
            try context.withInput { (tensor: inout MutableSpan<Float>) throws(PictureError) in
                try preprocessor.write(raster, into: &tensor)
            }
        }
    }

    /// Writes pixels that have the tensor's size as picture number `row` of the batch; `nil` clears
    /// it.
    mutating func write(_ pixels: [UInt8]?, row: Int) {
        switch element {
        case .uint8: write(pixels, row, as: UInt8.self)
        case .int8: write(pixels, row, as: Int8.self)
        case .uint16: write(pixels, row, as: UInt16.self)
        case .int16: write(pixels, row, as: Int16.self)
        case .uint32: write(pixels, row, as: UInt32.self)
        case .int32: write(pixels, row, as: Int32.self)
        case .uint64: write(pixels, row, as: UInt64.self)
        case .int64: write(pixels, row, as: Int64.self)
        case .float16: write(pixels, row, as: Float16.self)
        case .bfloat16: write(pixels, row, as: BFloat16.self)
        case .float64: write(pixels, row, as: Double.self)
        default: write(pixels, row, as: Float.self)
        }
    }

    private mutating func write<Element: TensorElement>(
        _ raster: borrowing Raster, as type: Element.Type
    ) throws(PictureError) {
        try context.withInput { (tensor: inout MutableSpan<Element>) throws(PictureError) in
            try preprocessor.write(raster, into: &tensor)
        }
    }

    private mutating func write<Element: TensorElement>(
        _ pixels: [UInt8]?, _ row: Int, as type: Element.Type
    ) {
        context.withInput(row: row) { (tensor: inout MutableSpan<Element>) in
            if let pixels {
                preprocessor.write(pixels: pixels, of: size, into: &tensor)
            } else {
                for index in tensor.indices { tensor[index] = Element(nearest: 0) }
            }
        }
    }
}
