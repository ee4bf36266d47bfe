"""Reads Swift files for tools/check_folders.py: their words, and what they declare.

It parses enough of the grammar to tell code from comments and strings, and the inside of a type from
the inside of a function. It does not know regular expressions between slashes. It reports no errors:
source that doesn't compile gives some words, too.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from typing import NamedTuple

BODIES = {"struct", "class", "enum", "protocol", "actor"}
TYPES = BODIES | {"typealias", "associatedtype"}
VALUES = {"let", "var", "case"}
FUNCTIONS = {"func", "init", "subscript"}
KEYWORDS = TYPES | VALUES | FUNCTIONS | {"extension", "import"}
TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*)|(?P<comment>/\*)|(?P<string>#*\"(?:\"\")?)"
    r"|(?P<code>\.\.[.<]|->|`\w+`|\w+|.)", re.DOTALL)
ACCESS = {"private": "private", "fileprivate": "private", "package": "exported",
          "public": "exported"}
COMMENT_SIGN = re.compile(r"/\*|\*/")


class Token(NamedTuple):
    text: str
    line: int


class Scope(NamedTuple):
    """A pair of braces: a type's body or extension, or code (`path` is None). `access` applies to the
    declarations inside that have none of their own."""

    path: str | None
    is_extension: bool = False
    access: str = ""


class Declaration(NamedTuple):
    """`scope.path` is `""` at file level. `label` is that of the first argument: `_` if it has no
    label, `""` without arguments, None for what isn't called. `access` is `"private"` for what only
    its file can use, `"exported"` for what other modules can, else `""`."""

    name: str
    kind: str
    label: str | None
    scope: Scope
    access: str
    folder: str
    file: str


def read_code(text: str, at: int, found: list[Token], is_interpolation: bool = False) -> int:
    """Appends the words and signs from `at` on, without comments and strings, but with what is
    interpolated into strings. Returns where it stopped: at the end or behind an interpolation."""
    depth, line, counted = 0, 1, 0
    while at < len(text):
        match = TOKEN.match(text, at)
        line, counted = line + text.count("\n", counted, at), at
        at = match.end()
        if match["comment"]:
            at = end_of_comment(text, at)
        elif match["string"]:
            at = read_string(text, at, match["string"], found)
        elif match["code"]:
            depth += {"(": 1, ")": -1}.get(match["code"], 0)
            if is_interpolation and depth < 0:
                return at
            word = match["code"].strip("`")
            found.append(Token(match["code"] if word in KEYWORDS else word, line))
    return at


def end_of_comment(text: str, at: int) -> int:
    """Returns where the block comment ends whose opening sign ends at `at`. Such comments nest."""
    depth = 1
    for sign in COMMENT_SIGN.finditer(text, at):
        depth += 1 if sign[0] == "/*" else -1
        if depth == 0:
            return sign.end()
    return len(text)


def read_string(text: str, at: int, opening: str, found: list[Token]) -> int:
    """Skips the string whose `opening` quotes end at `at`, but reads its interpolations."""
    hashes = "#" * opening.count("#")
    quotes, escape = opening[len(hashes):], "\\" + hashes
    if hashes and '"' + hashes in text[at - 2:].partition("\n")[0] and quotes == '"""':
        at, quotes = at - 2, '"'  # as in #""quoted""#
    ending = quotes + hashes
    while at < len(text) and not text.startswith(ending, at):
        if text.startswith(escape + "(", at):
            at = read_code(text, at + len(escape) + 1, found, is_interpolation=True)
        else:
            at += len(escape) + 1 if text.startswith(escape, at) else 1
    return at + len(ending)


