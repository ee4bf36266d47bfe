// The interface between the application and its two handles: HTTP, and Lambda's Runtime API.
//
// The handles differ only in how requests arrive and how answers leave (ARCHITECTURE.md).

package import Runtime

/// How requests reach an application and answers leave it. Loop thread.
package protocol Handle: AnyObject {
    /// The time that requests in flight have to finish after a signal to end.
    var drainTimeout: Duration { get }
    /// Opens the handle while the model loads. Throws a sentence that says why it can't be opened.
    func open() throws(HandleFailure)
    /// The application takes requests from now on.
    func ready(_ loaded: LoadedModel)
    /// The application will never take requests; `told` is called once the platform has the report.
    func failed(_ report: ErrorReport, told: @escaping () -> Void)
    /// A request has ended, so there is room for another.
    func requestEnded()
    /// Requests that have arrived and whose answers have not been sent completely.
    var unansweredCount: Int { get }
    /// Takes no more requests; `drained` is called once none is in flight.
    func drain(_ drained: @escaping () -> Void)
    /// Releases everything.
    func close()
}

/// Why a handle can't be opened, as a sentence.
package struct HandleFailure: Error, CustomStringConvertible {
    let sentence: String

    package var description: String { sentence }
}
