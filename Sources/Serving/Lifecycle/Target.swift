// A model that requests ask: what is known about it, and how many ask it.
//
// A request holds the version that it began with, from its admission to its end; a version that is to go
// waits for that.

package import Inference
internal import Onnx
internal import Runtime

/// A loaded version of a model. Loop thread.
package final class Target {
    /// As protocols name it.
    package let name: String
    /// The version, as protocols name it.
    package let version: String
    /// The model itself.
    package let model: ServedModel
    /// Which of the two kinds it is.
    package let kind: ModelKind
    /// The number of labels in an answer, unless the request says otherwise.
    package let topK: Int
    /// The classifiers that workers borrow; `nil` for a model of arrays.
    let classifiers: ClassifierPool?
    /// Admitted requests that have not ended.
    private(set) var inFlight = 0
    /// Called once, when the last request has ended after `retire`.
    private var retired: (() -> Void)?

    /// Makes it; `topK` is the setting's value, if there is one.
    package init(
        _ model: ServedModel, name: String, version: String = "1", limits: PictureLimits,
        topK: Int? = nil
    ) {
        self.name = name
        self.version = version
        self.model = model
        kind = model.kind
        switch model {
        case .labels(let classifier):
            self.topK = topK ?? classifier.settings.topK.value
            classifiers = ClassifierPool(classifier, limits: limits)
        case .tensors:
            self.topK = topK ?? Prediction.topKDefault
            classifiers = nil
        }
    }

    /// Its turn among the models that share the workers.
    var lane: Lane { Lane(of: self) }

    /// Counts an admitted request.
    func began() { inFlight += 1 }

    /// Counts a request that has ended.
    func ended() {
        precondition(inFlight > 0)
        inFlight -= 1
        if inFlight == 0 { retired.take()?() }
    }

    /// Calls back once no request asks it any more; perhaps at once. No request may begin from now on.
    func retire(_ done: @escaping () -> Void) {
        if inFlight == 0 { done() } else { retired = done }
    }
}
