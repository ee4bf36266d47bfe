// Log lines about the fetch of a model.

internal import Basics
internal import ModelStore

extension Log {
    /// Logs a step of a fetch.
    func fetching(_ notice: FetchNotice) {
        switch notice {
        case .started(let address): info("fetching the model from \(address)")
        case .repeated(let reason): warn("fetching the model again: \(reason)")
        case .ended(let bytes, let took):
            info(
                "fetched the model",
                ["bytes": .number(bytes), "took": .milliseconds(took.inMilliseconds)])
        case .found(let folder): info("the model was kept in \(folder) by an earlier start")
        }
    }
}
