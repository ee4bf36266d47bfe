// The paths of Lambda's Runtime API and its Extensions API (docs/platforms.md B1, B4–B8): for the
// client, and for `verify`, which stands in for the API. Tests spell them out, so that a wrong one
// fails.

/// Paths of calls. Any thread.
package enum RuntimeAPIPath {
    /// `GET`: waits for an event.
    package static let next = invocation + "next"
    /// `GET`: waits until the process is restored from a snapshot.
    static let restoreNext = "/2018-06-01/runtime/restore/next"
    /// `POST`: the function can't start.
    static let initError = "/2018-06-01/runtime/init/error"
    /// `POST`: an extension registers.
    package static let register = "/2020-01-01/extension/register"
    /// `GET`: an extension waits for an event.
    package static let extensionNext = "/2020-01-01/extension/event/next"

    private static let invocation = "/2018-06-01/runtime/invocation/"

    /// `POST`: the answer to an event; `segment` is its id, percent-encoded.
    package static func response(to segment: String) -> String {
        "\(invocation)\(segment)/response"
    }

    /// `POST`: the failure of an event.
    package static func error(of segment: String) -> String { "\(invocation)\(segment)/error" }
}
