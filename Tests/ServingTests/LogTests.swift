// Log lines, byte for byte, read from a pipe.

import Basics
import FoundationEssentials
import Glibc
import Testing

@testable import Serving

@Suite struct LogTests {
    /// The lines that `write` logs, read back from a pipe.
    private func lines(
        _ format: LogFormat, _ level: LogLevel = .trace, _ write: (Log) -> Void
    ) throws -> String {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let noon = WallTime(seconds: 1_795_348_800, nanoseconds: 7_999_999)
        write(Log(format: format, level: level, descriptor: ends[1], now: { noon }))
        close(ends[1])
        defer { close(ends[0]) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while case let count = unsafe read(ends[0], &chunk, chunk.count), count > 0 {
            text += chunk[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `text for people`() throws {
        let text = try lines(.text) { log in
            log.info("POST /invocations", ["status": .number(200), "took": .milliseconds(1.2345)])
            log.warn("slow", ["id": .text("abc")])
            log.error("no")
        }
        #expect(
            text == """
                2026-11-22T12:00:00.007Z info  POST /invocations status=200 took=1.235ms
                2026-11-22T12:00:00.007Z warn  slow id=abc
                2026-11-22T12:00:00.007Z error no

                """)
    }

    @Test func `JSON for machines`() throws {
        let text = try lines(.json) { log in
            log.warn(
                "a \"b\"\n",
                ["n": .number(-1), "took": .milliseconds(0.0004), "id": .text("é\u{1B}")])
        }
        #expect(
            text
                == #"{"timestamp":"2026-11-22T12:00:00.007Z","level":"WARN","message":"a \"b\"\n","#
                + #""n":-1,"tookMs":0.000,"id":"é\u001b"}"# + "\n")
    }

    @Test(arguments: [
        ("no query", "no query"), ("“b?X-Amz-Signature=1” is no name", "“b?…” is no name"),
        ("not \"https://h/p?s=1&t=2\"; why?", "not \"https://h/p?…\"; why?…"),
        ("?\u{308}s=1 or ?s=2 or", "?… or ?… or"),
    ])
    func `sentences without queries`(_ sentence: String, _ told: String) {
        #expect(sentence.withoutQueries == told)
    }

    @Test(arguments: [
        ("https://h/p?s=1", "https://h/p"), ("https://h/p#s", "https://h/p"),
        ("https://h/p?\u{308}s=1", "https://h/p"), ("https://u:s@h/p@q", "https://h/p@q"),
        ("https:/u:s@h/p", "https:/h/p"), ("https:u:s@h", "https:h"),
        ("https:\\\\u:s@\u{308}h/", "https:\\\\\u{308}h/"), ("s3://b/k@1:2", "s3://b/k@1:2"),
        ("p@h/q", "p@h/q"), ("", ""),
    ])
    func `URIs without secrets`(_ uri: String, _ told: String) {
        #expect(uri.withoutURLSecrets == told)
    }

    @Test func `nothing from outside forges a line, a field or a colour`() throws {
        let text = try lines(.text) { log in
            log.info(
                "a\nb\r\u{2028}",
                [
                    "id": .text("x status=200"), "quote": .text("\""), "empty": .text(""),
                    "esc": .text("\u{1B}[31m\u{9B}31m"),
                ])
        }
        #expect(
            text == "2026-11-22T12:00:00.007Z info  a\\u{a}b\\u{d}\\u{2028} id=\"x status=200\" "
                + "quote=\"\\\"\" empty=\"\" esc=\\u{1b}[31m\\u{9b}31m\n")
    }

    @Test(arguments: [(LogLevel.trace, 3), (.info, 3), (.warn, 2), (.error, 1), (.fatal, 0)])
    func `less important lines are left out`(_ level: LogLevel, _ count: Int) throws {
        let text = try lines(.text, level) { log in
            log.info("a")
            log.warn("b")
            log.error("c")
        }
        #expect(text.split(separator: "\n").count == count)
    }

    @Test func `lines of a turn leave together`() throws {
        var asked = 0
        let text = try lines(.text) { log in
            log.flushSoon = { asked += 1 }
            log.info("a")
            log.info("b")
            #expect(asked == 1)
            log.flush()
            log.info("c")
            #expect(asked == 2)
            log.flush()
        }
        #expect(text.split(separator: "\n").map(\.last) == ["a", "b", "c"])
    }

    @Test func `a log that is not read blocks nothing`() {
        let log = Log(format: .text, level: .info, descriptor: -1)
        for _ in 0..<100 { log.info("lost") }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a reader that pauses blocks nothing, and gets whole lines`()
        throws
    {
        var ends: [CInt] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        let log = Log(format: .text, level: .info, descriptor: ends[1])
        let filling = String(repeating: "x", count: 1000)
        for number in 0..<5000 { log.info(filling, ["number": .number(number)]) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        /// Reads what is in the pipe.
        func readAll() {
            var polled = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while unsafe poll(&polled, 1, 0) > 0,
                case let count = unsafe read(ends[0], &chunk, chunk.count), count > 0
            {
                text += chunk[..<count]
            }
        }
        for _ in 0..<100 {
            readAll()
            log.flush()
        }
        log.info("the last")
        readAll()
        close(ends[1])
        close(ends[0])
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        let full = lines.filter { $0.contains(filling + " number=") }
        // The lines that had room, none of them damaged, followed by later ones.
        #expect(full.count > Log.bufferMax / 1100 && full.count < 2000)
        #expect(full.count == lines.count - 1 && lines.last?.hasSuffix("the last") == true)
        for (number, line) in full.enumerated() { #expect(line.hasSuffix("=\(number)")) }
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
        (1_735_689_599, "2024-12-31T23:59:59.000Z"), (4_107_542_399, "2100-02-28T23:59:59.000Z"),
        (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    ])
    func `timestamps`(_ seconds: Int, _ text: String) {
        #expect(WallTime(seconds: seconds, nanoseconds: 0).rfc3339 == text)
    }

    @Test func `the present is after this was written`() {
        #expect(WallTime.now().seconds > 1_760_000_000)
    }
}
