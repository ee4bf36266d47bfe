// Lines on standard error, for the person at the terminal.

internal import Glibc
internal import ModelStore

/// Writes one line to standard error.
func complain(_ line: String) {
    let bytes = Array("amphora: \(line)\n".utf8)
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
}

/// Reports the fetch of a model on standard error; a model that is kept already is not mentioned.
func complain(fetching notice: FetchNotice) {
    switch notice {
    case .started(let address): complain("fetching the model from \(address)")
    case .repeated(let reason): complain("fetching the model again: \(reason)")
    case .ended, .found: break
    }
}
