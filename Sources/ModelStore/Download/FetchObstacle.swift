// Why a model can't be fetched, as a clause for the sentence that names its address.

internal import EventLoop
internal import Glibc

/// The reason why a model can't be fetched.
struct FetchObstacle: Error, Equatable {
    let reason: String
    /// Whether another attempt may succeed.
    var isPassing = false

    /// Does work that needs space in a folder; if that fails, the error says how to mend it.
    static func storing<Value>(
        in folder: String, _ work: () throws(SystemError) -> Value
    ) throws(FetchObstacle) -> Value {
        do throws(SystemError) {
            return try work()
        } catch {
            let advice =
                switch error.number {
                case ENOSPC, EDQUOT: "free space there, or set TMPDIR to a folder with more"
                case EROFS, EACCES, EPERM: "set TMPDIR to a writable folder"
                default: "TMPDIR can be set to another folder"
                }
            throw FetchObstacle(reason: "it can't be stored in \(folder): \(error); \(advice)")
        }
    }
}
