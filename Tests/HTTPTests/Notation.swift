// Converts bytes to text for fixtures and transcripts, and back.
//
// Text stands for itself. `\r` `\n` `\t` `\\` and `\xHH` stand for one byte; `\{N:text}` repeats
// the text N times. In an input every line end means CR LF, except after `\`, where it means
// nothing.

/// The notation of the fixtures.
enum Notation {
    /// The text that stands for `bytes`.
    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0x0D: text += "\\r"
            case 0x0A: text += "\\n"
            case 0x09: text += "\\t"
            case UInt8(ascii: "\\"): text += "\\\\"
            case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text
    }

    /// The bytes that lines of an input stand for.
    static func decode(lines: [Substring]) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            var rest = Array(line.utf8)[...]
            let isOpen = line.hasSuffix("\\") && !line.hasSuffix("\\\\")
            if isOpen { rest.removeLast() }
            bytes += decode(&rest)
            if !isOpen { bytes += [0x0D, 0x0A] }
        }
        return bytes
    }

    private static func decode(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                let digits = String(decoding: rest.prefix(2), as: UTF8.self)
                guard let value = UInt8(digits, radix: 16) else { fatalError("\\x\(digits)") }
                rest = rest.dropFirst(2)
                bytes.append(value)
            case UInt8(ascii: "{"): bytes += repetition(&rest)
            default: fatalError("unknown escape in a fixture")
            }
        }
        return bytes
    }

    private static func repetition(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let brace = rest.firstIndex(of: UInt8(ascii: "}")),
            let count = Int(String(decoding: rest[..<colon], as: UTF8.self))
        else { fatalError("a repetition reads \\{N:text}") }
        var text = rest[(colon + 1)..<brace]
        rest = rest[(brace + 1)...]
        let unit = decode(&text)
        return (0..<count).flatMap { _ in unit }
    }
}