class File:
    """One Swift file: its tokens, the types around each token, and its declarations."""

    def __init__(self, path: pathlib.Path, sources: pathlib.Path):
        self.name = path.relative_to(sources).as_posix()
        self.folder = path.parent.relative_to(sources).as_posix()
        self.tokens: list[Token] = []
        self.types_around: list[tuple[str, ...]] = []
        self.declarations: list[Declaration] = []
        # Generic parameters and types inside functions hide other types of their names. They are
        # rare, so they do it in their whole file.
        self.hidden: set[str] = set()
        read_code(path.read_text(encoding="utf-8"), 0, self.tokens)
        self.read_scopes()

    def text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def read_scopes(self) -> None:
        code, file_level = Scope(None), Scope("")
        scopes, entered, access = [file_level], code, ""
        for index, (word, _) in enumerate(self.tokens):
            self.types_around.append(tuple(scope.path for scope in scopes if scope.path))
            if word == "{":
                scopes.append(entered)
                entered = code
            elif word == "}" and len(scopes) > 1:
                scopes.pop()
            elif word in ACCESS and self.text(index + 2) != "set":
                access = ACCESS[word]
            elif word in KEYWORDS and self.declares(index):
                access = access or scopes[-1].access
                if word in BODIES:
                    path = ".".join(self.types_around[-1][-1:] + (self.text(index + 1),))
                    is_inherited = access == "private" or word in ("protocol", "enum")
                    entered = Scope(path, False, access if is_inherited else "")
                elif word == "extension":
                    entered = Scope(self.path(index + 1), True, access)
                if word not in ("extension", "import"):
                    self.declare(index, scopes[-1], access)
                access = ""

    def declares(self, index: int) -> bool:
        """Whether a keyword begins a declaration; not so in `.init`, `class func`, `actor: x`."""
        word, before, after = self.text(index), self.text(index - 1), self.text(index + 1)
        if before in (".", "import", "let", "var", "case", "<", ",") or after == ":":
            return False
        return word not in TYPES or (after.isidentifier() and after not in KEYWORDS)

    def declare(self, index: int, scope: Scope, access: str) -> None:
        """Adds what the keyword at `index` declares: many names after `case`, `let` and `var`."""
        kind = self.text(index)
        at = index if kind in ("init", "subscript") else index + 1
        if kind in TYPES | FUNCTIONS:
            self.hidden.update(self.generic_parameters(at + 1))
        if scope.path is None:
            self.hidden.update({self.text(at)} if kind in TYPES else ())
            return
        while True:
            opening = self.opening(at) if kind in FUNCTIONS | {"case"} else None
            label = None if opening is None else self.label(opening, kind)
            self.declarations.append(Declaration(
                self.text(at), kind, label, scope, access, self.folder, self.name))
            last = at if opening is None else self.closing(opening)
            if kind not in VALUES or self.text(last + 1) != ",":
                return
            at = last + 2

    def path(self, at: int) -> str:
        """The dotted name at `at`."""
        names = [self.text(at)]
        while self.text(at + 1) == ".":
            at += 2
            names.append(self.text(at))
        return ".".join(names)

    def generic_parameters(self, at: int) -> Iterator[str]:
        depth = 0
        for index in range(at, self.closing(at) if self.text(at) == "<" else at):
            depth += {"<": 1, ">": -1}.get(self.text(index), 0)
            if depth == 1 and self.text(index) in ("<", ","):
                yield self.text(index + 1)

    def opening(self, at: int) -> int | None:
        """The index of the parenthesis after the name at `at` and its `?`, `!` or `<…>`."""
        at += 2 if self.text(at + 1) in ("?", "!") else 1
        at = self.closing(at) + 1 if self.text(at) == "<" else at
        return at if self.text(at) == "(" else None

    def closing(self, at: int) -> int:
        """The index of the sign that closes the one at `at`."""
        opening, depth = self.text(at), 0
        closing = {"(": ")", "<": ">"}[opening]
        for index in range(at, len(self.tokens)):
            depth += {opening: 1, closing: -1}.get(self.text(index), 0)
            if depth == 0:
                return index
        return len(self.tokens)

    def label(self, opening: int, kind: str = "call") -> str:
        """The label of the first argument after a parenthesis, as a Declaration has it."""
        first, second = self.text(opening + 1), self.text(opening + 2)
        if first == ")":
            return ""
        return first if second == ":" or (kind in FUNCTIONS and second.isidentifier()) else "_"
