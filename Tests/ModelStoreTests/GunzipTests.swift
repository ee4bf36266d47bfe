// Decompression of gzip, split anywhere; input that is not gzip, or is truncated.

import TestSupport
import Testing

@testable import ModelStore

@Suite struct GunzipTests {
    private func gunzip(_ bytes: [UInt8], parts: Int = .max) throws(ArchiveError) -> [UInt8] {
        var gunzip = Gunzip()
        var result: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let part = Array(bytes[start..<min(bytes.count, start + min(parts, bytes.count))])
            start += part.count
            try gunzip.inflate(part.span) { piece throws(ArchiveError) in
                for index in piece.indices { result.append(piece[index]) }
            }
        }
        try gunzip.finish()
        return result
    }

    private func refusal(_ bytes: [UInt8]) -> ArchiveError? {
        do throws(ArchiveError) {
            _ = try gunzip(bytes)
            return nil
        } catch {
            return error
        }
    }

    private let text = Array("Amphora ".utf8)

    @Test func `bytes come back, whatever parts they arrive in`() throws {
        let zeros = [UInt8](repeating: 0, count: 300_000)
        var random = SeededGenerator(seed: 7)
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for bytes in [[], text, zeros, noise] {
            let packed = gzip(bytes)
            #expect(try gunzip(packed) == bytes)
            #expect(try gunzip(packed, parts: 1) == bytes)
            #expect(try gunzip(packed, parts: 1000) == bytes)
        }
    }

    @Test func `members after each other are one file, zeros behind it are nothing`() throws {
        let two = gzip(text) + gzip([]) + gzip(text)
        #expect(try gunzip(two) == text + text)
        #expect(try gunzip(two + [0, 0, 0], parts: 3) == text + text)
        #expect(refusal(two + [0, 0, 1]) == .trailing)
        #expect(refusal(two + [1]) == .trailing)
    }

    @Test func `a file cut short anywhere is known to be`() {
        let packed = gzip(text + text)
        for count in packed.indices {
            #expect(refusal(Array(packed[..<count])) == .truncated, "\(count)")
        }
    }

    @Test func `damage is found, at the latest by the checksum`() {
        let packed = gzip(text + text)
        // After the header, whose times and flags are ignored.
        for index in 10..<packed.count {
            var damaged = packed
            damaged[index] ^= 0x41
            #expect(refusal(damaged) != nil, "\(index)")
        }
    }

    @Test func `the error names input that is not gzip`() {
        #expect(refusal(Array("PK\u{3}\u{4}".utf8)) == .notGzip(looksLike: "a zip file"))
        #expect(refusal(Array("<html>".utf8)) == .notGzip(looksLike: "a web page"))
        #expect(refusal(Array("model.onnx".utf8)) == .notGzip(looksLike: nil))
    }

    @Test func `an error of the receiver ends it, for good`() throws {
        var gunzip = Gunzip()
        let packed = gzip(text)
        func attempt() -> ArchiveError? {
            do throws(ArchiveError) {
                try gunzip.inflate(packed.span) { _ throws(ArchiveError) in
                    throw .tooLarge(limit: 1)
                }
                return nil
            } catch {
                return error
            }
        }
        #expect(attempt() == .tooLarge(limit: 1))
        guard case .damaged? = attempt() else {
            Issue.record("it went on")
            return
        }
    }
}
