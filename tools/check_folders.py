"""Lists the arrows between the folders of each Swift module, and fails where they form a circle.

    python3 tools/check_folders.py                          all arrows, then the circles
    python3 tools/check_folders.py --circles                the circles only
    python3 tools/check_folders.py --why App/S3 App/Logs    the lines behind S3 -> Logs
    python3 tools/check_folders.py other/Sources            the modules in another folder

A folder points to another of its module when one of its files mentions a type, a function or a
value that a file of the other declares at file level. `Outer.Inner` mentions Outer, and so does an
extension of Outer. A folder also points to another when it uses a member that only extensions in
the other folder declare, of types that are declared elsewhere.

Arrows are drawn level by level. At the level of one folder, each of its subfolders is a box, with
all that is below it, and the folder's own files are one more box, `.`. So a folder and its
subfolder can form a circle.

The checker reads words and knows no types. It does not see:
- operators, subscripts, and functions that are passed on without a call;
- members that are used without the name of their type, if a type's own folder declares them;
- properties of an extension that are used without a dot;
- functions at file level that several folders declare;
- members of an extension whose name and first label a type of the module has too, or an extension
  in another folder, or another module's exports.
It takes a member of the standard library for ours if both have the same name and first label.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import sys
from typing import NamedTuple

from swift_names import TYPES, Declaration, File

# Beyond this many boxes the smallest cut takes too long to find.
LARGEST_CUT = 16


class Mention(NamedTuple):
    """A line of a file in the folder `source` that uses a name which `target` declares."""

    source: str
    target: str
    file: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.name}"


Arrows = dict[tuple[str, str], list[Mention]]


class Module:
    """The Swift files of one module, and what is declared where."""

    def __init__(self, folder: pathlib.Path, sources: pathlib.Path):
        self.name = folder.name
        self.files = [File(path, sources) for path in sorted(folder.rglob("*.swift"))]
        self.at_file_level: dict[str, list[Declaration]] = collections.defaultdict(list)
        self.members: dict[tuple, list[Declaration]] = collections.defaultdict(list)
        self.member_names: dict[str, set[str]] = collections.defaultdict(set)
        for one in (one for file in self.files for one in file.declarations):
            if one.scope.path:
                self.members[one.name, one.label].append(one)
                self.member_names[one.scope.path].add(one.name)
            else:
                self.at_file_level[one.name].append(one)
        # Names that other modules export: a name alone doesn't show whether theirs is used or ours.
        self.members_of_others: set[tuple] = set()

    def mentions(self) -> list[Mention]:
        """The names of another folder that one folder's files use."""
        found = set()
        for file in self.files:
            for index, (word, line) in enumerate(file.tokens):
                used = self.used(file, index) if word.isidentifier() else None
                if used and used.folder != file.folder:
                    name = f"{used.scope.path}.{used.name}".lstrip(".")
                    found.add(Mention(file.folder, used.folder, file.name, line, name))
        return sorted(found)

    def levels(self) -> list[str]:
        """The module's folders: each may hold several boxes."""
        paths = {pathlib.PurePosixPath(file.name) for file in self.files}
        return sorted({str(above) for path in paths for above in path.parents} - {"."})

    def used(self, file: File, index: int) -> Declaration | None:
        """The declaration that the word at `index` refers to; None if it is not ours, or is ambiguous."""
        name, before, base = (file.text(index - back) for back in (0, 1, 2))
        if before == "import":
            return None
        if before == ".":
            if base == self.name and base not in self.at_file_level:
                return self.used_at_file_level(file, index)
            return self.used_member(file, index)
        is_hidden = name in file.hidden or any(
            name in self.member_names[path] for path in file.types_around[index])
        if is_hidden or name not in self.at_file_level:
            return self.used_member(file, index)
        return self.used_at_file_level(file, index)

    def used_at_file_level(self, file: File, index: int) -> Declaration | None:
        name, before, after = (file.text(index + step) for step in (0, -1, 1))
        used = only_folder(visible(self.at_file_level.get(name, []), file))
        if used is None or used.kind in TYPES:
            return used
        if used.kind == "func":
            return used if after == "(" else None
        is_label = before in ("(", ",") and after == ":"
        return None if is_label or before in ("let", "var") else used

    def used_member(self, file: File, index: int) -> Declaration | None:
        """The declaration that the word at `index` refers to, if it is a member that only extensions declare,
        in one folder, and another folder or module has the type."""
        found = visible(self.members_meant(file, index), file)
        used = only_folder(found)
        if used is None or not all(one.scope.is_extension for one in found):
            return None
        if (used.name, used.label) in self.members_of_others:
            return None
        homes = self.at_file_level.get(used.scope.path.split(".")[0], [])
        return None if any(home.folder == used.folder for home in homes) else used

    def members_meant(self, file: File, index: int) -> list[Declaration]:
        """The members that the word at `index` may stand for: `.name`, `.name(label:`,
        `name(label:` inside the type, or `Type(label:`."""
        name, before, after = (file.text(index + step) for step in (0, -1, 1))
        label = file.label(index + 1) if after == "(" else None
        is_type = name[0].isupper()
        found = self.members.get((name, None if is_type else label), [])
        if before == ".":
            return found
        if is_type and label is not None and not found:
            initializers = self.members.get(("init", label), [])
            return [one for one in initializers if one.scope.path.split(".")[-1] == name]
        is_own = any(one.scope.path in file.types_around[index] for one in found)
        return found if is_own and (is_type or label is not None) else []


