// Calls every slot of the function table separately: a wrong slot number causes a crash or a wrong
// result here.

import COnnxRuntime
import Onnx
import Tensors
import Testing

@testable import Inference

@Suite struct EngineSlotTests {
    private let library: OnnxRuntimeLibrary
    private let version: String

    init() throws {
        (library, version) = try OnnxRuntimeLibrary.load(
            ModelFixtures.engine.library ?? OnnxRuntimeLibrary.fileName)
    }

    private var api: OrtApi { unsafe library.api.pointee }

    /// Completes a call that must succeed.
    private func check(_ result: OrtResult?) throws {
        unsafe try library.check("test", result)
    }

    @Test func `the version is the one we know`() {
        #expect(version == "1.32.0")
    }

    @Test func `statuses have a code and a message`() throws {
        var options: UnsafeMutablePointer<OrtSessionOptions>?
        unsafe try check(api.CreateSessionOptions(&options))
        defer { unsafe api.ReleaseSessionOptions(options) }
        let settings = unsafe try #require(options)
        let status = unsafe try #require(api.AddSessionConfigEntry(settings, "", "value"))
        // 2 is ORT_INVALID_ARGUMENT.
        let code = unsafe api.GetErrorCode(status)
        #expect(code == 2)
        let message = unsafe String(cString: api.GetErrorMessage(status))
        #expect(message.contains("key"))
        unsafe api.ReleaseStatus(status)
    }

    @Test func `options take what they are made for`() throws {
        var options: UnsafeMutablePointer<OrtSessionOptions>?
        unsafe try check(api.CreateSessionOptions(&options))
        defer { unsafe api.ReleaseSessionOptions(options) }
        let settings = unsafe try #require(options)
        unsafe try check(api.SetSessionGraphOptimizationLevel(settings, 99))
        unsafe try check(api.SetIntraOpNumThreads(settings, 1))
        unsafe try check(api.SetInterOpNumThreads(settings, 1))
        unsafe try check(
            api.AddSessionConfigEntry(settings, "session.intra_op.allow_spinning", "0"))
        // The engine knows the levels 0, 1, 2, 3 and 99. Another one shows that this slot sets the
        // level.
        let status = unsafe try #require(api.SetSessionGraphOptimizationLevel(settings, 50))
        unsafe api.ReleaseStatus(status)
    }

