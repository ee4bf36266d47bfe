import Testing

@testable import EventLoop

@Suite struct TimerHeapTests {
    private func entry(_ deadline: UInt64, _ slot: UInt32 = 0) -> TimerHeap.Entry {
        TimerHeap.Entry(
            deadline: Instant(nanoseconds: deadline), token: Token(slot: slot, generation: 0))
    }

    private func drain(_ heap: inout TimerHeap) -> [UInt64] {
        var deadlines: [UInt64] = []
        while let entry = heap.pop(dueAt: .distantFuture) {
            deadlines.append(entry.deadline.nanoseconds)
        }
        return deadlines
    }

    @Test func `all sequences of up to six deadlines come out sorted`() {
        for count in 0...6 {
            // The deadlines are the digits of `number` in base `count`: every order, every tie.
            let radix = max(count, 1)
            for number in 0..<(0..<count).reduce(1, { product, _ in product * radix }) {
                var heap = TimerHeap()
                var deadlines: [UInt64] = []
                var rest = number
                for _ in 0..<count {
                    deadlines.append(UInt64(rest % radix))
                    rest /= radix
                }
                for deadline in deadlines { heap.push(entry(deadline)) }
                #expect(heap.count == count)
                if drain(&heap) != deadlines.sorted() { Issue.record("\(deadlines)") }
            }
        }
    }

    @Test func `pushes and pops in any order agree with a sorted list`() {
        let seed: UInt64 = 0x5EED
        var state = seed
        var heap = TimerHeap()
        var model: [UInt64] = []
        for step in 0..<4000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = state >> 40
            if value % 3 != 0 || model.isEmpty {
                heap.push(entry(value % 1000))
                model.insert(
                    value % 1000, at: model.firstIndex { $0 >= value % 1000 } ?? model.endIndex)
            } else {
                let popped = heap.pop(dueAt: Instant(nanoseconds: value % 1000))?.deadline
                    .nanoseconds
                let expected = model.first.flatMap { $0 <= value % 1000 ? $0 : nil }
                if expected != nil { model.removeFirst() }
                guard popped == expected else {
                    Issue.record("seed \(seed), step \(step): \(String(describing: popped))")
                    return
                }
            }
            if heap.first?.deadline.nanoseconds != model.first {
                Issue.record("seed \(seed), step \(step)")
            }
        }
        #expect(heap.count == model.count)
    }

    @Test func `nothing is popped before it is due`() {
        var heap = TimerHeap()
        #expect(heap.pop(dueAt: .distantFuture) == nil)
        heap.push(entry(10, 1))
        #expect(heap.pop(dueAt: Instant(nanoseconds: 9)) == nil)
        #expect(heap.first == entry(10, 1))
        #expect(heap.pop(dueAt: Instant(nanoseconds: 10)) == entry(10, 1))
        #expect(heap.first == nil && heap.count == 0)
    }
}

@Suite struct ClockTests {
    @Test func `instants neither overflow nor go below zero`() {
        let early = Instant(nanoseconds: 5)
        #expect(early + .nanoseconds(7) == Instant(nanoseconds: 12))
        #expect(early + .seconds(-1) == early)
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(early + .seconds(Int64.max) == .distantFuture)
        #expect(early - Instant(nanoseconds: 6) == .zero)
        #expect(Instant(nanoseconds: 6) - early == .nanoseconds(1))
        #expect(Instant.distantFuture - Instant(nanoseconds: 0) == .nanoseconds(Int64.max))
    }

    @Test func `durations become whole units, rounded down`() {
        #expect(Duration.milliseconds(1500).nanoseconds == 1_500_000_000)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Duration.nanoseconds(-1).nanoseconds == 0)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999).nanoseconds == 0)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
    }

    @Test func `the system's clock does not go back`() {
        let clock = SystemClock()
        var last = clock.now()
        for _ in 0..<1000 {
            let now = clock.now()
            #expect(now >= last)
            last = now
        }
    }
}
