// Matches a request's path with a pattern such as `/v2/models/{model}/infer`.
//
// Works on the bytes of the path, part by part. What a pattern names in braces is taken out and
// percent-decoded; it is one part, or the beginning of one: `{model}:predict`.

internal import Basics
internal import HTTP

/// The model that a path names.
struct ModelReference: Equatable, Sendable {
    let name: String
    /// `nil`: the latest.
    var version: String?
}

/// A path with names in it. Any thread.
struct PathPattern: Sendable {
    private enum Part: Sendable {
        case word([UInt8])
        /// The name of what is taken out, and what must follow it in the same part.
        case capture(String, suffix: [UInt8])
    }

    private let parts: [Part]

    /// Reads a pattern.
    init(_ path: String) {
        parts = path.dropFirst().split(separator: "/").map { part in
            guard part.first == "{", let end = part.firstIndex(of: "}") else {
                return .word(Array(part.utf8))
            }
            let name = String(part[part.index(after: part.startIndex)..<end])
            return .capture(name, suffix: Array(part[part.index(after: end)...].utf8))
        }
    }

    /// The ranges of what a path holds where the pattern has names, in order; `nil` if the path is
    /// another.
    func captures(_ path: Range<Int>, in bytes: Span<UInt8>) -> [(name: String, Range<Int>)]? {
        var rest = path
        var found: [(name: String, Range<Int>)] = []
        guard rest.popSlash(in: bytes) else { return nil }
        for (index, part) in parts.enumerated() {
            if index > 0, !rest.popSlash(in: bytes) { return nil }
            let end = rest.first { bytes[$0] == UInt8(ascii: "/") } ?? rest.upperBound
            let text = rest.lowerBound..<end
            switch part {
            case .word(let word): guard text.spells(word, in: bytes) else { return nil }
            case .capture(let name, let suffix):
                let cut = text.upperBound - suffix.count
                guard cut > text.lowerBound, (cut..<text.upperBound).spells(suffix, in: bytes)
                else {
                    return nil
                }
                let taken = text.lowerBound..<cut
                // A colon begins a verb, so it ends a name.
                guard !taken.contains(where: { bytes[$0] == UInt8(ascii: ":") }) else { return nil }
                found.append((name, taken))
            }
            rest = end..<rest.upperBound
        }
        return rest.isEmpty ? found : nil
    }
}

extension ModelReference {
    /// What a pattern's names say of a model; `nil` where they name none. Throws `badRequest` for an
    /// escape that is no UTF-8.
    init?(
        _ captures: [(name: String, Range<Int>)], in bytes: Span<UInt8>
    ) throws(Failure) {
        var values: [String: String] = [:]
        for (name, range) in captures where name == "model" || name == "version" {
            let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
            guard let decoded = PercentEncoding.decoded(component: text) else {
                throw Failure(
                    .badRequest, "the \(name) “\(text.prefix(60))” in the path is not UTF-8")
            }
            values[name] = decoded
        }
        guard let name = values["model"] else { return nil }
        self.init(name: name, version: values["version"])
    }
}

extension Range<Int> {
    /// Whether the bytes at these indices are these.
    fileprivate func spells(_ word: [UInt8], in bytes: Span<UInt8>) -> Bool {
        guard count == word.count else { return false }
        for offset in 0..<count where bytes[lowerBound + offset] != word[offset] { return false }
        return true
    }

    /// Goes past a slash; `false` if there is none.
    fileprivate mutating func popSlash(in bytes: Span<UInt8>) -> Bool {
        guard let first, bytes[first] == UInt8(ascii: "/") else { return false }
        self = lowerBound + 1..<upperBound
        return true
    }
}
