// The statuses that a serving process ends with, in one place; whoever starts it decides by them.

/// How a serving process has ended.
package enum ExitStatus: CInt, Sendable {
    /// In order: whatever was in flight is answered.
    case answered = 0
    /// It could not start, or could not go on.
    case failed = 1
    /// Told to end, it left requests unanswered, for a second signal came or the time to drain was over.
    ///
    /// EX_TEMPFAIL of sysexits.h: nothing is wrong with the program, and who asked may ask again. It is
    /// neither `failed` nor a status of a shell for a process that was killed (128 and above).
    case abandoned = 75

    /// What the help of the commands says.
    package static let help = """
        SIGTERM and SIGINT drain: what is in flight is answered, then the exit status is 0. It is 75 where \
        requests were abandoned because a second signal came or the time to drain was over, and 1 after a \
        failure.
        """

    /// The status of a process that leaves while so many requests are not answered.
    package func leaving(unanswered count: Int) -> ExitStatus {
        self == .answered && count > 0 ? .abandoned : self
    }
}
