// AWS's event-stream framing, in which `InvokeEndpointWithResponseStream` answers.
//
//     total length │ length of headers │ CRC of these two │ headers │ payload │ CRC of all before
//
// All numbers are big-endian. Of the ten types of header values, only strings are written here.
// Source: "Amazon Event Stream", smithy.io/2.0/aws/amazon-eventstream.html.

internal import Basics
internal import Runtime

/// Messages of an event stream.
enum EventStreamMessage {
    /// The type of a whole answer.
    static let contentType: StaticString = "application/vnd.amazon.eventstream"
    /// The longest payload of one message: small enough for every reader, large enough to cost
    /// little.
    private static let longestPayload = 128 * 1024
    private static let typeOfStrings: UInt8 = 7
    /// The headers of each `PayloadPart`.
    private static let headers: [UInt8] =
        header(":message-type", "event") + header(":event-type", "PayloadPart")
        + header(":content-type", "application/octet-stream")

    /// Bytes as one or more `PayloadPart` messages; no bytes give no message.
    static func parts(of bytes: [UInt8]) -> [UInt8] {
        var messages: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            messages += message(rest.prefix(longestPayload))
            rest = rest.dropFirst(longestPayload)
        }
        return messages
    }

    private static func message(_ payload: ArraySlice<UInt8>) -> [UInt8] {
        let length = 4 + 4 + 4 + headers.count + payload.count + 4
        var message: [UInt8] = []
        message.reserveCapacity(length)
        message += bigEndian(UInt32(length)) + bigEndian(UInt32(headers.count))
        message += bigEndian(CRC32.of(message.span))
        message += headers
        message += payload
        message += bigEndian(CRC32.of(message.span))
        return message
    }

    private static func header(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [typeOfStrings]
            + bigEndian(UInt16(value.utf8.count)) + Array(value.utf8)
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (1...number.bitWidth / 8).map { byte in
            UInt8(truncatingIfNeeded: number >> (number.bitWidth - 8 * byte))
        }
    }
}
