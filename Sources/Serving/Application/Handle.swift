// The seam between the application and how its requests come: by HTTP, or from Lambda's Runtime API.
//
// A handle differs from the other in nothing but arrival and departure (ARCHITECTURE.md).

package import Runtime

/// How requests come to an application and answers leave it. Loop thread.
package protocol Handle: AnyObject {
    /// The time that requests in flight have once the process is told to end.
    var drainTimeout: Duration { get }
    /// Opens it, while the model loads. Throws why it can't be, in a sentence.
    func open() throws(HandleFailure)
    /// The application takes requests from now on.
    func ready(_ loaded: LoadedModel)
    /// The application will never take requests; `told` once whoever waits for it knows.
    func failed(_ report: ErrorReport, told: @escaping () -> Void)
    /// A request has ended, so that there is room for another.
    func requestEnded()
    /// Requests that have come and whose answers have not left, or not whole.
    var unansweredCount: Int { get }
    /// Takes no more requests; `drained` once none is in flight.
    func drain(_ drained: @escaping () -> Void)
    /// Lets go of everything.
    func close()
}

/// Why a handle can't be opened, as a sentence.
package struct HandleFailure: Error, CustomStringConvertible {
    let sentence: String

    package var description: String { sentence }
}
