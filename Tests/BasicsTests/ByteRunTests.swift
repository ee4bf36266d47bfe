import Basics
import Testing

/// Runs of every length, with every byte at every position, against a loop over single bytes.
@Suite struct ByteRunTests {
    private static let mark = UInt8(ascii: "x")

    private static func isMember(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != mark }

    /// The flags also mark spaces, which the exact test then accepts.
    private static func endOfRun(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
        bytes.span.endOfRun(from: start, to: end, of: isMember) {
            $0.flagsOfBytes(below: 0x21) | $0.flagsOfBytes(equalTo: mark)
        }
    }

    private static func endOfRunByBytes(_ bytes: [UInt8], from start: Int, to end: Int) -> Int {
        (start..<end).first { !isMember(bytes[$0]) } ?? end
    }

    @Test func `a run ends at the first byte that is no member`() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var bytes = [UInt8](repeating: UInt8(ascii: "k"), count: 20)
                bytes[place] = byte
                if place != 2 { bytes[2] = 0x20 }
                for start in 0...9 {
                    for end in [start, 11, 16, 19, 20] where end >= start {
                        let expected = Self.endOfRunByBytes(bytes, from: start, to: end)
                        let found = Self.endOfRun(bytes, from: start, to: end)
                        if found != expected { #expect(found == expected, "\(byte) \(place)") }
                    }
                }
            }
        }
    }

    @Test func `the first of a byte is found at every place, whatever its neighbours are`() {
        for byte in UInt8.min...UInt8.max {
            for neighbour in [byte &- 1, byte &+ 1, byte ^ 0x80, 0, 0xFF] where neighbour != byte {
                for place in 0..<20 {
                    var bytes = [UInt8](repeating: neighbour, count: 20)
                    #expect(bytes.span.firstIndex(of: byte, from: 0, to: 20) == 20)
                    bytes[place] = byte
                    bytes[19] = byte
                    #expect(bytes.span.firstIndex(of: byte, from: 0, to: 20) == place)
                }
            }
        }
    }

    @Test func `flags are never too few, and none comes before the first true one`() {
        for limit in UInt8(1)...0x80 {
            for byte in UInt8.min...UInt8.max {
                for place in 0..<8 {
                    let others = UInt64.all(0xFF) & ~(0xFF &<< (8 * UInt64(place)))
                    let word = others | UInt64(byte) &<< (8 * UInt64(place))
                    let flags = word.flagsOfBytes(below: limit)
                    let first = flags == 0 ? nil : flags.trailingZeroBitCount / 8
                    let expected = byte < limit ? place : nil
                    if first != expected { #expect(first == expected, "\(limit) \(byte) \(place)") }
                }
            }
        }
    }
}
