"""Reads the parts of Markdown documents that tests check: code blocks, examples, links, headings.

It reads the project's own style only: fences of three backticks at the beginning of a line, headings with
hashes, links in one line. It runs nothing and follows no link to the network.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re

from process import ROOT

ANY = "…"
FENCE = "```"
INLINE_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
REFERENCE = re.compile(r"(?<!\])\[([a-z0-9-]+)\](?![(:])")
DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)


@dataclasses.dataclass
class Example:
    """One command, and the output that the document shows for it."""

    command: str
    expected: list[str]
    line: int

    def matches(self, output: str) -> bool:
        """Whether an output matches the one shown. If none is shown, any output matches."""
        if not self.expected:
            return True
        pattern = "".join(
            r"(?:.*\n)*" if line.strip() == ANY
            else ".*".join(map(re.escape, line.rstrip().split(ANY))) + r"\n"
            for line in self.expected)
        lines = [line.rstrip() for line in output.strip("\n").split("\n")]
        return re.fullmatch(pattern, "\n".join(lines) + "\n") is not None


@dataclasses.dataclass
class Block:
    """A fenced block: its language, its lines, and the number of its first line."""

    language: str
    lines: list[str]
    line: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def examples(self) -> list[Example]:
        """The commands of a console block: `$ ` begins one, a backslash at its end continues it."""
        examples: list[Example] = []
        for number, line in enumerate(self.lines, self.line):
            if line.startswith("$ "):
                examples.append(Example(line[2:], [], number))
                continue
            if not examples:
                raise ValueError(f"line {number}: a console block begins with a command")
            last = examples[-1]
            if last.command.endswith("\\") and not last.expected:
                last.command += "\n" + line
            else:
                last.expected.append(line)
        for example in examples:
            while example.expected and not example.expected[-1]:
                example.expected.pop()
        return examples


class Document:
    """One Markdown file."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.name = str(path.relative_to(ROOT))
        self.text = path.read_text()
        self.blocks: list[Block] = []
        self.prose = self._split()

    def _split(self) -> str:
        """Collects the fenced blocks; returns the text without them, line for line."""
        prose: list[str] = []
        block: Block | None = None
        for number, line in enumerate(self.text.splitlines(), 1):
            if not line.startswith(FENCE):
                (prose if block is None else block.lines).append(line)
                continue
            if block is None:
                block = Block(line[len(FENCE):].strip(), [], number + 1)
            else:
                self.blocks.append(block)
                block = None
        if block is not None:
            raise ValueError(f"{self.name}: the block at line {block.line} has no end")
        return "\n".join(prose) + "\n"

    def headings(self) -> list[str]:
        return re.findall(r"^#+ (.+)$", self.prose, re.MULTILINE)

    def anchors(self) -> set[str]:
        """The anchors that GitHub gives to the headings."""
        anchors: set[str] = set()
        for heading in self.headings():
            words = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchor, count = words, 0
            while anchor in anchors:
                count += 1
                anchor = f"{words}-{count}"
            anchors.add(anchor)
        return anchors

    def links(self) -> list[str]:
        """The targets of all links."""
        prose = re.sub(r"`[^`\n]*`", "", self.prose)
        definitions = dict(DEFINITION.findall(prose))
        used = set(REFERENCE.findall(DEFINITION.sub("", prose)))
        return (INLINE_LINK.findall(re.sub(r"\[`?([^\]`]*)`?\]", r"[\1]", prose))
                + [definitions.get(name, f"[{name}]") for name in sorted(used)]
                + [url for name, url in definitions.items() if name not in used])

    def broken(self, link: str) -> str | None:
        """Why a link is broken; None for a good one, or for one into the network."""
        if link.startswith(("https://", "http://")):
            return None
        if link.startswith("["):
            return f"{link} is not defined"
        file, _, anchor = link.partition("#")
        target = (self.path.parent / file).resolve() if file else self.path
        if not target.exists():
            return f"{link}: there is no {target.relative_to(ROOT)}"
        if anchor and anchor not in Document(target).anchors():
            return f"{link}: {target.relative_to(ROOT)} has no such heading"
        return None
