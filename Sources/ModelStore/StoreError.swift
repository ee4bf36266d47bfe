// Why something can't be fetched from its store: S3, or the host of an address.

package import Runtime

/// An object, its credentials or its bytes can't be fetched.
package enum StoreError: Error, Sendable, Equatable {
    /// The address is invalid; the client must change it.
    case badAddress(String)
    /// The request failed.
    case failed(String)
    /// The request took too long.
    case timedOut(String)
    /// The process is ending.
    case closed(String)
    /// The transfer failed.
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
