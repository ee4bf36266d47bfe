// AWS's event-stream framing, byte by byte; in the end-to-end tests botocore reads whole streams.

import Basics
import Testing

@testable import Runtime
@testable import Serving

@Suite struct EventStreamTests {
    /// The big-endian number at a place.
    private static func number(_ bytes: [UInt8], _ place: Int) -> Int {
        bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test func `a message is framed by lengths and checksums`() {
        let message = EventStreamMessage.parts(of: Array("hello".utf8))
        #expect(Self.number(message, 0) == message.count)
        let headers = Self.number(message, 4)
        #expect(message.count == 12 + headers + 5 + 4)
        #expect(Self.number(message, 8) == Int(CRC32.of(Array(message[..<8]).span)))
        #expect(Array(message[(12 + headers)...].prefix(5)) == Array("hello".utf8))
        let end = message.count - 4
        #expect(Self.number(message, end) == Int(CRC32.of(Array(message[..<end]).span)))
        // The first header: its name, the type of strings, its value.
        let first = [13] + Array(":message-type".utf8) + [7, 0, 5] + Array("event".utf8)
        #expect(Array(message[12...].prefix(first.count)) == first)
    }

    @Test func `a long answer is split, an empty one is no message`() {
        #expect(EventStreamMessage.parts(of: []) == [])
        let bytes = [UInt8](repeating: 7, count: 300_000)
        let messages = EventStreamMessage.parts(of: bytes)
        var place = 0
        var payload = 0
        while place < messages.count {
            let length = Self.number(messages, place)
            payload += length - 16 - Self.number(messages, place + 4)
            place += length
        }
        #expect(place == messages.count)
        #expect(payload == bytes.count)
    }

    @Test func `the checksum is that of gzip`() {
        // The check value of CRC-32 in the catalogues.
        #expect(CRC32.of(Array("123456789".utf8).span) == 0xCBF4_3926)
    }
}
