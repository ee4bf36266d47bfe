// The known name that the user probably meant, for errors about an unknown one.

/// The known name nearest to a word; `nil` if `known` is empty.
package func nearestName(to word: String, among known: [String]) -> String? {
    known.min { distance($0, word) < distance($1, word) }
}

/// The number of single-character edits from one word to another (Levenshtein's distance).
private func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b.prefix(64))
    var row = Array(0...b.count)
    for (i, character) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let substituted = diagonal + (character == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
