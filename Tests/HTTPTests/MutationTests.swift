// Randomly mutated fixtures. The machine reports events or an error and never traps, and it reports
// the same however the bytes are split. The seed is printed, so that a failure can be reproduced.

import HTTP
import TestSupport
import Testing

@Suite struct MutationTests {
    /// Words that a byte-wise mutation would rarely produce.
    private static let dictionary: [[UInt8]] = [
        "\r\n", "\n", "\r", "\r\n\r\n", ":", " ", "\t", "\0", ";", "\"", "\\", ",", "?", "#",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n",
        "Connection: close\r\n", "Expect: 100-continue\r\n", "HTTP/1.0", "HTTP/1.1", "http://",
        "0\r\n\r\n", "5\r\nhello\r\n", "FFFFFFFFFFFFFFFF", "9223372036854775808", "chunked", "gzip",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ].map { Array($0.utf8) }

    private static func mutate(_ input: [UInt8], with random: inout SeededGenerator) -> [UInt8] {
        Mutation.of(input, longest: 8, using: &random) { bytes, range, random in
            let word = dictionary.randomElement(using: &random) ?? []
            bytes.insert(contentsOf: word, at: range.lowerBound)
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `mutated fixtures give events or errors, the same for every cut`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let fixtures = Fixture.all.filter { $0.input.count < 400 }
        let replays = fixtures.map { Replay(limits: $0.limits) }
        for round in 0..<5000 {
            let index = Int.random(in: 0..<fixtures.count, using: &random)
            let input = MutationTests.mutate(fixtures[index].input, with: &random)
            let whole = replays[index].transcript(of: input)
            var cuts = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Int.random(in: 0...input.count, using: &random)
            }
            cuts.sort()
            if round % 16 == 0 { cuts = Array(0...input.count) }
            let pieces = replays[index].transcript(of: input, cuts: cuts)
            if whole != pieces {
                #expect(
                    whole == pieces,
                    "seed \(seed), round \(round), cuts \(cuts): \(Notation.encode(input))")
                return
            }
        }
    }
}
