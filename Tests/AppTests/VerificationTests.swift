// The parts of `amphora verify` around its comparison: what each handle is sent and answers, the
// order of a run, and the report.

import EventLoop
import HTTP
import Inference
import TestSupport
import Testing

@testable import App
@testable import Serving

@Suite struct QuestionTests {
    private static let picture = Question(content: .picture([0xFF, 0xD8, 0, 1]), topK: 2)
    // Created anew each time: LeakSanitizer does not see what an enum in a global holds.
    private static var json: Question {
        Question(content: .json(Array(#"{"uri":"x"}"#.utf8)), topK: nil)
    }
    private static let answer = InProcessAnswer(
        named: Array("named".utf8), unnamed: Array("unnamed".utf8), failure: nil, sha256: nil)

    @Test func `a picture's bodies say the same in each form`() throws {
        let bytes = Self.picture.body(by: .httpBytes)
        #expect(bytes.bytes == [0xFF, 0xD8, 0, 1])
        #expect(bytes.type == "application/octet-stream")
        #expect(bytes.query == "top_k=2")
        let json = Self.picture.body(by: .httpJSON)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"instances":[{"b64":"/9gAAQ=="}],"top_k":2}"#)
        #expect(json.query.isEmpty)
        #expect(Self.picture.event(by: .directEvent) == json.bytes)
    }

    @Test func `events are read as what they are meant to be`() throws {
        guard
            case .http(let request) = Event(
                reading: Self.picture.event(by: .functionURL), maxItems: 10)
        else {
            Issue.record("no HTTP event")
            return
        }
        #expect(try request.body.get() == [0xFF, 0xD8, 0, 1])
        let head = String(decoding: try request.head.get(), as: UTF8.self)
        #expect(head.hasPrefix("POST /invocations?top_k=2 HTTP/1.1\r\n"))
        #expect(head.contains("content-type: application/octet-stream\r\n"))
        guard
            case .http(let text) = Event(reading: Self.json.event(by: .functionURL), maxItems: 10)
        else {
            Issue.record("no HTTP event")
            return
        }
        #expect(try text.body.get() == Array(#"{"uri":"x"}"#.utf8))
        guard
            case .direct(.success) = Event(
                reading: Self.json.event(by: .directEvent), maxItems: 10)
        else {
            Issue.record("no direct event")
            return
        }
    }

    @Test func `a request over the size limit of a way is not sent that way`() {
        var limits = Limits()
        limits.bodyBytes = 200
        let small = Question(content: .picture([UInt8](repeating: 0, count: 70)), topK: nil)
        #expect(Way.allCases.filter { small.goes(by: $0, limits: limits) } == Way.allCases)
        #expect(small.body(by: .httpJSON).bytes.count <= limits.bodyBytes)
        let middle = Question(content: .picture([UInt8](repeating: 0, count: 150)), topK: nil)
        #expect(
            Way.allCases.filter { middle.goes(by: $0, limits: limits) }
                == [.httpBytes, .functionURL, .directEvent])
        #expect(Way.allCases.filter { Self.json.goes(by: $0, limits: limits) }.count == 3)
    }

    @Test func `what is expected follows from the answer in process`() {
        let body = { (text: String, status: Int?) in Reply(status: status, body: Array(text.utf8)) }
        for reports in [true, false] {
            let expected = { (question: Question, answer: InProcessAnswer) in
                Way.allCases.map { question.expected(by: $0, answer, reports: reports) }
            }
            let element = body(#"{"predictions":[unnamed]}"#, 200)
            let bare = body("unnamed", 200)
            #expect(expected(Self.picture, Self.answer) == [bare, element, bare, element])
            #expect(
                Array(expected(Self.json, Self.answer).dropFirst())
                    == [body("named", 200), body("named", 200), body("named", 200)])
            let failed = InProcessAnswer(
                named: Array("named".utf8), unnamed: Array("unnamed".utf8),
                failure: Failure(.pictureUndecodable, "no"), sha256: nil)
            let told = { (status: Int?) in
                body(#"{"error":"no","code":"Function.ImageUndecodable"}"#, status)
            }
            #expect(expected(Self.picture, failed) == [told(422), element, told(422), element])
            #expect(
                Array(expected(Self.json, failed).dropFirst())
                    == [told(422), told(422), told(reports ? nil : 200)])
        }
    }
}

@Suite struct LambdaReadingTests {
    private func reply(_ text: String, _ way: Way) -> Reply? {
        LambdaReading.reply(.response(Array(text.utf8)), by: way)
    }

