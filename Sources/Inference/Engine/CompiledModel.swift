// The seam between the product and the engine that computes: three verbs.
//
// Open a model, make a worker's context, infer. An adapter is one folder that conforms to the two
// protocols here and is named once, in `Engine.swift` above; nothing else knows which engine runs. There
// is no verb for batches: on a CPU they buy nothing.

package import Onnx

/// How an engine is to compute.
package struct EngineOptions: Sendable, Equatable {
    /// Threads of one inference: 1 for throughput (one worker, one core), all cores for latency.
    package var threads: Int
    /// Whether idle threads of an inference spin; of use only with several threads and idle cores.
    package var spinning: Bool
    /// The engine's library: a bare name is searched for, beside the executable first. `nil` is the
    /// adapter's own.
    package var library: String?

    /// Creates options; the defaults are for throughput.
    package init(
        threads: Int = 1, spinning: Bool = false, library: String? = nil
    ) {
        self.threads = threads
        self.spinning = spinning
        self.library = library
    }
}

/// A compiled model: its weights once, shared by every worker.
package protocol CompiledModel: AnyObject, Sendable {
    /// The engine's name and version.
    var engine: String { get }
    /// What the graph takes, initializers left out.
    var inputs: [TensorDescription] { get }
    /// What the graph gives.
    var outputs: [TensorDescription] { get }

    /// The second verb: the memory one worker needs to infer, with the model's only input bound at
    /// `inputShape` and output number `output` to be read. Throws `ModelError`. Any thread.
    func makeContext(
        inputShape: [Int], output: Int
    ) throws(ModelError) -> any InferenceContext
}

/// One worker's input and output tensors; used by one thread at a time.
package protocol InferenceContext: AnyObject {
    /// Lets `body` write the input tensor in place; `Element` is that of the model's input. Rethrows
    /// what `body` throws.
    func withInput<Element: TensorElement, Failure: Error>(
        _ body: (inout MutableSpan<Element>) throws(Failure) -> Void
    ) throws(Failure)

    /// The third verb. Throws `ModelError` if the engine fails.
    func infer() throws(ModelError)

    /// Lets `body` read the output of the last `infer` in place; empty before the first.
    func withOutput<Result, Failure: Error>(
        _ body: (Span<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result
}
