// Why something can't be had from where it is kept: S3, or the host of an address.

package import Runtime

/// An object, its credentials or its bytes can't be had.
package enum StoreError: Error, Sendable, Equatable {
    /// The address names nothing that could be asked for; whoever wrote it must change it.
    case badAddress(String)
    /// Asking brought nothing.
    case failed(String)
    /// Asking took too long.
    case timedOut(String)
    /// The process is ending.
    case closed(String)
    /// The transfer brought nothing.
    case transfer(TransferError)

    /// One sentence for the person who waits, without a full stop.
    package var sentence: String {
        switch self {
        case .badAddress(let sentence), .failed(let sentence), .timedOut(let sentence),
            .closed(let sentence):
            sentence
        case .transfer(let error): error.sentence
        }
    }
}
