import Glibc
import Testing

@testable import Serving

/// The exit statuses that a supervisor decides by.
@Suite struct ExitStatusTests {
    @Test func `the statuses are those of the documents`() {
        #expect(ExitStatus.answered.rawValue == EXIT_SUCCESS)
        #expect(ExitStatus.failed.rawValue == EXIT_FAILURE)
        #expect(ExitStatus.abandoned.rawValue == EX_TEMPFAIL)
        for status in [ExitStatus.answered, .failed, .abandoned] {
            #expect(ExitStatus.help.contains(" \(status.rawValue)"))
        }
    }

    @Test func `requests that are left unanswered have a status, a failure keeps its own`() {
        #expect(ExitStatus.answered.leaving(unanswered: 0) == .answered)
        #expect(ExitStatus.answered.leaving(unanswered: 1) == .abandoned)
        #expect(ExitStatus.failed.leaving(unanswered: 0) == .failed)
        #expect(ExitStatus.failed.leaving(unanswered: 1) == .failed)
    }
}
