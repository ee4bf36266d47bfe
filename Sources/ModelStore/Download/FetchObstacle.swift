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
                case ENOSPC, EDQUOT: "make room there, or have TMPDIR name a folder with more"
                case EROFS, EACCES, EPERM: "have TMPDIR name a folder that can be written"
                default: "TMPDIR may name another folder"
                }
            throw FetchObstacle(reason: "it can't be kept in \(folder): \(error); \(advice)")
        }
    }
}
