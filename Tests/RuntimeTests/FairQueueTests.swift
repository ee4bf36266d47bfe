// The order in which jobs of several lanes are taken: lanes in turn, each first in, first out.

import TestSupport
import Testing

@testable import Runtime

@Suite struct FairQueueTests {
    private final class Owner {}

    private var queue = FairQueue<String>()
    private var lastID: UInt64 = 0
    private let owners = (0..<3).map { _ in Owner() }

    private func lane(_ index: Int) -> Lane { Lane(of: owners[index]) }

    @discardableResult
    private mutating func add(_ job: String, to lane: Lane) -> JobID {
        lastID += 1
        queue.add(JobID(number: lastID), job, to: lane)
        return JobID(number: lastID)
    }

    private mutating func rest() -> [String] {
        var jobs: [String] = []
        while let next = queue.next() { jobs.append(next.job) }
        return jobs
    }

    @Test mutating func `one lane is first in, first out`() {
        for job in ["a", "b", "c"] { add(job, to: .common) }
        #expect(queue.next()?.job == "a")
        add("d", to: .common)
        #expect(queue.count == 3 && queue.count(in: .common) == 3)
        #expect(rest() == ["b", "c", "d"])
        #expect(queue.count == 0 && queue.next() == nil)
    }

    @Test mutating func `lanes take turns`() {
        for job in ["a1", "a2", "a3"] { add(job, to: lane(0)) }
        for job in ["b1", "b2"] { add(job, to: lane(1)) }
        add("c1", to: lane(2))
        #expect(queue.count(in: lane(0)) == 3 && queue.count(in: lane(1)) == 2)
        #expect(rest() == ["a1", "b1", "c1", "a2", "b2", "a3"])
    }

    @Test mutating func `a job beside a flood waits for one job of the flood`() {
        for number in 0..<1000 { add("flood \(number)", to: lane(0)) }
        for number in 0..<300 {
            add("drop", to: lane(1))
            let first = queue.next()?.job
            let second = queue.next()?.job
            #expect(first == "flood \(number)" && second == "drop")
        }
        #expect(queue.count == 700)
    }

    @Test mutating func `a lane that was idle has saved up no turns`() {
        for number in 0..<10 { add("a\(number)", to: lane(0)) }
        for _ in 0..<5 { _ = queue.next() }
        for number in 0..<3 { add("b\(number)", to: lane(1)) }
        #expect(rest() == ["a5", "b0", "a6", "b1", "a7", "b2", "a8", "a9"])
    }

    @Test mutating func `a job that is taken back leaves the others in order`() {
        let ids = ["a1", "a2", "a3"].map { add($0, to: lane(0)) }
        add("b1", to: lane(1))
        let removals = (queue.remove(ids[0]), queue.remove(ids[0]))
        #expect(removals == (true, false))
        #expect(rest() == ["b1", "a2", "a3"])
    }

    /// Whatever is added and taken: each lane keeps its order, and while two lanes have jobs, neither
    /// has two turns in a row more than the other's one.
    @Test(arguments: 0..<20) mutating func `no lane waits while another has two turns`(
        _ seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        var next = [0, 0, 0]
        var added = [0, 0, 0]
        /// Turns of others since a lane that has jobs had its last.
        var waited = [[Int]](repeating: [0, 0, 0], count: 3)
        for _ in 0..<3000 {
            let index = Int(generator.next() % 3)
            if generator.next() % 2 == 0 {
                if queue.count(in: lane(index)) == 0 { waited[index] = [0, 0, 0] }
                add("\(index) \(added[index])", to: lane(index))
                added[index] += 1
            } else if let job = queue.next()?.job {
                let taken = Int(String(job.first ?? "0")) ?? 0
                #expect(job == "\(taken) \(next[taken])")
                next[taken] += 1
                for other in 0..<3 where other != taken && queue.count(in: lane(other)) > 0 {
                    waited[other][taken] += 1
                    #expect(waited[other][taken] <= 2)
                }
                waited[taken] = [0, 0, 0]
            }
        }
    }
}
