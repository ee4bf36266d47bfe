// The third verb for arrays of any kind and shape.
//
// Numbers are not copied on their way in: the engine reads them where the request keeps them. They
// are copied once on their way out, since the engine's memory goes back to it after the run.

import COnnxRuntime
internal import Onnx
internal import Tensors

extension OnnxRuntimeModel {
    func infer(
        _ inputs: [NamedTensor], outputs: [String]
    ) throws(ModelError) -> [NamedTensor] {
        let library = unsafe OnnxRuntimeLibrary(api: shared.api)
        let bound = try EngineValues(library, capacity: inputs.count)
        let results = try EngineValues(library, capacity: outputs.count)
        try bound.bind(inputs[...]) { () throws(ModelError) in
            unsafe try results.receive(outputs) { names, values throws(ModelError) in
                unsafe try library.check(
                    "the network can't be computed",
                    library.api.pointee.Run(
                        shared.session, nil, bound.names, bound.readable, inputs.count, names,
                        outputs.count, values))
            }
        }
        var tensors: [NamedTensor] = []
        for (index, name) in outputs.enumerated() {
            tensors.append(NamedTensor(name: name, tensor: try results.tensor(index)))
        }
        return tensors
    }
}

/// The engine's values of one side of an inference, and their names; released together.
@safe private final class EngineValues {
    private let library: OnnxRuntimeLibrary
    private var count = 0
    private let capacity: Int
    private let nameList: UnsafeMutablePointer<UnsafePointer<CChar>>
    private let values: UnsafeMutablePointer<UnsafeMutablePointer<OrtValue>?>
    private let memory: UnsafeMutablePointer<OrtMemoryInfo>

    init(_ library: OnnxRuntimeLibrary, capacity: Int) throws(ModelError) {
        self.library = library
        self.capacity = capacity
        var made: UnsafeMutablePointer<OrtMemoryInfo>?
        unsafe try library.check(
            "memory",
            library.api.pointee.CreateCpuMemoryInfo(
                Int32(OrtAllocatorDevice), Int32(OrtMemoryDefault), &made))
        guard let made = unsafe made else { throw .engineFailed("ONNX Runtime has no memory") }
        unsafe memory = unsafe made
        unsafe nameList = .allocate(capacity: max(1, capacity))
        unsafe values = .allocate(capacity: max(1, capacity))
        unsafe values.initialize(repeating: nil, count: max(1, capacity))
    }

    deinit {
        for index in 0..<count {
            unsafe library.api.pointee.ReleaseValue(values[index])
            unsafe nameList[index].deallocate()
        }
        unsafe nameList.deallocate()
        unsafe values.deallocate()
        unsafe library.api.pointee.ReleaseMemoryInfo(memory)
    }

    var names: UnsafePointer<UnsafePointer<CChar>> { unsafe UnsafePointer(nameList) }

    /// The values as the engine takes inputs; all of them must be there.
    var readable: UnsafePointer<UnsafePointer<OrtValue>> {
        unsafe UnsafeRawPointer(values).assumingMemoryBound(to: UnsafePointer<OrtValue>.self)
    }

    // MARK: In

    /// Binds arrays where they are, and runs `body` while they stay there.
    func bind(
        _ inputs: ArraySlice<NamedTensor>, _ body: () throws(ModelError) -> Void
    ) throws(ModelError) {
        guard let input = inputs.first else { return try body() }
        precondition(count < capacity)
        let shape = input.tensor.shape.map(Int64.init)
        unsafe nameList[count] = unsafe OnnxRuntimeLibrary.copy(input.name)
        count += 1
        switch input.tensor.values {
        case .strings(let strings):
            try fill(strings, shape, input.name)
            try bind(inputs.dropFirst(), body)
        case .bytes(let bytes):
            unsafe try bytes.span.bytes.withUnsafeBytes { buffer throws(ModelError) in
                // An array without an element has no memory, and the engine wants some.
                let start = unsafe UnsafeMutableRawPointer(
                    mutating: buffer.baseAddress ?? UnsafeRawPointer(values))
                unsafe try library.check(
                    "input \(input.name)",
                    library.api.pointee.CreateTensorWithDataAsOrtValue(
                        memory, start, buffer.count, shape, shape.count,
                        Int32(input.tensor.element.code), &values[count - 1]))
                try bind(inputs.dropFirst(), body)
            }
        }
    }

