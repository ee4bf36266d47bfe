// A model compiled by ONNX Runtime: the first verb of the engine's interface.
//
// It computes in float32 and tells the engine so, since a build for another processor may choose
// otherwise. One session serves all workers: a second one would be a second copy of the weights. It
// writes nothing to disk: optimised graphs give silently wrong answers on a processor without the
// same instructions.

import COnnxRuntime
internal import Onnx
import Synchronization
internal import Tensors

/// A session of ONNX Runtime, released with its last context.
@safe final class OnnxRuntimeModel: CompiledModel {
    let engine: String
    let inputs: [TensorDescription]
    let outputs: [TensorDescription]
    /// Safe to run from several threads; see the header.
    let shared: OrtSharedSession

    /// Loads the engine and compiles a model. Throws `ModelError`.
    init(_ source: ModelSource, options: EngineOptions) throws(ModelError) {
        let (library, version) = try OnnxRuntimeLibrary.load(
            options.library ?? OnnxRuntimeLibrary.fileName)
        let session = unsafe try library.openSession(source, options: options)
        unsafe shared = unsafe session
        engine = "ONNX Runtime \(version)"
        do {
            inputs = unsafe try library.describeInputs(of: session.session)
            outputs = unsafe try library.describeOutputs(of: session.session)
        } catch {
            unsafe library.release(session)
            throw error
        }
    }

    deinit {
        unsafe OnnxRuntimeLibrary(api: shared.api).release(shared)
    }

    func makeContext(
        inputShape: [Int], batch: Int, output: Int
    ) throws(ModelError) -> any InferenceContext {
        try OnnxRuntimeContext(of: self, inputShape: inputShape, batch: batch, output: output)
    }
}

/// The engine has one environment, made for the first model and destroyed with the last. A thread
/// that makes it while another one destroys it finds it half destroyed.
private let environmentTurn = Mutex(())

extension OnnxRuntimeLibrary {
    /// Compiles a model into a session that the caller releases.
    fileprivate func openSession(
        _ source: ModelSource, options: EngineOptions
    ) throws(ModelError) -> OrtSharedSession {
        let settings = unsafe try makeSettings(options, source)
        defer { unsafe api.pointee.ReleaseSessionOptions(settings) }
        let weights = try WeightBuffers(options.linkedWeights)
        unsafe try weights.add(to: settings, self)
        let (created, env) = unsafe environmentTurn.withLock { _ in
            var env: UnsafeMutablePointer<OrtEnv>?
            let created = unsafe api.pointee.CreateEnvWithCustomLogger(
                OrtDropMessage, nil, Int32(OrtSeverityFatal), "amphora", &env)
            return unsafe (created, env)
        }
        unsafe try check("ONNX Runtime cannot be started", created)
        var session: UnsafeMutablePointer<OrtSession>?
        do throws(ModelError) {
            guard let env = unsafe env else {
                throw .engineFailed("ONNX Runtime has no environment")
            }
            switch source {
            case .file(let path):
                unsafe try check(
                    "ONNX Runtime cannot load \(path)",
                    api.pointee.CreateSession(env, path, settings, &session))
            case .bytes(let bytes, _):
                unsafe try check(
                    "ONNX Runtime cannot load the model in memory",
                    api.pointee.CreateSessionFromArray(
                        env, bytes, bytes.count, settings, &session))
            }
            extendLifetime(weights)
            guard let session = unsafe session else {
                throw .engineFailed("ONNX Runtime has no session")
            }
            return unsafe OrtSharedSession(api: api, env: env, session: session)
        } catch {
            unsafe release(env)
            throw error
        }
    }

    /// The session options, one line each: released by the caller.
    ///
    /// The memory arena and its planner stay on, as they are by default: measured, a further
    /// worker costs 5 to 9 MiB with them and 25 to 100 MiB without.
    private func makeSettings(
        _ options: EngineOptions, _ source: ModelSource
    ) throws(ModelError) -> UnsafeMutablePointer<OrtSessionOptions> {
        var made: UnsafeMutablePointer<OrtSessionOptions>?
        unsafe try check("ONNX Runtime has no options", api.pointee.CreateSessionOptions(&made))
        guard let settings = unsafe made else {
            throw .engineFailed("ONNX Runtime has no options")
        }
        let what = "ONNX Runtime refuses an option"
        do throws(ModelError) {
            let api = unsafe api.pointee
            let level =
                options.optimizations == .all ? OrtOptimizationAll : OrtOptimizationNone
            unsafe try check(what, api.SetSessionGraphOptimizationLevel(settings, Int32(level)))
            let threads = Int32(clamping: max(1, options.threads))
            unsafe try check(what, api.SetIntraOpNumThreads(settings, threads))
            unsafe try check(what, api.SetInterOpNumThreads(settings, 1))
            var entries = [
                ("session.intra_op.allow_spinning", options.spinning ? "1" : "0"),
                ("mlas.enable_gemm_fastmath_arm64_bfloat16", "0"),
            ]
            if options.memory == .returned {
                unsafe try check(what, api.DisableCpuMemArena(settings))
            }
            for library in options.operatorLibraries {
                unsafe try register(operatorsOf: library, in: settings)
            }
            if case .bytes(_, let folder?) = source {
                entries.append(("session.model_external_initializers_file_folder_path", folder))
            }
            for (key, value) in entries {
                unsafe try check(what, api.AddSessionConfigEntry(settings, key, value))
            }
        } catch {
            unsafe api.pointee.ReleaseSessionOptions(settings)
            throw error
        }
        return unsafe settings
    }

    /// Opens a library of operators, and registers those that it has. One without operators is only
    /// opened: others need its symbols.
    private func register(
        operatorsOf library: String, in settings: UnsafeMutablePointer<OrtSessionOptions>
    ) throws(ModelError) {
        var reason = [CChar](repeating: 0, count: 512)
        switch unsafe OrtOpenOperators(library, &reason, reason.count) {
        case .found:
            var handle: UnsafeMutableRawPointer?
            unsafe try check(
                "the operators of \(library) can't be registered (--custom-ops)",
                api.pointee.RegisterCustomOpsLibrary(settings, library, &handle))
        case .none: break
        case .unopened:
            let text = Self.text(reason)
            let isPython = text.contains("undefined symbol: Py") || text.contains(": _Py")
            throw .engineUnavailable(
                "\(library) (--custom-ops) can't be opened: \(text)"
                    + (isPython
                        ? "; it is an extension of Python: name libpython's file before it" : ""))
        }
    }

    /// Releases what `openSession` made.
    fileprivate func release(_ shared: OrtSharedSession) {
        unsafe api.pointee.ReleaseSession(shared.session)
        unsafe release(shared.env)
    }

    private func release(_ env: UnsafeMutablePointer<OrtEnv>?) {
        environmentTurn.withLock { _ in unsafe api.pointee.ReleaseEnv(env) }
    }
}
