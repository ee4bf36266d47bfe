// Python's literals and the part of YAML that settings are written in.

import Testing

@testable import Basics

@Suite struct LiteralTests {
    private static func python(_ text: String) throws -> JSONValue {
        try JSONValue(pythonLiteral: Array(text.utf8), maxValues: 100)
    }

    private static func yaml(_ text: String) throws -> JSONValue {
        try JSONValue(yaml: Array(text.utf8), maxValues: 100)
    }

    @Test func `Python's literals are read`() throws {
        #expect(
            try Self.python(#"{0: 'cat', 1: "dog's", 2: 'a\'b\n\x41\u00e9',}"#)
                == .object(["0": .string("cat"), "1": .string("dog's"), "2": .string("a'b\nAé")]))
        #expect(
            try Self.python("[1, -2.5, 1e3, True, False, None, (1,), (2), ()]")
                == .array([
                    .number(1), .number(-2.5), .number(1000), .bool(true), .bool(false), .null,
                    .array([.number(1)]), .number(2), .array([]),
                ]))
    }

    @Test(arguments: [
        "", "{", "{0: 'a'", "{0 'a'}", "['a' 'b']", "{0: 'a', 0: 'b'}", "__import__('os')", "'a",
        "'\\q'",
        "'\\ud800'", "inf", "nan", "1_0", "{(1, 2): 3}", "[1]]", "'a\nb'", "b'x'",
    ]) func `anything else is refused`(_ text: String) {
        #expect(throws: InputError.self) { try Self.python(text) }
    }

    @Test func `depth and number are limited`() {
        #expect(throws: InputError.self) { try Self.python(String(repeating: "[", count: 100_000)) }
        let many = "[" + String(repeating: "1,", count: 101) + "]"
        #expect(throws: InputError.self) { try Self.python(many) }
        #expect(throws: InputError.self) { try Self.yaml(String(repeating: "[", count: 100_000)) }
        #expect(throws: InputError.self) {
            try Self.yaml(String(repeating: "- ", count: 100) + "a")
        }
    }

    @Test func `settings in YAML are read`() throws {
        let text = """
            # an exporter's
            ---
            PreProcess:
              transform_ops:
              - ResizeImage:
                  resize_short: 256   # shorter side
              - NormalizeImage:
                  scale: 1.0/255.0
                  mean: [0.485, 0.456,
                    0.406]
                  std:
                  - 0.229
                  order: ''
              - ToCHWImage: null
              - {CropImage: {size: 224, "to": 'it''s'}}
            labels:
            - 'a: b'
            - dog's # not a quote
            - "\\u00e9"
            - -
            -
              - x
            flag: True
            none: ~
            """
        let expected: JSONValue = .object([
            "PreProcess": .object([
                "transform_ops": .array([
                    .object(["ResizeImage": .object(["resize_short": .number(256)])]),
                    .object([
                        "NormalizeImage": .object([
                            "scale": .string("1.0/255.0"),
                            "mean": .array([.number(0.485), .number(0.456), .number(0.406)]),
                            "std": .array([.number(0.229)]), "order": .string(""),
                        ])
                    ]),
                    .object(["ToCHWImage": .null]),
                    .object([
                        "CropImage": .object(["size": .number(224), "to": .string("it's")])
                    ]),
                ])
            ]),
            "labels": .array([
                .string("a: b"), .string("dog's"), .string("é"), .array([.null]),
                .array([.string("x")]),
            ]),
            "flag": .bool(true), "none": .null,
        ])
        #expect(try Self.yaml(text) == expected)
        #expect(try Self.yaml("- a\n- b") == .array([.string("a"), .string("b")]))
        #expect(
            try Self.yaml("a:\n- 1\n- 2\nb: 3")
                == .object(["a": .array([.number(1), .number(2)]), "b": .number(3)]))
    }

    @Test(arguments: [
        ("a: &x 1", "line 1"), ("a: 1\nb: *x", "line 2"), ("a: |\n  text", "line 1"),
        ("a: !!int 1", "line 1"),
        ("a: 1\n  b: 2", "line 2"), ("a: 1\na: 2", "line 2"), ("a:\n\t- 1", "line 2"),
        ("a: [1", "line 1"),
        ("a: 'x", "line 1"), ("a: b: c", "line 1"), ("x\ny", "line 2"),
        ("a: 1\n---\nb: 2", "line 2"),
        ("a: {b 1}", "line 1"), ("- a\nb: 1", "line 2"), ("", "empty"),
    ]) func `other YAML is refused by its line`(_ text: String, _ part: String) {
        #expect { try Self.yaml(text) } throws: { "\($0)".contains(part) }
    }
}
