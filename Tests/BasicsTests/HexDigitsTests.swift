import Basics
import Testing

@Suite struct HexDigitsTests {
    @Test func `every byte is a digit or none`() {
        for byte in UInt8.min...UInt8.max {
            let expected = Int(String(UnicodeScalar(byte)), radix: 16)
            #expect(byte.hexadecimalValue.map(Int.init) == expected)
        }
    }

    @Test func `every byte has two digits`() {
        for byte in UInt8.min...UInt8.max {
            for uppercase in [false, true] {
                var text: [UInt8] = []
                text.append(hexadecimalByte: byte, uppercase: uppercase)
                let digits = String(byte, radix: 16, uppercase: uppercase)
                #expect(String(decoding: text, as: UTF8.self) == (byte < 16 ? "0" : "") + digits)
            }
        }
    }
}
