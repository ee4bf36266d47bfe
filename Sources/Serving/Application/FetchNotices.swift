// What the log says while a model is fetched.

internal import Basics
internal import ModelStore

extension Log {
    /// Says how a fetch goes on.
    func fetching(_ notice: FetchNotice) {
        switch notice {
        case .started(let address): info("fetching the model from \(address)")
        case .repeated(let reason): warn("fetching the model anew: \(reason)")
        case .ended(let bytes, let took):
            info(
                "fetched the model",
                ["bytes": .number(bytes), "took": .milliseconds(took.inMilliseconds)])
        case .found(let folder): info("the model was kept in \(folder) by an earlier start")
        }
    }
}
