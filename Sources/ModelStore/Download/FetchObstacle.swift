// Why a model is not fetched, as a clause for the sentence that names its address.

internal import EventLoop
internal import Glibc

/// What stands between an address and its model.
struct FetchObstacle: Error, Equatable {
    let reason: String
    /// Whether another attempt may go better.
    var isPassing = false

    /// Does what needs room in a folder; says what would be right where there is none.
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
