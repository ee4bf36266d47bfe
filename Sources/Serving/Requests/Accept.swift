// Whether the client accepts the answer's type: the Accept field (RFC 9110 §12.5.1).
//
// Of several media ranges that match a type, the most specific decides, in any order:
// `application/json;q=0, */*` accepts anything but JSON. Preferences among types are ignored, since
// every body has one type of answer.

/// Whether an Accept field allows one of `names`. No field, or an empty one, allows everything.
func accepts(_ accept: String?, anyOf names: [String]) -> Bool {
    guard let accept, accept != "*/*" else { return true }
    // The common cases: what most clients send, and the default for a missing field.
    if names.contains(accept) { return true }
    let ranges = accept.split(separator: ",").compactMap(MediaRange.init)
    return ranges.isEmpty || names.contains { MediaRange.quality(of: $0, in: ranges) > 0 }
}

/// Which of several types an Accept field prefers, each given by its names: the one of the highest
/// quality, the first of equals. `nil` if it allows none.
func preferred(_ types: [[String]], by accept: String?) -> Int? {
    let ranges = (accept ?? "").split(separator: ",").compactMap(MediaRange.init)
    guard !ranges.isEmpty else { return types.isEmpty ? nil : 0 }
    let qualities = types.map { names in
        names.map { MediaRange.quality(of: $0, in: ranges) }.max() ?? 0
    }
    guard let best = qualities.max(), best > 0 else { return nil }
    return qualities.firstIndex(of: best)
}

extension BodyKind {
    /// Throws if the client does not accept the type of the answer to such a body.
    func requireAccepted(by accept: String?) throws(Failure) {
        guard accepts(accept, anyOf: answerNames) else {
            throw Failure(
                .notAcceptable,
                "the answer is \(answerNames[0]), which is not among the accepted types, "
                    + "“\((accept ?? "").prefix(60))”")
        }
    }
}

/// One element of an Accept field.
private struct MediaRange {
    let name: String
    let quality: Double

    /// `nil` for the empty elements that lists may have (RFC 9110 §5.6.1).
    init?(_ element: Substring) {
        name = mediaType(of: String(element))
        guard !name.isEmpty else { return nil }
        quality = element.split(separator: ";").dropFirst().lazy.compactMap(Self.weight).first ?? 1
    }

    /// The weight of a type, from the most specific range that matches it; 0 if none does.
    static func quality(of type: String, in ranges: [MediaRange]) -> Double {
        let anySubtype = type.prefix { $0 != "/" } + "/*"
        for name in [type, String(anySubtype), "*/*"] {
            if let range = ranges.first(where: { $0.name == name }) { return range.quality }
        }
        return 0
    }

    /// The weight in "q=0.5"; one that can't be read is ignored.
    private static func weight(_ parameter: Substring) -> Double? {
        let parts = parameter.split(separator: "=").map { $0.filter { !$0.isWhitespace } }
        guard parts.count == 2, parts[0].lowercased() == "q" else { return nil }
        return Double(parts[1])
    }
}
