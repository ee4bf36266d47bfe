"""tools/check_folders.py: which mentions are arrows between folders."""

from __future__ import annotations

import check_folders
import pytest


@pytest.fixture
def arrows(tree):
    """The arrows between the folders of a tree: `A -> B: name` for each mention."""
    def found(files: dict[str, str]) -> list[str]:
        modules = check_folders.read_modules(tree(files))
        return [f"{one.source} -> {one.target}: {one.name}"
                for module in modules for one in module.mentions()]
    return found


B = {"M/B/Thing.swift": "struct Thing { struct Part {} }"}
ARROW = ["M/A -> M/B: Thing"]


@pytest.mark.parametrize("text", [
    "let one: Thing",
    "let one = Thing()",
    "let one: [String: Thing?]",
    "let one: Thing.Part",
    "let one = M.Thing()",
    "extension Thing {}",
    "extension Thing.Part {}",
    "struct One: Thing {}",
    "func one() { let two = 0...Thing.last }",
    "let one = \\Thing.path",
    "let one: `Thing`",
    "struct One<Key: P<Thing>> {}",
    "@Thing var one: Int",
    "#if os(Linux)\nlet one: Thing\n#endif",
    r'let one = "text \(Thing.name) text"',
    r'let one = "text \(f("inner \(Thing.name)")) text"',
    'let one = """\n  text "quoted" \\(Thing.name)\n  """',
    r'let one = #"text \(text) \#(Thing.name)"#',
    '/* one /* two */ three */ let one: Thing',
    'let one = "a // b"; let two: Thing',
    r'let one = "a \" b"; let two: Thing',
    'let one = #"""quoted""#; let two: Thing',
    'let one = #"""\n"#\n"""#; let two: Thing',
    "let one = 1 / 2; let two: Thing",
])
def test_a_type_that_another_folder_declares_is_an_arrow(arrows, text):
    assert arrows({"M/A/One.swift": text, **B}) == ARROW


@pytest.mark.parametrize("text", [
    "// Thing",
    "/* Thing /* Thing */ Thing */",
    'let one = "Thing"',
    'let one = "\\\\(Thing)"',
    'let one = """\n  "Thing" Thing\n  """',
    r'let one = #"\(Thing) " Thing"#',
    'let one = #""Thing""#',
    "let one = Other.Thing()",
    "let one = value.Thing",
    "import Thing",
    "struct One { enum Thing {}; let two: Thing }",
    "struct One { typealias Thing = Int; func f() -> Thing { 0 } }",
    "extension One { let two: Thing }\nstruct One { enum Thing {} }",
    "func one<Thing>(_ two: Thing) {}",
    "struct One<Key, Thing: P<Key>> { let two: Thing }",
    "struct One<Key: P<() -> Int>, Thing> { let two: Thing }",
    "func one() { struct Thing {}; let two = Thing() }",
    "private struct Thing {}\nlet one: Thing",
    "let one: Things",
])
def test_what_only_looks_like_its_name_is_none(arrows, text):
    assert arrows({"M/A/One.swift": text, **B}) == []


@pytest.mark.parametrize("declaration", [
    "struct Thing {}", "public final class Thing {}", "indirect enum Thing {}", "protocol Thing {}",
    "actor Thing {}", "typealias Thing = Int", "struct Thing<Value> {}",
    "private struct Other {}\nstruct Thing {}",
    "#if A\nstruct Thing {}\n#else\nstruct Thing {}\n#endif",
])
def test_every_kind_of_type_counts(arrows, declaration):
    assert arrows({"M/A/One.swift": "let one: Thing", "M/B/Thing.swift": declaration}) == ARROW


@pytest.mark.parametrize("declaration", [
    "private struct Thing {}", "fileprivate struct Thing {}", "private final class Thing {}",
    "private typealias Thing = Int", "struct Other { struct Thing {} }",
    "private extension Other { struct Thing {} }", "func other() { struct Thing {} }",
    "// struct Thing {}", 'let text = "struct Thing {}"', "import struct Thing.Other",
])
def test_what_other_files_cannot_name_is_none(arrows, declaration):
    assert arrows({"M/A/One.swift": "let one: Thing", "M/B/Thing.swift": declaration}) == []


def test_a_private_setter_hides_nothing(arrows):
    assert arrows({"M/A/One.swift": "let one = shared",
                   "M/B/Shared.swift": "private(set) var shared = 1"}) == ["M/A -> M/B: shared"]


def test_private_types_of_one_name_in_two_folders_make_no_arrow(arrows):
    text = "private struct State {}\nlet state: State"
    assert arrows({"M/A/One.swift": text, "M/B/Two.swift": text}) == []


