// Words of strangers in our sentences.

import Testing

@testable import Basics

@Suite struct OneLineTests {
    @Test(arguments: [
        ("tench, Tinca tinca", "tench, Tinca tinca"), ("a\nb\u{1B}[31m", "a\\u{a}b\\u{1b}[31m"),
        ("\u{2028}é\u{9B}", "\\u{2028}é\\u{9b}"), ("", ""),
    ])
    func `what would begin a line is escaped`(text: String, shown: String) {
        #expect(text.onOneLine() == shown)
    }

    @Test func `what is too long is cut`() {
        #expect("abcd".onOneLine(limit: 3) == "abc…")
        #expect("abc".onOneLine(limit: 3) == "abc")
        // One letter, for people, of a million scalars.
        let letter = "e" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(JSONValue.string(letter).summary.utf8.count < 200)
    }
}
