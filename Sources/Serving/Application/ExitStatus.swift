// The exit statuses of a serving process, in one place; supervisors and scripts depend on them.

/// How a serving process ended.
package enum ExitStatus: CInt, Sendable {
    /// In order: every request in flight was answered.
    case answered = 0
    /// It could not start, or could not go on.
    case failed = 1
    /// It left requests unanswered, because a second signal came or the drain timeout expired.
    ///
    /// EX_TEMPFAIL of sysexits.h: nothing is wrong with the program, and clients may retry. The
    /// status differs from `failed` and from a shell's status for a killed process (128 and above).
    case abandoned = 75

    /// The statuses, for the help of the commands.
    package static let help = """
        SIGTERM and SIGINT drain: requests in flight are answered, then the exit status is 0. It is \
        75 if requests were abandoned because a second signal came or the drain timeout expired, and \
        1 after a failure.
        """

    /// The status of a process that exits with this number of unanswered requests.
    package func leaving(unanswered count: Int) -> ExitStatus {
        self == .answered && count > 0 ? .abandoned : self
    }
}
