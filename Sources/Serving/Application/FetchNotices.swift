// Log lines about fetching: the model, and settings of other programs that do not apply.

internal import Basics
internal import ModelStore

extension Log {
    /// Says which variables do not apply, if any are set: whoever set them may expect that fetches
    /// succeed. Their values may hold passwords.
    func ignoring(proxies: [String]) {
        guard !proxies.isEmpty else { return }
        let verb = proxies.count == 1 ? "is" : "are"
        info(
            "\(proxies.joined(separator: ", ")) \(verb) not used: pictures, models and S3 are "
                + "fetched without a proxy")
    }

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
