// Cases in Markdown: a heading, prose, an `http` block with the input, and a `log` block with the
// expected events.
//
// The files read as a description of what this server accepts; see `Fixtures/README.md` for the
// notation. Words after `http` set limits: `http targetBytes=20`.
// `UPDATE_FIXTURES=1 swift test --filter FixtureTests` writes the actual events of each input into
// its log block. Read every change then: the log blocks are the specification.

import Glibc
import HTTP
import Testing

/// One case of a fixture file.
struct Fixture: Sendable, CustomTestStringConvertible {
    let file: String
    let title: String
    let input: [UInt8]
    let limits: Limits
    let log: [String]
    /// The lines of the file between the fences of the log block.
    let logLines: Range<Int>

    var testDescription: String { "\(file): \(title)" }

    /// The folder of the fixtures, next to this file.
    static let folder = String(#filePath.dropLast("Fixture.swift".count)) + "Fixtures/"

    /// The fixture files.
    static let files = [
        "requests", "targets", "fields", "framing", "chunked", "limits", "connections",
    ]

    /// All cases of all files.
    static let all: [Fixture] = files.flatMap { cases(in: $0) }

    /// The cases of one file.
    static func cases(in file: String) -> [Fixture] {
        let lines = read(folder + file + ".md").split(
            separator: "\n", omittingEmptySubsequences: false)
        var cases: [Fixture] = []
        var title = ""
        var input: (lines: Range<Int>, limits: Limits)?
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            if line.hasPrefix("#") { title = String(line.drop { $0 == "#" || $0 == " " }) }
            guard line.hasPrefix("```") else { continue }
            let start = index
            while index < lines.count, lines[index] != "```" { index += 1 }
            let block = start..<index
            index += 1
            if line.hasPrefix("```http") {
                input = (block, limits(named: line))
            } else if line == "```log" {
                guard let found = input else { fatalError("\(file): log without http: \(title)") }
                cases.append(
                    Fixture(
                        file: file, title: title,
                        input: Notation.decode(lines: Array(lines[found.lines])),
                        limits: found.limits, log: lines[block].map(String.init),
                        logLines: block))
                input = nil
            }
        }
        precondition(input == nil, "\(file): the last http block has no log block")
        return cases
    }

    private static func limits(named line: Substring) -> Limits {
        var limits = Limits()
        for word in line.split(separator: " ").dropFirst() {
            let parts = word.split(separator: "=")
            guard parts.count == 2, let value = Int(parts[1]) else { fatalError("limit: \(word)") }
            switch parts[0] {
            case "headBytes": limits.headBytes = value
            case "fieldCount": limits.fieldCount = value
            case "targetBytes": limits.targetBytes = value
            case "trailerBytes": limits.trailerBytes = value
            case "chunkHeaderBytes": limits.chunkHeaderBytes = value
            case "chunkExtensionBytes": limits.chunkExtensionBytes = value
            default: fatalError("limit: \(word)")
            }
        }
        return limits
    }

    /// Writes the actual events of each input into the log blocks of a file.
    static func rewrite(_ file: String, logs: [[String]]) {
        var lines = read(folder + file + ".md").split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
        for (fixture, log) in zip(cases(in: file), logs).reversed() {
            lines.replaceSubrange(fixture.logLines, with: log)
        }
        write(lines.joined(separator: "\n"), to: folder + file + ".md")
    }

    private static func read(_ path: String) -> String {
        let stream = unsafe fopen(path, "r")
        guard let stream = unsafe stream else { fatalError("no \(path): \(errno)") }
        defer { unsafe fclose(stream) }
        var bytes: [UInt8] = []
        while case let byte = unsafe fgetc(stream), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) {
        let stream = unsafe fopen(path, "w")
        guard let stream = unsafe stream else { fatalError("no \(path): \(errno)") }
        defer { unsafe fclose(stream) }
        unsafe fputs(text, stream)
    }
}