def test_a_type_of_another_module_makes_no_arrow(arrows):
    assert arrows({"M/A/One.swift": "let one: Thing", "N/B/Thing.swift": "struct Thing {}"}) == []


def test_functions_and_values_at_file_level_count(arrows):
    found = arrows({
        "M/A/One.swift": "let one = measure(2) + limit",
        "M/B/Two.swift": "func measure(_ x: Int) -> Int { x }\nlet limit = 1",
    })
    assert found == ["M/A -> M/B: limit", "M/A -> M/B: measure"]


@pytest.mark.parametrize("text", [
    "let one = form.measure(2)",
    "func one(measure: Int) -> Int { measure }",
    "struct One { func measure() {}; func two() { measure() } }",
    "private func measure() {}\nfunc one() { measure() }",
    "let one = two(limit: 3)",
    "func one() { let limit = 3 }",
])
def test_variables_labels_and_methods_of_their_names_do_not(arrows, text):
    assert arrows({"M/A/One.swift": text,
                   "M/B/Two.swift": "func measure() {}\nlet limit = 1"}) == []


def test_a_function_that_two_folders_declare_may_be_either(arrows):
    measure = "func measure() {}"
    assert arrows({"M/A/One.swift": "let one = measure()",
                   "M/B/Two.swift": measure, "M/C/Three.swift": measure}) == []


# Members that extensions add

@pytest.mark.parametrize("declaration, use, name", [
    ("extension Duration { var asText: String { \"\" } }", "let a = b.asText", "Duration.asText"),
    ("extension Duration { var asText: String { \"\" } }", "let a = b.map(\\.asText)",
     "Duration.asText"),
    ("extension Array { func add(decimal n: Int) {} }", "let a = b.add(decimal: 1)", "Array.add"),
    ("extension Array { func add(decimal n: Int) {} }",
     "extension Array { func c() { add(decimal: 1) } }", "Array.add"),
    ("extension String { init(hex: Int) {} }", "let a = String(hex: 1)", "String.init"),
    ("extension String { init?<T>(hex: T) {} }", "let a: String = .init(hex: 1)", "String.init"),
    ("extension String { enum Case { case a } }", "let a: String.Case", "String.Case"),
    ("extension String { enum Case { case a } }", "let a = String.Case(b: 1)", "String.Case"),
    ("extension Array { var sum: Int { 0 } }", "class A { class func b() { let sum = c.sum } }",
     "Array.sum"),
])
def test_a_member_that_only_an_extension_has_is_an_arrow(arrows, declaration, use, name):
    assert arrows({"M/A/One.swift": use, "M/B/Two.swift": declaration}) == [f"M/A -> M/B: {name}"]


def test_a_member_added_to_another_folders_type_is_an_arrow(arrows):
    found = arrows({
        "M/A/One.swift": "struct One {}\nfunc use(_ one: One) { one.report() }",
        "M/B/Two.swift": "extension One { func report() {} }",
    })
    assert found == ["M/A -> M/B: One.report", "M/B -> M/A: One"]


@pytest.mark.parametrize("declaration, use", [
    ("private extension Array { func add(decimal n: Int) {} }", "let a = b.add(decimal: 1)"),
    ("extension Array { private func add(decimal n: Int) {} }", "let a = b.add(decimal: 1)"),
    ("extension Array { func add(decimal n: Int) {} }", "let a = b.add(1)"),
    ("extension Array { func add(decimal n: Int) {} }", "let a = add(decimal: 1)"),
    ("extension Array { func add(_ n: Int) {} }",
     "struct One { func add(_ n: Int) {} }\nlet a = b.add(1)"),
    ("extension Array { func add(_ n: Int) {} }", "let a = b.add()"),
    ("extension Array { func add() {} }\nstruct Two { func add() {} }", "let a = b.add()"),
    ("extension Array { var sum: Int { 0 } }", "extension Array { func c() -> Int { sum } }"),
    ("extension String { init(hex: Int) {} }", "let a = Other(hex: 1)"),
    ("struct Two {}\nextension Two { func add() {} }", "let a = b.add()"),
])
def test_a_member_that_may_be_another_is_none(arrows, declaration, use):
    assert arrows({"M/A/One.swift": use, "M/B/Two.swift": declaration}) == []


@pytest.mark.parametrize("other, count", [
    ("struct Other { package func add() {} }", 0),
    ("package protocol Other { func add() }", 0),
    ("package enum Other { case other, add() }", 0),
    ("package struct Other { func add() {} }", 1),
    ("struct Other { func add() {} }", 1),
])
def test_a_member_that_another_module_exports_may_be_meant(arrows, other, count):
    found = arrows({"M/A/One.swift": "let a = b.add()", "N/Other.swift": other,
                    "M/B/Two.swift": "extension Array { func add() {} }"})
    assert len(found) == count
