// Which engine computes: the one place that names an adapter.

internal import COnnxRuntime
package import Onnx

/// The first verb.
package enum Engine {
    /// Compiles a model. Throws `ModelError` if the library is missing or refuses the model. Any
    /// thread.
    package static func open(
        _ source: ModelSource, options: EngineOptions = EngineOptions()
    ) throws(ModelError) -> any CompiledModel {
        try OnnxRuntimeModel(source, options: options)
    }

    /// Keeps engines from reporting on their host. It changes the environment: call it before other
    /// threads exist, with the command line read already; `open` would do it too late for that.
    package static func refuseTelemetry() { OrtRefuseTelemetry() }
}
