// The strict JSON parser for requests: what it accepts, where it reports an error, and its limits.

import FoundationEssentials
import Testing

@testable import Basics

@Suite struct JSONReaderTests {
    private func read(_ text: String, maxValues: Int = 10_000) throws(InputError) -> JSONValue {
        try JSONValue(reading: Array(text.utf8), maxValues: maxValues)
    }

    private func complaint(_ text: String, maxValues: Int = 10_000) -> String? {
        do throws(InputError) {
            _ = try read(text, maxValues: maxValues)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `every sort of value is read`() throws {
        let text = """
            \u{FEFF} {"s": "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀", "n": -12.5e-1,
             "l": [true, false, null, [], {}, 0, 1E+2], "": ""}
            """
        #expect(
            try read(text)
                == .object([
                    "s": .string("a\"\\/\u{8}\u{c}\n\r\té😀é😀"), "n": .number(-1.25),
                    "l": .array([
                        .bool(true), .bool(false), .null, .array([]), .object([:]), .number(0),
                        .number(100),
                    ]), "": .string(""),
                ]))
    }

    @Test func `numbers beyond a double become infinite or zero`() throws {
        #expect(
            try read("[1e999, -1e999, 1e-999]")
                == .array([.number(.infinity), .number(-.infinity), .number(0)]))
    }

    @Test(arguments: [
        ("", "it is empty"),
        (" \n\t ", "it is empty"),
        ("{\"uri\":}", "line 1, column 8: expected a value, found “}”"),
        ("{\"uri\": \"x\",}", "line 1, column 13: expected a key in double quotes, found “}”"),
        ("{uri: 1}", "line 1, column 2: expected a key in double quotes, found “u”"),
        ("{\n  \"a\": 1\n  \"b\": 2}", "line 3, column 3: expected “,” or “}”, found “\"”"),
        ("{\"a\" 1}", "line 1, column 6: expected “:” after a key, found “1”"),
        ("[1,]", "line 1, column 4: expected a value, found “]”"),
        ("[1 2]", "line 1, column 4: expected “,” or “]”, found “2”"),
        ("[1", "line 1, column 3: expected “,” or “]”, the text ends"),
        ("{} {}", "line 1, column 4: expected the end of the text, found “{”"),
        ("'a'", "line 1, column 1: expected a value, found “'”"),
        ("nul", "line 1, column 1: expected a value, found “n”"),
        ("[NaN]", "line 1, column 2: expected a value, found “N”"),
        ("01", "line 1, column 1: a number begins with 0"),
        ("-", "line 1, column 2: expected a digit, the text ends"),
        ("1.", "line 1, column 3: expected a digit, the text ends"),
        ("[1e+]", "line 1, column 5: expected a digit, found “]”"),
        ("\"abc", "line 1, column 5: expected the string's closing quote, the text ends"),
        (
            "\"a\nb\"",
            "line 1, column 3: expected the string to go on, or its closing quote, found a line break"
        ),
        ("\"\\q\"", "line 1, column 3: expected one of \"\\/bfnrtu after “\\”, found “q”"),
        ("\"\\", "line 1, column 3: expected one of \"\\/bfnrtu after “\\”, the text ends"),
        (
            "\"\\u12g4\"",
            "line 1, column 6: expected four hexadecimal digits after “\\u”, found “g”"
        ),
        ("\"é\\ud800\"", "line 1, column 3: a \\u escape is half of a surrogate pair"),
        ("\"\\ud800\\u0041\"", "line 1, column 2: a \\u escape is half of a surrogate pair"),
        ("\"\\ud800\\ue000\"", "line 1, column 2: a \\u escape is half of a surrogate pair"),
        ("\"\\udc00\"", "line 1, column 2: a \\u escape is half of a surrogate pair"),
        ("{\"a\": 1, \"a\": 2}", "line 1, column 10: the key \"a\" is given twice"),
        ("é", "line 1, column 1: expected a value, found a character that is not ASCII"),
        ("\u{1}", "line 1, column 1: expected a value, found a blank or control character"),
    ])
    func `faults are named with their place`(_ text: String, _ expected: String) {
        #expect(complaint(text) == expected)
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]])
    func `bytes that are not UTF-8 are refused`(_ bytes: [UInt8]) {
        #expect(throws: InputError("line 1, column 1: a string is not UTF-8")) {
            try JSONValue(reading: bytes, maxValues: 10)
        }
    }

    /// Strings are scanned eight bytes at a time; the end of a run must be found at every position.
    @Test(arguments: ["\\n", "\u{1F}", "\u{0}"])
    func `special characters in strings are found at every position`(_ mark: String) {
        for count in 0..<26 {
            for place in 0..<count {
                var text = Array(String(repeating: place % 2 == 0 ? "a" : "é", count: count))
                text.insert(contentsOf: mark, at: place)
                let read = try? JSONValue(
                    reading: Array("[\"\(String(text))\"]".utf8), maxValues: 2)
                let expected = String(text).replacing("\\n", with: "\n")
                #expect(
                    read == (mark.first == "\\" ? .array([.string(expected)]) : nil),
                    "\(count) \(place)")
            }
        }
    }

    @Test func `depth is bounded without a deep stack`() {
        let nested = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(complaint(nested(128)) == nil)
        #expect(complaint(nested(129)) == "line 1, column 129: it nests deeper than 128")
        #expect(
            complaint(String(repeating: "{\"a\":", count: 1_000_000))
                == "line 1, column 641: it nests deeper than 128")
    }

    @Test func `the number of values is bounded`() {
        #expect(complaint("[1,2,3]", maxValues: 4) == nil)
        #expect(
            complaint("[1,2,3]", maxValues: 3) == "line 1, column 6: it holds more than 3 values")
    }

    @Test func `what Python's reader takes is taken`() {
        for text in JSONMutations.accepted { #expect(complaint(text) == nil, "\(text)") }
    }

    @Test func `what Python's reader refuses is refused`() {
        for text in JSONMutations.refused { #expect(complaint(text) != nil, "\(text)") }
    }

    @Test func `values are the same as the library's`() throws {
        for text in JSONMutations.accepted {
            let library = try JSONDecoder().decode(LibraryValue.self, from: Data(text.utf8))
            #expect(try read(text) == library.value, "\(text)")
        }
    }
}

/// The value that Foundation reads from the same document.
private struct LibraryValue: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let value: JSONValue

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            value = .object(
                try object.allKeys.reduce(into: [:]) { values, key in
                    values[key.stringValue] = try object.decode(LibraryValue.self, forKey: key)
                        .value
                })
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !list.isAtEnd { values.append(try list.decode(LibraryValue.self).value) }
            value = .array(values)
        } else {
            let single = try decoder.singleValueContainer()
            if single.decodeNil() {
                value = .null
            } else if let bool = try? single.decode(Bool.self) {
                value = .bool(bool)
            } else if let number = try? single.decode(Double.self) {
                value = .number(number)
            } else {
                value = .string(try single.decode(String.self))
            }
        }
    }
}
