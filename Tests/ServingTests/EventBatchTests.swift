// Batches on a real loop with real workers: one outcome for each record, and the sender's answer.

import EventLoop
import Inference
import Runtime
import TestSupport
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(5))) struct EventBatchTests {
    private func batch(_ records: [String]) throws -> RecordBatch {
        try #require(Event(Samples.records(records)).batch)
    }

    private func order(_ orders: String...) -> String {
        #"{"instances":["# + orders.map { #"{"b64":"\#($0)"}"# }.joined(separator: ",") + "]}"
    }

    private func queue(_ bodies: [String], _ name: String = "images") throws -> RecordBatch {
        try batch(
            bodies.enumerated().map { Samples.sqsRecord($1, id: "m\($0)", queue: name) })
    }

    private func topic(_ messages: String...) throws -> RecordBatch {
        try batch(messages.map(Samples.snsRecord))
    }

    private func outcomes(
        _ batch: RecordBatch,
        noted: (Int, Item?, Result<[Prediction], Failure>) -> Void = { _, _, _ in }
    ) throws -> [RecordOutcome] {
        let rig = try LifecycleRig()
        let ended = Box<[[RecordOutcome]]>([])
        let items = Box<[(Int, Item?, Result<[Prediction], Failure>)]>([])
        let evaluation = RecordEvaluation(batch, backend: rig.backend) { ended.value.append($0) }
        evaluation.itemEnded = { items.value.append(($0, $1, $2)) }
        evaluation.start()
        try rig.turn { !ended.value.isEmpty }
        #expect(ended.value.count == 1)
        #expect(rig.isAtRest)
        for (index, item, result) in items.value { noted(index, item, result) }
        return ended.value[0]
    }

    private func reply(_ batch: RecordBatch) throws -> Result<String, Failure> {
        batch.reply(to: try outcomes(batch)).map { String(decoding: $0, as: UTF8.self) }
    }

    private func result(_ label: String) -> String {
        #"{"results":[{"label":"\#(label)","prob":"0.5"}]}"#
    }

    // MARK: SQS

    @Test func `a queue gets the failed messages back`() throws {
        let batch = try queue([
            order("ok a"), "{", order("ok b", "bad c"), Samples.s3Test, "ftp://x", order("ok d"),
        ])
        #expect(
            try reply(batch)
                == .success(
                    #"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},"#
                        + #"{"itemIdentifier":"m4"}]}"#))
    }

    @Test func `a queue whose messages are all done gets none back`() throws {
        #expect(
            try reply(try queue([order("ok a"), order("ok b")]))
                == .success(#"{"batchItemFailures":[]}"#))
    }

    @Test func `in a FIFO queue no message after a failure is deleted`() throws {
        let bodies = [order("ok a"), order("bad b"), order("ok c"), order("bad d"), order("ok e")]
        #expect(
            try reply(try queue(bodies, "images.fifo"))
                == .success(
                    #"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},"#
                        + #"{"itemIdentifier":"m3"},{"itemIdentifier":"m4"}]}"#))
        #expect(
            try reply(try queue([order("ok a")], "images.fifo"))
                == .success(#"{"batchItemFailures":[]}"#))
    }

    @Test func `a failed message without a name fails the batch`() throws {
        let records = [
            Samples.sqsRecord(order("ok a"), id: ""), Samples.sqsRecord(order("bad b"), id: ""),
        ]
        #expect(
            try reply(try batch(records))
                == .failure(
                    Failure(
                        .badRequest,
                        "Records[1] has no messageId by which it could be reported, so the whole "
                            + "batch fails; b")))
        #expect(
            try reply(try batch([records[0]])) == .success(#"{"batchItemFailures":[]}"#))
    }

    // MARK: S3 and SNS

    @Test func `S3 gets an element for each object`() throws {
        let batch = try batch([
            Samples.s3Record(key: "a+b"), Samples.s3Record(name: "ObjectRemoved:Delete"), "{}",
        ])
        let outcomes = [
            RecordOutcome(answer: Array("1".utf8), failure: nil, hasResult: true),
            RecordOutcome(answer: Array("2".utf8), failure: nil, hasResult: false),
            RecordOutcome(
                answer: Array("3".utf8), failure: Failure(.badRequest, "x"), hasResult: false),
        ]
        #expect(batch.reply(to: outcomes) == .success(Array(#"{"predictions":[1,3]}"#.utf8)))
    }

    @Test func `an object that can't be fetched is named`() throws {
        let outcomes = try outcomes(try batch([Samples.s3Record(key: "a"), "{}"]))
        #expect(
            String(decoding: outcomes[0].answer, as: UTF8.self)
                .hasPrefix(#"{"uri":"s3://photos/a","error":""#))
        #expect(
            String(decoding: outcomes[1].answer, as: UTF8.self)
                == #"{"error":"\"Records[1].s3\" is missing","code":"Function.BadRequest"}"#)
        #expect(outcomes.allSatisfy { !$0.hasResult && $0.failure != nil })
    }

    @Test func `deletions alone are no failure`() throws {
        #expect(
            try reply(try batch([Samples.s3Record(name: "ObjectRemoved:Delete")]))
                == .success(#"{"predictions":[]}"#))
    }

    @Test func `SNS gets an element for each message, the answer it would have alone`() throws {
        let batch = try topic(
            order("ok a", "bad b"), #"{"uri":"data:,ok%20x"}"#, "ftp://y", Samples.s3Test, "{}")
        #expect(
            try reply(batch)
                == .success(
                    #"{"predictions":[{"predictions":["# + result("a/5")
                        + #",{"error":"b","code":"Function.ImageUndecodable"}]},"#
                        + #"{"uri":"data:","error":"source","code":"Function.ImageUndecodable"},"#
                        + #"{"uri":"ftp://y","error":"the URI's scheme “ftp” is not supported; http, https, s3 and data are","#
                        + #""code":"Function.BadRequest"},{"predictions":[]},"#
                        + #"{"error":"Records[4].Sns.Message: \"uri\" is missing: the message must hold one of "#
                        + #"\"uri\", \"uris\" and \"instances\"","code":"Function.BadRequest"}]}"#))
    }

    @Test func `where nothing could be answered the first failure is the answer`() throws {
        #expect(
            try reply(try topic(order("bad a", "bad b"), Samples.s3Test, "{"))
                == .failure(Failure(.pictureUndecodable, "a")))
    }

    @Test func `the first failure is the first picture's, whichever ended first`() throws {
        // The second one fails at once, without a worker.
        let message = #"{"instances":[{"b64":"bad a"},{"uri":"ftp://y"}]}"#
        #expect(try reply(try topic(message)) == .failure(Failure(.pictureUndecodable, "a")))
    }

    @Test func `the first failure says which object it is about`() throws {
        guard case .failure(let failure) = try reply(try batch([Samples.s3Record(key: "a")])) else {
            Issue.record("an object without a region can't be had")
            return
        }
        #expect(failure.sentence.hasPrefix("s3://photos/a: "))
        #expect(failure.code == .fetchFailed)
        let secret = Item(source: .uri("https://me:pw@host/a.png?X-Amz-Signature=1"))
        #expect(Failure(.badRequest, "b").about(secret).sentence == "https://host/a.png: b")
    }

    // MARK: Evaluation

    @Test func `each picture is reported with its record`() throws {
        var noted: [String] = []
        _ = try outcomes(
            try queue([order("ok a", "bad b"), "{", order("ok c"), #"{"uri":"ftp://x"}"#])
        ) { index, item, result in
            let found = (try? result.get().first?.label).map { "\($0)" } ?? "none"
            noted.append("\(index) \(item?.echo ?? "-") \(found)")
        }
        #expect(
            noted.sorted() == [
                #"0 - name("a/5")"#, "0 - none", "1 - none", #"2 - name("c/5")"#, "3 ftp://x none",
            ])
    }

    @Test(arguments: [1, 5])
    func `the window bounds the pictures of all records`(_ pictureCount: Int) throws {
        let rig = try LifecycleRig()
        let images = Array(repeating: #"{"b64":"ok a"}"#, count: pictureCount)
        let body = #"{"instances":[\#(images.joined(separator: ","))]}"#
        let batch = try queue(Array(repeating: body, count: 200))
        let ended = Box(0)
        let evaluation = RecordEvaluation(batch, backend: rig.backend) { _ in ended.value += 1 }
        evaluation.start()
        var most = 0
        try rig.turn {
            most = max(most, rig.backend.pool.pendingCount)
            return ended.value > 0
        }
        // The record that fills the window may bring more pictures than it has room for.
        #expect(most >= rig.backend.window && most < rig.backend.window + pictureCount)
        #expect(rig.isAtRest)
    }

    @Test func `records that fail at once leave turns to others`() throws {
        let rig = try LifecycleRig()
        let batch = try queue(Array(repeating: "{", count: 1000))
        let ended = Box(0)
        let evaluation = RecordEvaluation(batch, backend: rig.backend) { _ in ended.value += 1 }
        evaluation.start()
        let turns = try rig.turn { ended.value > 0 }
        #expect(turns >= 1000 / 64)
    }

    @Test func `a batch without records needs no work`() throws {
        #expect(try outcomes(RecordBatch(none: .s3)).isEmpty)
    }

    @Test func `the deadline keeps what is done`() throws {
        let rig = try LifecycleRig()
        let batch = try queue([order("ok a"), order("ok b", "gate c"), "{"])
        let ended = Box<[[RecordOutcome]]>([])
        let evaluation = RecordEvaluation(batch, backend: rig.backend) { ended.value.append($0) }
        evaluation.start()
        try rig.turn { rig.backend.pool.pendingCount == 1 }
        let late = Failure(.timeout, "late")
        evaluation.fail(late)
        evaluation.fail(late)
        rig.gates.open("c")
        try rig.turn { rig.isAtRest }
        #expect(ended.value.count == 1)
        #expect(
            batch.reply(to: ended.value[0])
                == .success(
                    Array(
                        #"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"}]}"#
                            .utf8)
                ))
        #expect(ended.value[0][0].failure == nil && ended.value[0][0].hasResult)
        #expect(ended.value[0][1].failure == late && !ended.value[0][1].hasResult)
    }

    @Test(arguments: 0..<12)
    func `nothing is lost, whatever ends first`(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let rig = try LifecycleRig(workers: 3)
        var runs: [(evaluation: RecordEvaluation, ended: Box<Int>, count: Int, isCancelled: Bool)] =
            []
        for _ in 0..<60 {
            let bodies = (0..<Int.random(in: 1...30, using: &random)).map { index in
                switch Int.random(in: 0..<5, using: &random) {
                case 0: order("spin \(index) \(Int.random(in: 0...200, using: &random))", "bad x")
                case 1: "http://127.0.0.1:1/"
                case 2: "{"
                case 3: Samples.s3Test
                default: order("ok \(index)")
                }
            }
            let batch = try queue(bodies)
            let ended = Box(0)
            let evaluation = RecordEvaluation(batch, backend: rig.backend) { outcomes in
                #expect(outcomes.count == bodies.count)
                #expect(outcomes.allSatisfy { !$0.answer.isEmpty })
                ended.value += 1
            }
            evaluation.start()
            var isCancelled = false
            for _ in 0..<Int.random(in: 0..<4, using: &random) { try rig.step() }
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                isCancelled = ended.value == 0
                evaluation.cancel()
            case 1: evaluation.fail(Failure(.timeout, "late"))
            default: break
            }
            runs.append((evaluation, ended, bodies.count, isCancelled))
        }
        try rig.turn { rig.isAtRest && runs.allSatisfy { $0.isCancelled || $0.ended.value > 0 } }
        for run in runs {
            #expect(run.ended.value == (run.isCancelled ? 0 : 1), "seed \(seed)")
        }
    }
}
