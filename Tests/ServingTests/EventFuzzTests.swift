// Random events: each has one form, its head stays one head, and its reply is JSON.

import Basics
import HTTP
import Inference
import Runtime
import TestSupport
import Testing

@testable import Serving

@Suite struct EventFuzzTests {
    /// Calls everything of an event that a host would call.
    private func use(_ bytes: [UInt8], _ note: Comment) {
        switch Event(reading: bytes, maxItems: 50) {
        case .direct, .warmUp: break
        case .http(let event):
            guard case .success(let head) = event.head else { break }
            check(head, note)
            let reply = event.envelope.reply(to: Response(.ok, body: head))
            #expect(throws: Never.self, note) { try JSONValue(reading: reply, maxValues: 100) }
        case .records(let batch):
            #expect(batch.records.count <= 50, note)
            let outcomes = batch.records.map { record in
                let failure: Failure? =
                    if case .unreadable(let failure) = record.content { failure } else { nil }
                return RecordOutcome(
                    answer: Array("{}".utf8), failure: failure, hasResult: failure == nil)
            }
            guard case .success(let reply) = batch.reply(to: outcomes) else { break }
            #expect(throws: Never.self, note) { try JSONValue(reading: reply, maxValues: 1000) }
        }
    }

    /// A head ends at its end and nowhere earlier.
    private func check(_ bytes: [UInt8], _ note: Comment) {
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.utf8.reversed().starts(with: "\r\n\r\n".utf8.reversed()), note)
        do throws(ProtocolError) {
            let head = try RequestHead(reading: bytes.span, limits: Limits())
            let lineCount = bytes.count { $0 == 0x0A }
            #expect(head.fieldCount == lineCount - 2, note)
        } catch {}
    }

    @Test func `bytes`() {
        for seed in 0..<2000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let count = Int.random(in: 0..<200, using: &random)
            use((0..<count).map { _ in .random(in: 0...255, using: &random) }, "seed \(seed)")
        }
    }

    @Test func `samples with wrong bytes`() {
        for seed in 0..<2000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var bytes = Array(Samples.all.randomElement(using: &random)?.utf8 ?? "".utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                guard let index = bytes.indices.randomElement(using: &random) else { continue }
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                case 2: bytes.removeSubrange(index...)
                default:
                    let other = bytes.indices.randomElement(using: &random) ?? index
                    bytes.replaceSubrange(
                        min(index, other)..<max(index, other), with: bytes[..<index].suffix(20))
                }
            }
            use(bytes, "seed \(seed)")
        }
    }

    @Test func `samples with wrong values`() throws {
        var shapes: Set<String> = []
        for seed in 0..<2000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let sample = try #require(Samples.all.randomElement(using: &random))
            var value = try JSONValue(reading: Array(sample.utf8), maxValues: 10_000)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                value = mutated(value, rate: 12, &random)
            }
            let bytes = Array(text(value).utf8)
            use(bytes, "seed \(seed)")
            switch Event(reading: bytes, maxItems: 50) {
            case .direct(.success): shapes.insert("form")
            case .direct(.failure): shapes.insert("failure")
            case .warmUp: shapes.insert("warm-up")
            case .http: shapes.insert("http")
            case .records: shapes.insert("records")
            }
        }
        #expect(shapes.count == 5)
    }

    @Test func `parts of a head`() throws {
        for seed in 0..<8000 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            let query = PercentEncoding.query(encoded: part(&random))
            let method = Bool.random(using: &random) ? "GET" : part(&random)
            let path = part(&random)
            var text = RequestHeadText(method: method, path: path, query: query)
            var added: [(name: String, value: String)] = []
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let field = ("n" + part(&random), part(&random))
                added.append(field)
                text.add(field.0, field.1)
            }
            text.end(bodyCount: 5)
            let bytes = text.bytes
            do throws(ProtocolError) {
                let head = try RequestHead(reading: bytes.span, limits: Limits())
                #expect(head.fieldCount == added.count + 2, "seed \(seed)")
                #expect(head.framing == .length(5), "seed \(seed)")
                #expect(bytes[head.path.range].first == UInt8(ascii: "/"), "seed \(seed)")
                for (index, field) in added.enumerated() {
                    let line = head.field(at: index)
                    #expect(Array(field.name.utf8) == Array(bytes[line.name.range]), "seed \(seed)")
                    let blanks: [UInt8] = [0x20, 0x09]
                    let value = field.value.utf8.drop { blanks.contains($0) }
                    let trimmed = Array(value.reversed().drop { blanks.contains($0) }.reversed())
                    #expect(trimmed == Array(bytes[line.value.range]), "seed \(seed)")
                }
            } catch {
                let isOurs =
                    error == .invalidFieldValue || error == .invalidFieldName
                    || error == .invalidMethod || error == .whitespaceBeforeColon
                    || error == .tlsHandshake || error == .bareLineFeed
                #expect(isOurs, "seed \(seed): \(error)")
            }
        }
    }

    // MARK: Randomness

    private func part(_ random: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Z", "/", ":", " ", "\t", "\r", "\n", "\r\n\r\n", "\u{0}", "?", "#", "%", "%0d%0A",
            "é", "😀", "\u{7F}", "HTTP/1.1", "host", "content-length", "=", "&", ",", ";", "\u{16}",
        ]
        return (0..<Int.random(in: 0..<4, using: &random))
            .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }

    private func mutated(
        _ value: JSONValue, rate: Int, _ random: inout SeededGenerator
    ) -> JSONValue {
        if Int.random(in: 0..<rate * 8, using: &random) == 0 {
            return [
                .null, .bool(true), .number(5), .string(""), .string("\r\nx: y"), .array([]),
                .object([:]), .string("{\"Records\":[{}]}"), .string("\u{3000}\u{85}"),
                .string("e\u{301}\u{200D}"), .array([value, value]),
                .array(Array(repeating: .object([:]), count: 60)),
            ].randomElement(using: &random) ?? .null
        }
        switch value {
        case .array(let elements):
            return .array(elements.map { mutated($0, rate: rate, &random) })
        case .object(let members):
            var changed: [String: JSONValue] = [:]
            for (key, member) in members.sorted(by: { $0.key < $1.key })
            where Int.random(in: 0..<rate * 4, using: &random) > 0 {
                changed[key] = mutated(member, rate: rate, &random)
            }
            return .object(changed)
        default: return value
        }
    }

    private func text(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): Samples.quoted(value)
        case .array(let elements): "[" + elements.map(text).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { "\(Samples.quoted($0)):\(text($1))" }.joined(separator: ",") + "}"
        }
    }
}