    private func fill(
        _ strings: [[UInt8]], _ shape: [Int64], _ name: String
    ) throws(ModelError) {
        let allocator = unsafe try library.defaultAllocator()
        unsafe try library.check(
            "input \(name)",
            library.api.pointee.CreateTensorAsOrtValue(
                allocator, shape, shape.count, Int32(ElementType.string.code), &values[count - 1]))
        guard let value = unsafe values[count - 1], !strings.isEmpty else { return }
        // The engine ends a string at its first zero byte.
        if strings.contains(where: { $0.contains(0) }) {
            throw .engineFailed(
                "input \(name) holds a string with a zero byte, which ONNX Runtime "
                    + "does not take")
        }
        // All strings in one block, each with the zero byte that ends it.
        let text = UnsafeMutablePointer<CChar>.allocate(
            capacity: strings.reduce(0) { $0 + $1.count + 1 })
        let starts = UnsafeMutablePointer<UnsafePointer<CChar>>.allocate(capacity: strings.count)
        defer {
            unsafe text.deallocate()
            unsafe starts.deallocate()
        }
        var place = 0
        for (index, string) in strings.enumerated() {
            unsafe starts[index] = unsafe UnsafePointer(text + place)
            for byte in string {
                unsafe text[place] = CChar(truncatingIfNeeded: byte)
                place += 1
            }
            unsafe text[place] = 0
            place += 1
        }
        unsafe try library.check(
            "input \(name)",
            library.api.pointee.FillStringTensor(value, starts, strings.count))
    }

    // MARK: Out

    /// Lets `run` fill the values of these names.
    func receive(
        _ names: [String],
        _ run: (
            UnsafePointer<UnsafePointer<CChar>>,
            UnsafeMutablePointer<UnsafeMutablePointer<OrtValue>?>
        ) throws(ModelError) -> Void
    ) throws(ModelError) {
        for name in names {
            unsafe nameList[count] = unsafe OnnxRuntimeLibrary.copy(name)
            count += 1
        }
        unsafe try run(self.names, values)
    }

    /// A copy of what the engine wrote.
    func tensor(_ index: Int) throws(ModelError) -> Tensor {
        guard let value = unsafe values[index] else {
            throw .engineFailed("ONNX Runtime gave no output")
        }
        var info: UnsafeMutablePointer<OrtTensorInfo>?
        unsafe try library.check(
            "output", library.api.pointee.GetTensorTypeAndShape(value, &info))
        defer { unsafe library.api.pointee.ReleaseTensorTypeAndShapeInfo(info) }
        guard let info = unsafe info else { throw .engineFailed("ONNX Runtime gave no tensor") }
        let (element, shape) = unsafe try library.elementAndShape(of: info)
        let count = shape.reduce(1, *)
        if element == .string {
            return Tensor(
                element: element, shape: shape, values: .strings(unsafe try strings(value, count)))
        }
        guard let size = element.size else {
            throw .unsupported("an output of \(element) can't be answered")
        }
        var start: UnsafeMutableRawPointer?
        unsafe try library.check(
            "output", library.api.pointee.GetTensorMutableData(value, &start))
        let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count * size))
        return Tensor(element: element, shape: shape, values: .bytes(bytes))
    }

    private func strings(
        _ value: UnsafePointer<OrtValue>, _ count: Int
    ) throws(ModelError) -> [[UInt8]] {
        guard count > 0 else { return [] }
        let api = unsafe library.api.pointee
        var total = 0
        unsafe try library.check("output", api.GetStringTensorDataLength(value, &total))
        var text = [UInt8](repeating: 0, count: total)
        var starts = [Int](repeating: 0, count: count)
        unsafe try library.check(
            "output", api.GetStringTensorContent(value, &text, total, &starts, count))
        return starts.indices.map { index in
            Array(text[starts[index]..<(index + 1 < count ? starts[index + 1] : total)])
        }
    }
}
