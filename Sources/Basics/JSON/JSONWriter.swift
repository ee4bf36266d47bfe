// Writes JSON: compact, keys in the order they are written, UTF-8 (RFC 8259).
//
// FoundationEssentials' encoder does not keep the order of keys, and answers must be equal byte for
// byte.

/// Builds one JSON text.
package struct JSONWriter {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// An empty text.
    package init() {}

    /// Writes `{…}`.
    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes `[…]` with one element for each of `elements`.
    package mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        close(UInt8(ascii: "]"))
    }

    /// Writes a key; its value follows.
    package mutating func key(_ name: String) {
        separate()
        string(name.utf8Span.span)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a key and a string.
    package mutating func field(_ name: String, _ value: String) {
        key(name)
        element(value)
    }

    /// Writes a key and a string, given as UTF-8 bytes.
    package mutating func field(_ name: String, utf8 text: Span<UInt8>) {
        key(name)
        string(text)
        needsComma = true
    }

    /// Writes a key and a whole number.
    package mutating func field(_ name: String, _ value: Int) {
        key(name)
        bytes.append(decimal: value)
        needsComma = true
    }

    /// Writes a key and a value that is JSON already.
    package mutating func field(_ name: String, raw value: String) {
        key(name)
        bytes += value.utf8
        needsComma = true
    }

    /// Writes a string as an element or a key's value.
    package mutating func element(_ value: String) {
        separate()
        string(value.utf8Span.span)
        needsComma = true
    }

    /// Writes a whole number as an element or a key's value.
    package mutating func element(number: Int) {
        separate()
        bytes.append(decimal: number)
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func string(_ text: Span<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices where Self.isEscaped(text[index]) {
            append(text.extracting(start..<index))
            escape(text[index])
            start = index + 1
        }
        append(text.extracting(start..<text.count))
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(_ run: Span<UInt8>) {
        unsafe run.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0..<0x20, 0x7F:
            bytes += "u00".utf8
            bytes.append(hexadecimalByte: byte)
        default: bytes.append(byte)
        }
    }
}
