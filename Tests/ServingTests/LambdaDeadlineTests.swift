// The time for a Lambda event: an answer at its deadline is too late.

import Basics
import Testing

@testable import Serving

@Suite struct LambdaDeadlineTests {
    /// Half past a second: most moments are not on whole seconds.
    private let now = WallTime(seconds: 1_795_348_800, nanoseconds: 500_000_000)
    private let milliseconds: Int64 = 1_795_348_800_500

    @Test(
        arguments: [
            (2500, 2300), (2000, 1800), (60_000, 59_800), (400, 360), (100, 90), (0, 0),
        ] as [(Int64, Int64)])
    func `work ends 200 ms before the deadline, or a tenth of a short time`(
        left: Int64, work: Int64
    ) {
        #expect(
            LambdaHandle.timeForWork(until: milliseconds + left, at: now) == .milliseconds(work))
    }

    @Test func `once the deadline has passed there is no time`() {
        #expect(LambdaHandle.timeForWork(until: milliseconds - 1, at: now) < .zero)
        #expect(LambdaHandle.timeForWork(until: 0, at: now) < .zero)
    }
}
