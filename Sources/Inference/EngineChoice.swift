// Chooses the engine: the only place that names an adapter.

internal import COnnxRuntime
package import Onnx

/// The first of the three verbs: opens a model with the engine that is built in.
package enum Engine {
    /// Compiles a model. Throws `ModelError` if the library is missing or refuses the model. Any
    /// thread.
    package static func open(
        _ source: ModelSource, options: EngineOptions = EngineOptions()
    ) throws(ModelError) -> any CompiledModel {
        try OnnxRuntimeModel(source, options: options)
    }

    /// The newest versions that the engine reads; `nil` if its library is another than the one that
    /// we know, or missing. Any thread.
    package static func limits(options: EngineOptions = EngineOptions()) -> EngineLimits? {
        OnnxRuntimeLibrary.limits(of: options.library ?? OnnxRuntimeLibrary.fileName)
    }

    /// Keeps engines from sending telemetry. It changes the environment, so call it before other
    /// threads exist, right after reading the command line; in `open` it would be too late.
    package static func refuseTelemetry() { OrtRefuseTelemetry() }
}
