"""The lines of `container/test` as JUnit XML: `python container/junit.py LINES FILE`."""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main(lines: str, file: str) -> None:
    suite = ElementTree.Element("testsuite", name="container")
    for line in pathlib.Path(lines).read_text().splitlines():
        state, _, rest = line.partition(" - ")
        what, _, why = rest.partition(": ")
        case = ElementTree.SubElement(suite, "testcase", classname="container", name=what)
        if state != "ok":
            tag = "skipped" if state == "skip" else "failure"
            ElementTree.SubElement(case, tag, message=why)
    ElementTree.ElementTree(suite).write(file, encoding="unicode", xml_declaration=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
