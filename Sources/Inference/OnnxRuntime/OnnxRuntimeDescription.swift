// Reads the inputs and outputs of a session of ONNX Runtime.
//
// Initializers are not inputs here, even if an old file lists them among its inputs. A value that
// is not a tensor is described as such; other code decides about it.

import COnnxRuntime
internal import Onnx
internal import Tensors

extension OnnxRuntimeLibrary {
    /// The inputs that a caller must provide, in the graph's order. Throws `engineFailed`.
    func describeInputs(
        of session: UnsafeMutablePointer<OrtSession>
    ) throws(ModelError) -> [TensorDescription] {
        unsafe try describe(
            session, "input", count: api.pointee.SessionGetInputCount,
            name: api.pointee.SessionGetInputName,
            type: api.pointee.SessionGetInputTypeInfo)
    }

    /// The outputs, in the graph's order. Throws `engineFailed`.
    func describeOutputs(
        of session: UnsafeMutablePointer<OrtSession>
    ) throws(ModelError) -> [TensorDescription] {
        unsafe try describe(
            session, "output", count: api.pointee.SessionGetOutputCount,
            name: api.pointee.SessionGetOutputName,
            type: api.pointee.SessionGetOutputTypeInfo)
    }

    /// All inputs or all outputs, through the engine's functions for them.
    private func describe(
        _ session: UnsafeMutablePointer<OrtSession>, _ what: String,
        count askCount: (UnsafePointer<OrtSession>, UnsafeMutablePointer<Int>) -> OrtResult?,
        name askName: (
            UnsafePointer<OrtSession>, Int, UnsafeMutablePointer<OrtAllocator>,
            UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
        ) -> OrtResult?,
        type askType: (
            UnsafePointer<OrtSession>, Int, UnsafeMutablePointer<UnsafeMutablePointer<OrtTypeInfo>?>
        ) -> OrtResult?
    ) throws(ModelError) -> [TensorDescription] {
        var count = 0
        unsafe try check(what, askCount(session, &count))
        var descriptions: [TensorDescription] = []
        for index in 0..<count {
            var name: UnsafeMutablePointer<CChar>?
            var type: UnsafeMutablePointer<OrtTypeInfo>?
            let allocator = unsafe try defaultAllocator()
            unsafe try check(what, askName(session, index, allocator, &name))
            let text = unsafe try take(name, from: allocator)
            unsafe try check(what, askType(session, index, &type))
            unsafe descriptions.append(try describe(text, take: type))
        }
        return descriptions
    }

    /// The process-wide allocator of names; never released.
    func defaultAllocator() throws(ModelError) -> UnsafeMutablePointer<OrtAllocator> {
        var made: UnsafeMutablePointer<OrtAllocator>?
        unsafe try check("allocator", api.pointee.GetAllocatorWithDefaultOptions(&made))
        guard let allocator = unsafe made else {
            throw .engineFailed("ONNX Runtime has no allocator")
        }
        return unsafe allocator
    }

    /// Copies a name and frees the engine's memory.
    private func take(
        _ name: UnsafeMutablePointer<CChar>?, from allocator: UnsafeMutablePointer<OrtAllocator>
    ) throws(ModelError) -> String {
        guard let name = unsafe name else { return "" }
        let text = unsafe String(cString: name)
        unsafe try check("name", api.pointee.AllocatorFree(allocator, name))
        return text
    }

    /// Reads a type and releases it.
    private func describe(
        _ name: String, take type: UnsafeMutablePointer<OrtTypeInfo>?
    ) throws(ModelError) -> TensorDescription {
        defer { unsafe api.pointee.ReleaseTypeInfo(type) }
        var view: UnsafePointer<OrtTensorInfo>?
        if let type = unsafe type {
            unsafe try check("type", api.pointee.CastTypeInfoToTensorInfo(type, &view))
        }
        guard let tensor = unsafe view else {
            return TensorDescription(name: name, element: ElementType(code: 0), shape: [])
        }
        let (element, shape) = unsafe try elementAndShape(of: tensor)
        return TensorDescription(
            name: name, element: element, shape: shape.map { $0 < 0 ? nil : $0 })
    }

    /// The element type and the dimensions, −1 if open. Throws `engineFailed`.
    func elementAndShape(
        of tensor: UnsafePointer<OrtTensorInfo>
    ) throws(ModelError) -> (ElementType, [Int]) {
        var element: Int32 = 0
        var rank = 0
        unsafe try check("element type", api.pointee.GetTensorElementType(tensor, &element))
        unsafe try check("rank", api.pointee.GetDimensionsCount(tensor, &rank))
        var dimensions = [Int64](repeating: 0, count: rank)
        unsafe try check("shape", api.pointee.GetDimensions(tensor, &dimensions, rank))
        return (ElementType(code: Int(element)), dimensions.map { Int($0) })
    }
}
