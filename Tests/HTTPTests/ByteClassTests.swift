import HTTP
import Testing

/// Every byte at every position of an eight-byte word, against the grammar as the RFCs print it.
@Suite struct ByteClassTests {
    private let tokenCharacters = Set(
        Array("!#$%&'*+-.^_`|~0123456789".utf8)
            + Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8))

    /// The event of a head made of `before`, then `byte` at `offset` of 20 letters, then `after`.
    private func event(
        _ before: String, _ byte: UInt8, at offset: Int, _ after: String, memory: GuardedMemory
    ) -> ServerProtocol.Event {
        var run = [UInt8](repeating: UInt8(ascii: "k"), count: 20)
        run[offset] = byte
        let input = Array(before.utf8) + run + Array(after.utf8)
        var connection = ServerProtocol(limits: Limits())
        var head = RequestHead()
        return memory.withBytes(input[...]) { connection.receive($0, head: &head).event }
    }

    @Test func `bytes of a method, a target, a name and a value`() {
        let memory = GuardedMemory(capacity: 4096)
        for byte in UInt8.min...UInt8.max {
            for offset in 0..<20 {
                let rest = " / HTTP/1.1\r\nHost: a\r\n\r\n"
                let method = event("", byte, at: offset, rest, memory: memory)
                #expect((method == .head) == tokenCharacters.contains(byte), "\(byte) \(offset)")

                let target = event(
                    "GET /", byte, at: offset, " HTTP/1.1\r\nHost: a\r\n\r\n", memory: memory)
                let isVisible = 0x21...0x7E ~= byte && byte != UInt8(ascii: "#")
                #expect((target == .head) == isVisible, "\(byte) \(offset)")

                let line = "GET / HTTP/1.1\r\nHost: a\r\n"
                let name = event(line, byte, at: offset, ": b\r\n\r\n", memory: memory)
                let endsName = byte == UInt8(ascii: ":") && offset > 0
                #expect(
                    (name == .head) == (tokenCharacters.contains(byte) || endsName),
                    "\(byte) \(offset)")

                let value = event(line + "b: ", byte, at: offset, "\r\n\r\n", memory: memory)
                let isText = byte == 9 || byte >= 0x20 && byte != 0x7F
                #expect((value == .head) == isText, "\(byte) \(offset)")
            }
        }
    }

    @Test func `known field names differ in no byte`() {
        // A name with one bit changed is another name, except for the bit of case.
        for (name, value) in [("Host", "b"), ("Content-Length", "x"), ("Transfer-Encoding", "x")] {
            for offset in 0..<name.utf8.count {
                for bit in 0..<8 {
                    var changed = Array(name.utf8)
                    changed[offset] ^= 1 << bit
                    guard tokenCharacters.contains(changed[offset]) else { continue }
                    let input =
                        Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + changed
                        + Array(": \(value)\r\n\r\n".utf8)
                    var connection = ServerProtocol(limits: Limits())
                    var head = RequestHead()
                    let event = connection.receive(input.span, head: &head).event
                    let isLetter =
                        name.utf8[name.utf8.index(name.utf8.startIndex, offsetBy: offset)]
                        != UInt8(ascii: "-")
                    #expect((event != .head) == (bit == 5 && isLetter), "\(name) \(offset) \(bit)")
                }
            }
        }
    }
}
