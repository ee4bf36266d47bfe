// Several models on one pool of workers: what each is admitted to, and when a version is let go.

import HTTP
import Inference
import Runtime
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(5))) struct SharingTests {
    @Test func `a flooded model fills its own share, and another is answered in its turn`() throws {
        let rig = try LifecycleRig(workers: 1, models: .several)
        rig.others["other"] = try LifecycleRig.target("other")
        var flood = [rig.send("gate 0", .picture).1]
        try rig.turn { rig.backend.pool.waitingCount == 0 }
        flood += (1..<9).map { rig.send("gate \($0)", .picture).1 }
        let (_, refused) = rig.send("ok late", .picture)
        #expect(refused.status == 503)
        let (_, other) = rig.send("ok other", .picture, to: "other")
        #expect(other.endCount == 0)
        // One job of the flood stood before it.
        rig.gates.open("0")
        rig.gates.open("1")
        try rig.turn { other.endCount == 1 }
        #expect(other.status == 200)
        #expect(flood[2...].allSatisfy { $0.endCount == 0 })
        for gate in 2..<9 { rig.gates.open("\(gate)") }
        try rig.turn { rig.isAtRest }
        #expect(flood.allSatisfy { $0.status == 200 })
    }

    @Test func `a version that goes waits for its requests, however they end`() throws {
        let rig = try LifecycleRig(workers: 1)
        let (first, _) = rig.send("gate a", .picture)
        let (_, second) = rig.send("ok b", .picture)
        #expect(rig.target.inFlight == 2)
        var retiredCount = 0
        rig.target.retire { retiredCount += 1 }
        first.abandon()
        #expect(rig.target.inFlight == 1 && retiredCount == 0)
        rig.gates.open("a")
        try rig.turn { second.endCount == 1 }
        #expect(rig.target.inFlight == 0 && retiredCount == 1)
        try LifecycleRig.target("idle").retire { retiredCount += 1 }
        #expect(retiredCount == 2)
    }

    @Test func `classifiers come from their own model, and are lent again`() throws {
        let target = try LifecycleRig.target("digits")
        let pool = try #require(target.classifiers)
        let first = try pool.lend { ObjectIdentifier($0) }
        #expect(try pool.lend { ObjectIdentifier($0) } == first)
        let both = try pool.lend { one in
            Result { try pool.lend { [ObjectIdentifier(one), ObjectIdentifier($0)] } }
        }
        #expect(Set(try both.get()).count == 2)
    }
}
