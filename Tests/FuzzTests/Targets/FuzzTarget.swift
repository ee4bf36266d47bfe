// What is fuzzed: each target takes bytes as a stranger might send them, gives them to the product's
// own code, and checks what comes back.
//
// Declared once, for two users: the fuzzer (Fuzzer/, built by tools/fuzz.sh), which looks for bytes
// that break them, and the tests (Replay/), which give them again whatever was found. A crash or a hang
// is seen by whoever runs a target; a promise that is not kept is thrown as `Violation`.

/// One way in.
struct FuzzTarget: Sendable {
    /// As the folder of its corpus is called.
    let name: String
    /// Gives the bytes to the product. Throws `Violation` where a promise is not kept; that the
    /// bytes are refused is none.
    let run: @Sendable (_ bytes: [UInt8]) throws(Violation) -> Void

    /// All there are.
    static let all = [parameters, symbol, onnx, settings, image, json, http]

    /// The one of a name.
    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise of the product's that does not hold.
struct Violation: Error, CustomStringConvertible {
    /// What was found instead.
    let description: String

    /// Creates a violation in words.
    init(_ description: String) { self.description = description }
}

/// Throws unless a promise holds.
func require(
    _ holds: Bool, _ promise: @autoclosure () -> String
) throws(Violation) {
    if !holds { throw Violation(promise()) }
}

/// Throws unless a refusal can be shown to a person: words, on one line, of a length to be read.
func requireReadable(_ sentence: String) throws(Violation) {
    try require(!sentence.isEmpty, "a refusal without words")
    try require(sentence.utf8.count <= 16_384, "a refusal of \(sentence.utf8.count) bytes")
    let isOneLine = sentence.unicodeScalars.allSatisfy { scalar in
        scalar.properties.generalCategory != .control && scalar.value != 0x2028
            && scalar.value != 0x2029
    }
    try require(isOneLine, "a refusal with control characters: \(sentence.debugDescription)")
}