def visible(found: list[Declaration], file: File) -> list[Declaration]:
    """The declarations that a file can use: private ones only in their own file."""
    return [one for one in found if one.file == file.name or one.access != "private"]


def only_folder(found: list[Declaration]) -> Declaration | None:
    """One of the declarations, if all of them are in one folder."""
    return found[0] if len({one.folder for one in found}) == 1 else None


def read_modules(sources: pathlib.Path) -> list[Module]:
    """The modules with Swift files in a folder."""
    names = {path.relative_to(sources).parts[0] for path in sources.glob("*/**/*.swift")}
    modules = [Module(sources / name, sources) for name in sorted(names)]
    for module in modules:
        module.members_of_others = {
            key for other in modules if other is not module for key, found in other.members.items()
            if any(one.access == "exported" for one in found)}
    return modules


def is_within(folder: str, box: str, other: str = "") -> bool:
    """Whether a folder is in a box. Opposite a box below it, a box is the folder's own files."""
    return folder == box or (folder.startswith(box + "/") and not other.startswith(box + "/"))


def arrows(mentions: list[Mention], level: str) -> Arrows:
    """The arrows between the boxes at one level."""
    found: Arrows = collections.defaultdict(list)
    depth = level.count("/") + 2
    for one in mentions:
        if is_within(one.source, level) and is_within(one.target, level):
            ends = ["/".join(folder.split("/")[:depth]) for folder in (one.source, one.target)]
            if ends[0] != ends[1]:
                found[ends[0], ends[1]].append(one)
    return dict(sorted(found.items()))


def circles(drawn: Arrows) -> list[Arrows]:
    """The strongly connected components: each the arrows among boxes that all reach each other."""
    boxes = {end for arrow in drawn for end in arrow}
    reached = {box: reachable(box, drawn) for box in boxes}
    found = []
    while boxes:
        first = min(boxes)
        circle = {first} | {box for box in reached[first] if first in reached[box]}
        boxes -= circle
        if len(circle) > 1:
            found.append({arrow: drawn[arrow] for arrow in drawn if set(arrow) <= circle})
    return found


def reachable(start: str, drawn: Arrows) -> set[str]:
    """The boxes that the arrows lead to from one of them."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        box = waiting.pop()
        further = {target for source, target in drawn if source == box} - found
        found |= further
        waiting += further
    return found


def smallest_cut(circle: Arrows) -> list[tuple[str, str]]:
    """The arrows that leave no circle when they go, with the fewest mentions together.

    An order of the boxes cuts the arrows that point back in it. The best order of some boxes is one
    box at the end, and before it the best order of the rest."""
    boxes = sorted({end for arrow in circle for end in arrow})
    if len(boxes) > LARGEST_CUT:
        return list(circle)
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for chosen in range(1, 1 << len(boxes)):
        orders = []
        for last in (box for box in range(len(boxes)) if chosen >> box & 1):
            cost, order = best[chosen & ~(1 << last)]
            back = (circle.get((boxes[last], boxes[box]), []) for box in order)
            orders.append((cost + sum(map(len, back)), (*order, last)))
        best[chosen] = min(orders)
    order = [boxes[box] for box in best[(1 << len(boxes)) - 1][1]]
    return [arrow for arrow in circle if order.index(arrow[0]) > order.index(arrow[1])]


def title(arrow: tuple[str, str], drawn: Arrows, level: str) -> str:
    """An arrow with the number of its mentions; `.` is the level's own files."""
    source, target = (end[len(level) + 1:] or "." for end in arrow)
    return f"  {source} -> {target}  {len(drawn[arrow])}"


def print_circle(circle: Arrows, level: str) -> None:
    boxes = sorted({end[len(level) + 1:] or "." for arrow in circle for end in arrow})
    print(f"{level}: a circle of {len(boxes)} folders: {', '.join(boxes)}. Its smallest cut:")
    for arrow in smallest_cut(circle):
        print(title(arrow, circle, level))
        print(*(f"    {mention}" for mention in circle[arrow]), sep="\n")


def main() -> int:
    """Prints the requested lists; returns 1 if there is a circle."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sources", nargs="?", default="Sources", type=pathlib.Path)
    parser.add_argument("--circles", action="store_true", help="print no arrows beside circles")
    parser.add_argument("--why", nargs=2, metavar=("A", "B"), help="print the lines behind A -> B")
    options = parser.parse_args()

    modules = read_modules(options.sources)
    if not modules:
        parser.error(f"{options.sources} holds no folder with Swift files")
    mentions = [one for module in modules for one in module.mentions()]

    if options.why:
        source, target = (str(pathlib.PurePosixPath(name)) for name in options.why)
        for one in mentions:
            if is_within(one.source, source, target) and is_within(one.target, target, source):
                print(one)
        return 0

    drawn = {level: arrows(mentions, level) for module in modules for level in module.levels()}
    for level in (level for level in drawn if drawn[level] and not options.circles):
        print(level, *(title(arrow, drawn[level], level) for arrow in drawn[level]), sep="\n")
    found = [(level, circle) for level in drawn for circle in circles(drawn[level])]
    for level, circle in found:
        print_circle(circle, level)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