    @Test func `envelopes, preludes and reports are opened`() {
        let expected = Reply(status: 422, body: Array("{é}".utf8))
        #expect(
            reply(#"{"statusCode":422,"body":"{é}","isBase64Encoded":false}"#, .functionURL)
                == expected)
        #expect(
            reply(#"{"statusCode":422,"body":"e8OpfQ==","isBase64Encoded":true}"#, .functionURL)
                == expected)
        let zeros = String(repeating: "\0", count: 8)
        #expect(reply(#"{"statusCode":422}"# + zeros + "{é}", .functionURL) == expected)
        #expect(reply("{é}", .directEvent) == Reply(status: 200, body: Array("{é}".utf8)))
        let report = Array(
            #"{"errorMessage":"a \"b\"","errorType":"Function.A","stackTrace":[]}"#.utf8)
        #expect(
            LambdaReading.reply(.error(report), by: .directEvent)
                == Reply(status: nil, body: Array(#"{"error":"a \"b\"","code":"Function.A"}"#.utf8))
        )
    }

    @Test(arguments: [
        "", "7", "{}", #"{"statusCode":200}"#, #"{"statusCode":"200","body":""}"#,
        #"{"statusCode":200,"body":"*","isBase64Encoded":true}"#, "x\0\0",
    ])
    func `malformed answers count as none`(text: String) {
        #expect(reply(text, .functionURL) == nil)
        #expect(LambdaReading.reply(.error(Array(text.utf8)), by: .directEvent) == nil)
    }
}

@Suite struct OrderedRunTests {
    @Test(arguments: 1...5)
    func `outcomes come in order, and no more than a window is in flight`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let loop = EventLoop(poller: try EpollPoller())
        var (next, open, delivered) = (0, [Int: (Int) -> Void](), [Int]())
        let run = OrderedRun<Int>(
            on: loop, window: 7,
            next: {
                guard next < 500 else { return nil }
                let number = next
                next += 1
                return { completed in
                    if number % 3 == 0 { completed(number) } else { open[number] = completed }
                }
            }, deliver: { delivered.append($0) }, finished: {})
        run.hasRoom = { open.count < 5 }
        run.launch()
        while !run.isFinished {
            #expect(open.count <= 5)
            #expect(next - delivered.count <= 7)
            if let number = open.keys.sorted().randomElement(using: &generator) {
                open.removeValue(forKey: number)?(number)
            }
            loop.afterTurn {}
            try loop.turn()
        }
        #expect(delivered == Array(0..<500))
    }

    @Test func `a run without tasks ends at once`() throws {
        let loop = EventLoop(poller: try EpollPoller())
        let run = OrderedRun<Int>(
            on: loop, window: 1, next: { nil }, deliver: { _ in }, finished: { loop.stop() })
        run.launch()
        try loop.run()
        #expect(run.isFinished)
    }
}

@Suite struct VerificationTextTests {
    private func verdict(
        _ line: Int, _ differences: [Verdict.Difference] = [], malformed: String? = nil,
        isIdentical: Bool = false
    ) -> Verdict {
        var verdict = Verdict(line: line, name: "cat.jpg")
        verdict.differences = differences
        verdict.malformed = malformed
        verdict.isIdentical = isIdentical
        verdict.asked = [.directEvent, .httpJSON]
        return verdict
    }

    private static let skew = Verdict.Difference(
        ways: ["in process", "HTTP (JSON)"], reason: "label 1 “a”: 0.5, recorded 0.25")

    @Test func `a line for each record that differs`() {
        #expect(VerificationText.line(of: verdict(3, isIdentical: true)) == nil)
        #expect(VerificationText.line(of: verdict(3)) == nil)
        #expect(
            VerificationText.line(of: verdict(3, malformed: "it is empty"))
                == "✗ line 3: it is empty")
        let changed = Verdict.Difference(ways: [], reason: "the picture has changed")
        #expect(
            VerificationText.line(of: verdict(3, [Self.skew, changed]))
                == "✗ line 3 · cat.jpg · in process, HTTP (JSON): label 1 “a”: 0.5, recorded 0.25; "
                + "the picture has changed")
    }

    @Test func `the summary counts every record once`() {
        var tally = Tally()
        var worst = verdict(2)
        worst.worst = Verdict.Worst(
            difference: 3.0e-7, label: .index(4), line: 2, name: "cat.jpg")
        for verdict in [verdict(1, isIdentical: true), worst] { tally.add(verdict) }
        #expect(
            VerificationText.summary(of: tally, tolerance: 1e-6) == [
                "records           2",
                "ways              in process, HTTP (JSON), Lambda (event)",
                "identical         1, byte for byte",
                "within tolerance  1",
                "worst difference  3e-07, label #4 of cat.jpg, line 2",
                "tolerance         1e-06",
                "verdict           no skew",
            ])
        tally.add(verdict(3, [Self.skew]))
        #expect(
            VerificationText.summary(of: tally, tolerance: 0).last
                == "verdict           skew: 1 record differs")
        tally.add(verdict(4, malformed: "it is empty"))
        let last = VerificationText.summary(of: tally, tolerance: 0)
        #expect(last.contains("different         1"))
        #expect(last.contains("malformed         1"))
        #expect(
            last.last == "verdict           the recording can't be used: 1 line malformed")
        var unproved = Tally()
        unproved.add(verdict(1, [Verdict.Difference(ways: [], reason: "the picture has changed")]))
        let rows = VerificationText.summary(of: unproved, tolerance: 0)
        #expect(rows.contains("picture changed   1, or absent"))
        #expect(rows.last == "verdict           not proved: 1 picture changed or absent")
    }
}
