// The interface between the product and the engine: three verbs.
//
// Open a model, make a worker's context, infer. The context is for pictures, whose shape is always the
// same: its tensors are allocated and bound once. Arrays of any shape are inferred without one. An adapter is one folder that conforms to the two
// protocols here and is named only in `EngineChoice.swift` above; nothing else knows which engine runs.
// There is no verb for batches: on a CPU they gain nothing.

package import Onnx
package import Tensors

/// How far an engine may change a graph before it runs it.
package enum Optimizations: Sendable, Equatable {
    /// As far as it can: what is served.
    case all
    /// Not at all: what the file says, as a reference.
    case none
}

/// What an engine does with the memory of an inference.
package enum MemoryUse: Sendable, Equatable {
    /// It is kept for the next one: a model that stays.
    case kept
    /// It is given back: one of many models, which come and go.
    case returned
}

/// How an engine is to compute.
package struct EngineOptions: Sendable, Equatable {
    /// Threads of one inference: 1 for throughput (one worker, one core), all cores for latency.
    package var threads: Int
    /// Whether idle threads of an inference spin; useful only with several threads and idle cores.
    package var spinning: Bool
    /// The engine's library: a bare name is searched for, beside the executable first. `nil`: the
    /// adapter's default.
    package var library: String?
    /// How far the graph may be changed.
    package var optimizations: Optimizations
    /// Libraries of operators that the engine does not have, opened in this order with their symbols
    /// visible to the later ones.
    package var operatorLibraries: [String]
    /// Whether the engine keeps memory for the next inference, or gives it back after each.
    package var memory: MemoryUse
    /// Weights that lie elsewhere than the engine accepts: the names that the model gives, and the
    /// files that hold them.
    var linkedWeights: [LinkedWeights] = []

    /// Creates options; the defaults are for throughput.
    package init(
        threads: Int = 1, spinning: Bool = false, library: String? = nil,
        optimizations: Optimizations = .all, operatorLibraries: [String] = [],
        memory: MemoryUse = .kept
    ) {
        self.threads = threads
        self.spinning = spinning
        self.library = library
        self.optimizations = optimizations
        self.operatorLibraries = operatorLibraries
        self.memory = memory
    }
}

/// A file of weights that a link of the model's folder leads to.
struct LinkedWeights: Sendable, Equatable {
    /// As the model spells it.
    let name: String
    let path: String
}

/// A compiled model: one copy of its weights, shared by every worker.
package protocol CompiledModel: AnyObject, Sendable {
    /// The engine's name and version.
    var engine: String { get }
    /// The graph's inputs, without initializers.
    var inputs: [TensorDescription] { get }
    /// The graph's outputs.
    var outputs: [TensorDescription] { get }

    /// The second verb: the memory that one worker needs to infer, with the model's only input
    /// bound at `inputShape`, which has room for `batch` pictures, and with output number `output` as
    /// the one to read. Throws `ModelError`. Any thread.
    func makeContext(
        inputShape: [Int], batch: Int, output: Int
    ) throws(ModelError) -> any InferenceContext

    /// The third verb for arrays of any kind: computes the outputs of these names, in their order,
    /// from one array for each input. Throws `engineFailed`, also for inputs that the network can't
    /// compute with. Any thread; several at a time.
    func infer(
        _ inputs: [NamedTensor], outputs: [String]
    ) throws(ModelError) -> [NamedTensor]
}

/// One worker's input and output tensors; used by one thread at a time.
package protocol InferenceContext: AnyObject {
    /// Lets `body` write picture number `row` of the input tensor in place, the first of which is
    /// number 0; `Element` is that of the model's input. Rethrows errors of `body`.
    func withInput<Element: TensorElement, Failure: Error>(
        row: Int, _ body: (inout MutableSpan<Element>) throws(Failure) -> Void
    ) throws(Failure)

    /// The third verb. Throws `ModelError` if the engine fails.
    func infer() throws(ModelError)

    /// Lets `body` read the output of the last `infer`, in place where it is float32; other numbers
    /// are converted as numpy's `astype` does. Empty before the first.
    func withOutput<Result, Failure: Error>(
        _ body: (Span<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result

    /// The shape of the last output, the batch included; empty before the first `infer`.
    var outputShape: [Int] { get }
}

extension CompiledModel {
    /// A context for one picture at a time.
    package func makeContext(
        inputShape: [Int], output: Int
    ) throws(ModelError) -> any InferenceContext {
        try makeContext(inputShape: inputShape, batch: 1, output: output)
    }
}

extension InferenceContext {
    /// Lets `body` write the first picture of the input tensor.
    package func withInput<Element: TensorElement, Failure: Error>(
        _ body: (inout MutableSpan<Element>) throws(Failure) -> Void
    ) throws(Failure) {
        try withInput(row: 0, body)
    }
}
