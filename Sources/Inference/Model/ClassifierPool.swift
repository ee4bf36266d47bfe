// The idle classifiers of one model: a worker borrows one for a job and gives it back.
//
// The one that came back last is lent first, since its memory is warm. So a model has as many as its jobs
// ever ran at the same time, and a worker that serves many models keeps none of its own.

package import Onnx
internal import Synchronization

/// Lends classifiers of a model. Any thread.
package final class ClassifierPool: Sendable {
    /// A classifier behind a lock that nobody waits for: it has one borrower at a time.
    private final class Loan: Sendable {
        let classifier: Mutex<Classifier>

        init(_ classifier: sending Classifier) { self.classifier = Mutex(classifier) }
    }

    /// The model that they share.
    package let model: Model
    private let limits: PictureLimits
    private let idle = Mutex<[Loan]>([])

    /// A pool without classifiers; those that it makes refuse pictures beyond the limits.
    package init(_ model: Model, limits: PictureLimits) {
        self.model = model
        self.limits = limits
    }

    /// Makes one more, for a later job. Throws `ModelError`.
    package func prepare() throws(ModelError) {
        let loan = try make()
        idle.withLock { $0.append(loan) }
    }

    /// Lends `body` an idle classifier, or a new one. Throws `ModelError` where the engine can't make
    /// it.
    package func lend<Value: Sendable>(
        _ body: (Classifier) -> Value
    ) throws(ModelError) -> Value {
        let loan = if let known = idle.withLock({ $0.popLast() }) { known } else { try make() }
        defer { idle.withLock { $0.append(loan) } }
        return loan.classifier.withLock { body($0) }
    }

    /// Releases the memory of those that nobody uses.
    package func dropIdle() {
        let dropped = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        _ = consume dropped
    }

    private func make() throws(ModelError) -> Loan {
        Loan(try model.makeClassifier(limits: limits))
    }
}
