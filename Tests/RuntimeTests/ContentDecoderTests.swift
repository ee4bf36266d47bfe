// Bodies in each coding, split anywhere; what is damaged, truncated, too large or unknown.

import TestSupport
import Testing

@testable import Runtime

@Suite struct ContentDecoderTests {
    /// brotli without compression, RFC 7932 §9.2: each meta-block at most 64 KiB.
    private func brotli(_ bytes: [UInt8]) -> [UInt8] {
        var bits: [Bool] = [false]  // A window of 64 KiB.
        func add(_ value: Int, _ count: Int) { bits += (0..<count).map { value >> $0 & 1 == 1 } }
        func pad() { while bits.count % 8 != 0 { bits.append(false) } }
        for start in stride(from: 0, to: bytes.count, by: 65536) {
            let part = bytes[start..<min(bytes.count, start + 65536)]
            add(0, 1)  // Not the last one.
            add(0, 2)  // Four nibbles of length.
            add(part.count - 1, 16)
            add(1, 1)  // Not compressed.
            pad()
            for byte in part { add(Int(byte), 8) }
        }
        add(3, 2)  // The last one, empty.
        pad()
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<8).reduce(0) { $0 | (bits[start + $1] ? 1 << $1 : 0) }
        }
    }

    private func decode(
        _ bytes: [UInt8], _ codings: [ContentCoding], parts: Int = .max, limit: Int = .max
    ) throws(CodingError) -> [UInt8] {
        let decoder = try ContentDecoder(codings, limit: limit)
        var result: [UInt8] = []
        var start = 0
        while start < bytes.count {
            let part = Array(bytes[start..<min(bytes.count, start + min(parts, bytes.count))])
            start += part.count
            try decoder.decode(part.span) { piece in
                for index in piece.indices { result.append(piece[index]) }
                return true
            }
        }
        try decoder.finish()
        return result
    }

    private func refusal(
        _ bytes: [UInt8], _ codings: [ContentCoding], limit: Int = .max
    ) -> CodingError? {
        do throws(CodingError) {
            _ = try decode(bytes, codings, limit: limit)
            return nil
        } catch {
            return error
        }
    }

    private let samples: [[UInt8]] = {
        var random = SeededGenerator(seed: 11)
        return [
            Array("Amphora".utf8), [UInt8](repeating: 0, count: 300_000),
            (0..<150_000).map { _ in UInt8.random(in: 0...255, using: &random) },
        ]
    }()

    @Test func `bytes come back from each coding, whatever parts they arrive in`() throws {
        for bytes in samples {
            let packed: [([UInt8], [ContentCoding])] = [
                (gzip(bytes), [.gzip]), (deflated(bytes, bits: 15), [.deflate]),
                (deflated(bytes, bits: -15), [.deflate]), (brotli(bytes), [.brotli]),
                (gzip(gzip(bytes)), [.gzip, .gzip]), (brotli(gzip(bytes)), [.gzip, .brotli]),
                (gzip(bytes) + gzip(bytes), [.gzip]), (bytes, []),
            ]
            for (index, (body, codings)) in packed.enumerated() {
                let expected = index == 6 ? bytes + bytes : bytes
                for parts in [1, 1000, .max] where parts > 1 || body.count < 1000 {
                    #expect(try decode(body, codings, parts: parts) == expected, "\(codings)")
                }
            }
        }
    }

    @Test func `real brotli decodes, and a small one can be a bomb`() throws {
        // brotli's own encoder: 1,000,000 zeros.
        let packed: [UInt8] = [
            0x5B, 0x3F, 0x42, 0x8F, 0x7F, 0x02, 0x20, 0x1E, 0x0B, 0x04, 0xF2, 0x73, 0x1E, 0x00,
        ]
        #expect(try decode(packed, [.brotli]) == [UInt8](repeating: 0, count: 1_000_000))
        #expect(
            refusal(packed, [.brotli], limit: 999_999) == .tooLarge(.brotli, limit: 999_999))
    }

    @Test func `what comes out has a limit, in each layer`() {
        let zeros = [UInt8](repeating: 0, count: 1_000_000)
        #expect(refusal(gzip(zeros), [.gzip], limit: 1_000_000) == nil)
        #expect(
            refusal(gzip(zeros), [.gzip], limit: 999_999) == .tooLarge(.gzip, limit: 999_999))
        let twice = gzip(gzip(samples[2] + zeros))
        #expect(
            refusal(twice, [.gzip, .gzip], limit: 100_000) == .tooLarge(.gzip, limit: 100_000))
    }

    @Test(arguments: [ContentCoding.gzip, .deflate, .brotli])
    func `a body cut short anywhere is known to be`(_ coding: ContentCoding) {
        let bytes = samples[0]
        let packed =
            switch coding {
            case .gzip: gzip(bytes)
            case .deflate: deflated(bytes, bits: -15)
            default: brotli(bytes)
            }
        for count in 1..<packed.count {
            #expect(refusal(Array(packed[..<count]), [coding]) == .truncated(coding), "\(count)")
        }
    }

    @Test func `an empty body is empty in every coding`() throws {
        #expect(try decode([], [.gzip]) == [])
    }

    @Test func `what follows the end is ignored`() throws {
        let bytes = samples[0]
        #expect(try decode(gzip(bytes) + [0, 0, 7], [.gzip]) == bytes)
        #expect(try decode(deflated(bytes, bits: 15) + [1], [.deflate]) == bytes)
        #expect(try decode(brotli(bytes) + [1], [.brotli]) == bytes)
    }

    @Test func `another format of deflate data than the named one is recognised`() throws {
        let bytes = samples[0]
        #expect(try decode(gzip(bytes), [.deflate]) == bytes)
        #expect(try decode(deflated(bytes, bits: 15), [.gzip]) == bytes)
    }

    @Test func `damage is named`() {
        var packed = gzip(samples[2])
        packed[packed.count - 5] ^= 1
        #expect(
            refusal(packed, [.gzip]) == .damaged(.gzip, reason: "incorrect data check"))
        #expect(
            refusal(Array("plain".utf8), [.gzip])
                == .damaged(.gzip, reason: "it does not begin as gzip does"))
        #expect(
            refusal([0xFF, 0xFF, 0xFF], [.brotli])
                == .damaged(.brotli, reason: "it is not valid brotli"))
        #expect(refusal(packed, [.unsupported("zstd")]) == .unsupported(.unsupported("zstd")))
    }

    @Test(arguments: [
        ("gzip", [ContentCoding.gzip]), ("X-GZIP", [.gzip]), ("deflate, br", [.deflate, .brotli]),
        ("gzip\r\nContent-Encoding: gzip", [.gzip, .gzip]), ("identity", []), ("", []),
        ("aws-chunked", []), ("gzip,aws-chunked", [.gzip]), ("utf-8", []), ("base64", []),
        ("zstd", [.unsupported("zstd")]),
        ("gzip,gzip,gzip,gzip,gzip", [.unsupported("5 codings at once")]),
    ])
    func `the field is a list, in one line or several`(
        _ field: String, _ codings: [ContentCoding]
    ) {
        let head = "Content-Type: image/png\r\ncontent-encoding: \(field)\r\n\r\n"
        #expect(ContentCoding.list(in: TransferHeaders(Array(head.utf8))) == codings)
    }
}
