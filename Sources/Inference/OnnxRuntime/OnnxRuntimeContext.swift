// One worker's tensors: the second and the third verb of the engine's interface.
//
// The input is one block of memory, allocated and bound once; every picture is written into it in
// place. The engine allocates the output in the first run and reuses it in each further one, so
// that a run allocates nothing of ours and an answer of float32 is read where it was written. Numbers
// of other types are converted into memory of ours after each run.

import COnnxRuntime
import Glibc
internal import Onnx
internal import Tensors

/// The input and output tensors of one worker. Not `Sendable`: one thread at a time.
@safe final class OnnxRuntimeContext: InferenceContext {
    /// Far more than any classifier's input: 256 MiB of floats.
    private static let elementLimit = 1 << 26
    /// A cache line, and the width of the engine's widest vector load.
    private static let alignment = 64

    private let model: OnnxRuntimeModel
    private let library: OnnxRuntimeLibrary
    private let input: UnsafeMutableRawBufferPointer
    private let element: ElementType
    /// In elements.
    private let rowLength: Int
    private var inputName: UnsafePointer<CChar>
    private var outputName: UnsafePointer<CChar>
    private var inputValue: UnsafePointer<OrtValue>
    private var outputValue: UnsafeMutablePointer<OrtValue>?
    private var output = unsafe UnsafeBufferPointer<Float>(start: nil, count: 0)
    private var conversion: OutputConversion?
    private(set) var outputShape: [Int] = []

    /// Allocates and binds. Throws `unsupported` for a shape or an element that no picture has.
    init(
        of model: OnnxRuntimeModel, inputShape: [Int], batch: Int, output: Int
    ) throws(ModelError) {
        var count = 1
        for length in inputShape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard length > 0, !overflow, product <= Self.elementLimit else {
                throw .unsupported(
                    "an input of shape \(inputShape) is too large: at most \(Self.elementLimit) "
                        + "values are supported")
            }
            count = product
        }
        self.model = model
        element = model.inputs[0].element
        library = unsafe OnnxRuntimeLibrary(api: model.shared.api)
        rowLength = count / batch
        guard let size = element.size else {
            throw .unsupported("an input of \(element) can't be written")
        }
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: count * size, alignment: Self.alignment)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
        do {
            unsafe inputValue = unsafe try library.bind(memory, of: element, shape: inputShape)
        } catch {
            unsafe memory.deallocate()
            throw error
        }
        unsafe input = unsafe memory
        unsafe inputName = unsafe OnnxRuntimeLibrary.copy(model.inputs[0].name)
        unsafe outputName = unsafe OnnxRuntimeLibrary.copy(model.outputs[output].name)
    }

    deinit {
        unsafe library.api.pointee.ReleaseValue(outputValue)
        unsafe library.api.pointee.ReleaseValue(UnsafeMutablePointer(mutating: inputValue))
        unsafe inputName.deallocate()
        unsafe outputName.deallocate()
        unsafe input.deallocate()
    }

    func withInput<Element: TensorElement, Failure: Error>(
        row: Int, _ body: (inout MutableSpan<Element>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(Element.elementType == element, "the input has elements of another type")
        let elements = unsafe input.bindMemory(to: Element.self)
        let picture = unsafe UnsafeMutableBufferPointer(
            rebasing: elements[row * rowLength..<(row + 1) * rowLength])
        var span = unsafe picture.mutableSpan
        try body(&span)
    }

    func infer() throws(ModelError) {
        let first = unsafe outputValue == nil
        unsafe try library.check(
            "ONNX Runtime cannot run the model",
            library.api.pointee.Run(
                model.shared.session, nil, &inputName, &inputValue, 1, &outputName, 1,
                &outputValue))
        if first, let value = unsafe outputValue { unsafe try read(value) }
        conversion?.convert()
    }

    /// Notes where the engine puts its output.
    private func read(_ value: UnsafeMutablePointer<OrtValue>) throws(ModelError) {
        let (element, shape, memory) = unsafe try library.tensor(of: value)
        let count = shape.reduce(1, *)
        outputShape = shape
        if element == .float32 {
            unsafe output = unsafe UnsafeBufferPointer(
                start: memory.assumingMemoryBound(to: Float.self), count: count)
        } else {
            let conversion = unsafe try OutputConversion(from: element, at: memory, count: count)
            unsafe output = unsafe conversion.floats
            self.conversion = conversion
        }
    }

    func withOutput<Result, Failure: Error>(
        _ body: (Span<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe try body(output.span)
    }
}

extension OnnxRuntimeLibrary {
    /// A tensor over memory of ours.
    fileprivate func bind(
        _ elements: UnsafeMutableRawBufferPointer, of type: ElementType, shape: [Int]
    ) throws(ModelError) -> UnsafePointer<OrtValue> {
        var memory: UnsafeMutablePointer<OrtMemoryInfo>?
        unsafe try check(
            "memory",
            api.pointee.CreateCpuMemoryInfo(
                Int32(OrtAllocatorDevice), Int32(OrtMemoryDefault), &memory))
        defer { unsafe api.pointee.ReleaseMemoryInfo(memory) }
        var value: UnsafeMutablePointer<OrtValue>?
        if let memory = unsafe memory, let start = elements.baseAddress {
            unsafe try check(
                "input tensor",
                api.pointee.CreateTensorWithDataAsOrtValue(
                    memory, start, elements.count, shape.map(Int64.init),
                    shape.count, Int32(type.code), &value))
        }
        guard let value = unsafe value else {
            throw .engineFailed("ONNX Runtime has no input tensor")
        }
        return unsafe UnsafePointer(value)
    }

    /// The type, the shape and the memory of an output.
    fileprivate func tensor(
        of value: UnsafeMutablePointer<OrtValue>
    ) throws(ModelError) -> (ElementType, [Int], UnsafeMutableRawPointer) {
        var info: UnsafeMutablePointer<OrtTensorInfo>?
        unsafe try check("output tensor", api.pointee.GetTensorTypeAndShape(value, &info))
        defer { unsafe api.pointee.ReleaseTensorTypeAndShapeInfo(info) }
        var bytes: UnsafeMutableRawPointer?
        unsafe try check("output tensor", api.pointee.GetTensorMutableData(value, &bytes))
        guard let info = unsafe info, let bytes = unsafe bytes else {
            throw .engineFailed("ONNX Runtime has no output tensor")
        }
        let (element, shape) = unsafe try elementAndShape(of: info)
        return unsafe (element, shape, bytes)
    }
}
