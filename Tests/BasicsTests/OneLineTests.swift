// Text from outside, quoted in our sentences.

import Testing

@testable import Basics

@Suite struct OneLineTests {
    @Test(arguments: [
        ("tench, Tinca tinca", "tench, Tinca tinca"), ("a\nb\u{1B}[31m", "a\\u{a}b\\u{1b}[31m"),
        ("\u{2028}é\u{9B}", "\\u{2028}é\\u{9b}"), ("", ""),
    ])
    func `characters that would begin a line are escaped`(text: String, shown: String) {
        #expect(text.onOneLine() == shown)
    }

    @Test func `long text is truncated`() {
        #expect("abcd".onOneLine(limit: 3) == "abc…")
        #expect("abc".onOneLine(limit: 3) == "abc")
        // A million scalars that form one grapheme cluster.
        let letter = "e" + String(repeating: "\u{301}", count: 1_000_000)
        #expect(JSONValue.string(letter).summary.utf8.count < 200)
    }
}
