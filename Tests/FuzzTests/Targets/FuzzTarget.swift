// The fuzz targets. Each takes bytes as an attacker might send them, gives them to the product's
// code, and checks the result.
//
// They are declared once for two users: the fuzzer (Fuzzer/, built by tools/fuzz.sh) looks for
// bytes that break them, and the tests (Replay/) replay what it found. A crash or a hang needs no
// check; a violated promise is thrown as `Violation`.

/// One entry point for untrusted bytes.
struct FuzzTarget: Sendable {
    /// The name of its folder in Corpus/.
    let name: String
    /// Gives the bytes to the product. Throws `Violation` where a promise does not hold. Refusing
    /// the bytes is no violation.
    let run: @Sendable (_ bytes: [UInt8]) throws(Violation) -> Void

    /// All targets.
    static let all = [parameters, symbol, onnx, settings, image, json, http, tensors]

    /// The target of a name.
    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A promise of the product that does not hold.
struct Violation: Error, CustomStringConvertible {
    /// What happened instead.
    let description: String

    /// Creates a violation with a description.
    init(_ description: String) { self.description = description }
}

/// Throws unless a promise holds.
func require(
    _ holds: Bool, _ promise: @autoclosure () -> String
) throws(Violation) {
    if !holds { throw Violation(promise()) }
}

/// Throws unless a person can read the refusal: words, on one line, of a readable length.
func requireReadable(_ sentence: String) throws(Violation) {
    try require(!sentence.isEmpty, "a refusal without words")
    try require(sentence.utf8.count <= 16_384, "a refusal of \(sentence.utf8.count) bytes")
    let isOneLine = sentence.unicodeScalars.allSatisfy { scalar in
        scalar.properties.generalCategory != .control && scalar.value != 0x2028
            && scalar.value != 0x2029
    }
    try require(isOneLine, "a refusal with control characters: \(sentence.debugDescription)")
}
