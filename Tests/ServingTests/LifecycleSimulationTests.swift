// Random requests, latencies, disconnects, deadlines and slow clients: every accepted request gets
// exactly one answer, every count returns to zero.

import HTTP
import Runtime
import TestSupport
import Testing

@testable import Serving

@Suite(.timeLimit(.minutes(5))) struct LifecycleSimulationTests {
    private struct Sent {
        let invocation: Invocation
        let exchange: ScriptedExchange
        let lineCount: Int?
        var isAbandoned = false
    }

    @Test(arguments: 0..<12)
    func `nothing is lost`(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let rig = try LifecycleRig(workers: 3)
        rig.requestTimeout = .seconds(10)
        var requests: [Sent] = []
        for _ in 0..<150 {
            if Int.random(in: 0..<3, using: &random) > 0 {
                requests.append(send(rig, &random))
            }
            switch Int.random(in: 0..<20, using: &random) {
            case 0, 1:
                if let index = requests.indices.randomElement(using: &random),
                    requests[index].exchange.endCount == 0
                {
                    requests[index].isAbandoned = true
                    requests[index].invocation.abandon()
                }
            case 2...6: rig.clock.advance(by: .milliseconds(.random(in: 0...4000, using: &random)))
            case 7...9:
                if let sent = requests.randomElement(using: &random) {
                    sent.exchange.isCongested.toggle()
                    if !sent.exchange.isCongested { sent.invocation.resume() }
                }
            default:
                try rig.step()
            }
        }
        for sent in requests {
            sent.exchange.isCongested = false
            sent.invocation.resume()
        }
        try rig.turn { rig.isAtRest }
        for sent in requests { check(sent, seed) }
        #expect(rig.accessLog.count == requests.count, "seed \(seed)")
    }

    private func check(_ sent: Sent, _ seed: Int) {
        let exchange = sent.exchange
        guard !sent.isAbandoned else {
            #expect(exchange.endCount == 0, "seed \(seed)")
            return
        }
        #expect(exchange.endCount == 1, "seed \(seed)")
        if let lineCount = sent.lineCount, exchange.status == 200 {
            #expect(exchange.lines.count == lineCount, "seed \(seed)")
        }
        if exchange.status != 200 {
            #expect([400, 403, 422, 424, 503, 504].contains(exchange.status), "seed \(seed)")
        }
    }

    private func send(_ rig: LifecycleRig, _ random: inout SeededGenerator) -> Sent {
        let orders = (0..<Int.random(in: 1...40, using: &random)).map { index in
            let latency = Int.random(in: 0...200, using: &random)
            return Bool.random(using: &random) ? "spin \(index) \(latency)" : "bad \(index)"
        }
        func instance(_ order: String) -> String { #"{"b64":"\#(order)"}"# }
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let (invocation, exchange) = rig.send(orders[0], .picture)
            return Sent(invocation: invocation, exchange: exchange, lineCount: nil)
        case 1:
            let uris = ["http://127.0.0.1:1/", "data:,bad%20x", "ftp://x"]
            let uri = uris[Int.random(in: 0..<3, using: &random)]
            let (invocation, exchange) = rig.send(#"{"uri":"\#(uri)"}"#)
            return Sent(invocation: invocation, exchange: exchange, lineCount: nil)
        case 2:
            let list = orders.map(instance).joined(separator: ",")
            // Now and then too long to be parsed on the loop.
            let padding = String(repeating: " ", count: Bool.random(using: &random) ? 40_000 : 0)
            let (invocation, exchange) = rig.send(#"{"instances":[\#(list)]\#(padding)}"#)
            return Sent(invocation: invocation, exchange: exchange, lineCount: nil)
        default:
            let lines = orders.map { #"{"instances":[\#(instance($0)),\#(instance($0))]}"# }
            let (invocation, exchange) = rig.send(
                lines.joined(separator: "\n"), .jsonLines)
            return Sent(invocation: invocation, exchange: exchange, lineCount: lines.count)
        }
    }
}