    @Test func `tensors remember their memory, element type and shape`() throws {
        var memory: UnsafeMutablePointer<OrtMemoryInfo>?
        unsafe try check(api.CreateCpuMemoryInfo(0, 0, &memory))
        defer { unsafe api.ReleaseMemoryInfo(memory) }
        let floats = UnsafeMutablePointer<Float>.allocate(capacity: 6)
        defer { unsafe floats.deallocate() }
        var value: UnsafeMutablePointer<OrtValue>?
        unsafe try check(
            api.CreateTensorWithDataAsOrtValue(
                try #require(memory), floats, 24, [2, 3], 2, Int32(OrtElementFloat32), &value))
        defer { unsafe api.ReleaseValue(value) }
        let tensor = unsafe try #require(value)
        var bytes: UnsafeMutableRawPointer?
        unsafe try check(api.GetTensorMutableData(tensor, &bytes))
        let same = unsafe bytes == UnsafeMutableRawPointer(floats)
        #expect(same)
        var info: UnsafeMutablePointer<OrtTensorInfo>?
        unsafe try check(api.GetTensorTypeAndShape(tensor, &info))
        defer { unsafe api.ReleaseTensorTypeAndShapeInfo(info) }
        let shape = unsafe try #require(info)
        var (element, rank, dimensions) = (Int32(0), 0, [Int64](repeating: 0, count: 2))
        unsafe try check(api.GetTensorElementType(shape, &element))
        unsafe try check(api.GetDimensionsCount(shape, &rank))
        unsafe try check(api.GetDimensions(shape, &dimensions, 2))
        #expect(element == OrtElementFloat32)
        #expect(rank == 2)
        #expect(dimensions == [2, 3])
    }

    @Test func `a session is made, described, run and released`() throws {
        var env: UnsafeMutablePointer<OrtEnv>?
        unsafe try check(api.CreateEnvWithCustomLogger(OrtDropMessage, nil, 4, "test", &env))
        defer { unsafe api.ReleaseEnv(env) }
        var options: UnsafeMutablePointer<OrtSessionOptions>?
        unsafe try check(api.CreateSessionOptions(&options))
        defer { unsafe api.ReleaseSessionOptions(options) }
        let bytes = try ModelFixtures.bytes("models/logits.onnx")
        for fromFile in [true, false] {
            var made: UnsafeMutablePointer<OrtSession>?
            let (owner, settings) = unsafe (try #require(env), try #require(options))
            unsafe try check(
                fromFile
                    ? api.CreateSession(owner, ModelFixtures.model("logits"), settings, &made)
                    : api.CreateSessionFromArray(owner, bytes, bytes.count, settings, &made))
            defer { unsafe api.ReleaseSession(made) }
            let session = unsafe try #require(made)
            unsafe try describe(session)
            unsafe try run(session)
        }
    }

    private func describe(_ session: UnsafeMutablePointer<OrtSession>) throws {
        var (inputs, outputs) = (0, 0)
        unsafe try check(api.SessionGetInputCount(session, &inputs))
        unsafe try check(api.SessionGetOutputCount(session, &outputs))
        #expect(inputs == 1)
        #expect(outputs == 1)
        var allocator: UnsafeMutablePointer<OrtAllocator>?
        unsafe try check(api.GetAllocatorWithDefaultOptions(&allocator))
        let owner = unsafe try #require(allocator)
        for unsafe(getName, name) in unsafe [
            (api.SessionGetInputName, "image"), (api.SessionGetOutputName, "logits"),
        ] {
            var text: UnsafeMutablePointer<CChar>?
            unsafe try check(getName(session, 0, owner, &text))
            let bytes = unsafe try #require(text)
            let found = unsafe String(cString: bytes)
            #expect(found == name)
            unsafe try check(api.AllocatorFree(owner, bytes))
        }
        for unsafe(getType, rank) in unsafe [
            (api.SessionGetInputTypeInfo, 4), (api.SessionGetOutputTypeInfo, 2),
        ] {
            var type: UnsafeMutablePointer<OrtTypeInfo>?
            unsafe try check(getType(session, 0, &type))
            var tensor: UnsafePointer<OrtTensorInfo>?
            unsafe try check(api.CastTypeInfoToTensorInfo(try #require(type), &tensor))
            var found = 0
            unsafe try check(api.GetDimensionsCount(try #require(tensor), &found))
            #expect(found == rank)
            unsafe api.ReleaseTypeInfo(type)
        }
    }

    private func run(_ session: UnsafeMutablePointer<OrtSession>) throws {
        var memory: UnsafeMutablePointer<OrtMemoryInfo>?
        unsafe try check(api.CreateCpuMemoryInfo(0, 0, &memory))
        defer { unsafe api.ReleaseMemoryInfo(memory) }
        let floats = UnsafeMutablePointer<Float>.allocate(capacity: 192)
        unsafe floats.initialize(repeating: 2, count: 192)
        defer { unsafe floats.deallocate() }
        var value: UnsafeMutablePointer<OrtValue>?
        unsafe try check(
            api.CreateTensorWithDataAsOrtValue(
                try #require(memory), floats, 768, [1, 3, 8, 8], 4, 1, &value))
        defer { unsafe api.ReleaseValue(value) }
        var input = unsafe UnsafePointer(try #require(value))
        var output: UnsafeMutablePointer<OrtValue>?
        unsafe try "image".withCString { image in
            unsafe try "logits".withCString { logits in
                var names = unsafe (image, logits)
                unsafe try check(
                    api.Run(session, nil, &names.0, &input, 1, &names.1, 1, &output))
            }
        }
        defer { unsafe api.ReleaseValue(output) }
        var bytes: UnsafeMutableRawPointer?
        unsafe try check(api.GetTensorMutableData(try #require(output), &bytes))
        let scores = unsafe try #require(bytes).assumingMemoryBound(to: Float.self)
        let answer = (0..<4).map { unsafe scores[$0] }
        #expect(answer == [2, 2, 2, 3.25])
    }

    @Test func `strings go in and come out`() throws {
        var allocator: UnsafeMutablePointer<OrtAllocator>?
        unsafe try check(api.GetAllocatorWithDefaultOptions(&allocator))
        var made: UnsafeMutablePointer<OrtValue>?
        unsafe try check(
            api.CreateTensorAsOrtValue(
                #require(allocator), [2], 1, Int32(ElementType.string.code), &made))
        let value = unsafe try #require(made)
        defer { unsafe api.ReleaseValue(value) }
        let result = unsafe "ab".withCString { first in
            unsafe "c".withCString { second in
                unsafe api.FillStringTensor(value, [first, second], 2)
            }
        }
        unsafe try check(result)
        var length = 0
        unsafe try check(api.GetStringTensorDataLength(value, &length))
        #expect(length == 3)
        var bytes = [UInt8](repeating: 0, count: 3)
        var starts = [0, 0]
        unsafe try check(api.GetStringTensorContent(value, &bytes, 3, &starts, 2))
        #expect(bytes == Array("abc".utf8) && starts == [0, 2])
    }

    @Test func `the arena is switched off, and a library of operators is asked for`() throws {
        var options: UnsafeMutablePointer<OrtSessionOptions>?
        unsafe try check(api.CreateSessionOptions(&options))
        defer { unsafe api.ReleaseSessionOptions(options) }
        let settings = unsafe try #require(options)
        unsafe try check(api.DisableCpuMemArena(settings))
        var handle: UnsafeMutableRawPointer?
        let status = unsafe try #require(
            api.RegisterCustomOpsLibrary(settings, "/nonexistent.so", &handle))
        #expect(unsafe String(cString: api.GetErrorMessage(status)).contains("/nonexistent.so"))
        unsafe api.ReleaseStatus(status)
    }
}
