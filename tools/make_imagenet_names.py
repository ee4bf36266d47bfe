#!/usr/bin/env python3
"""Writes Sources/Inference/Exporters/ImageNetNames.swift from timm's own list of names.

    python3 -m venv .venv && .venv/bin/pip install timm==1.0.31
    .venv/bin/python tools/make_imagenet_names.py

timm's configurations leave the names of ImageNet's 1,000 classes to the library, so we need them,
as it writes them. The output is committed; running this again must not change it.
"""

import pathlib

import timm.data

TARGET = pathlib.Path(__file__).resolve().parent.parent / "Sources/Inference/Exporters/ImageNetNames.swift"
WIDTH = 150

HEAD = '''// The names of ImageNet's 1,000 classes, as timm 1.0.31 gives them (Apache-2.0; the names are
// WordNet's, by Princeton University): `timm.data.ImageNetInfo("imagenet-1k").label_descriptions()`.
//
// timm's configurations, and transformers' with them, leave these names to the library. Written by
// tools/make_imagenet_names.py.

extension Labels {
    /// ImageNet's names, split when they are asked for.
    static var imageNet: Labels {
        Labels(names: imageNetText.split(separator: ";").map { String($0) })
    }

    private static let imageNetText: String = """
'''


def main():
    info = timm.data.ImageNetInfo("imagenet-1k")
    names = info.label_descriptions()
    assert len(names) == 1000 and not any(";" in name or "\\" in name or '"' in name for name in names)
    lines, line = [], ""
    for name in names:
        piece = name + ";"
        if len(line) + len(piece) > WIDTH:
            lines.append(line)
            line = ""
        line += piece
    lines.append(line.rstrip(";"))
    body = "\\\n".join("        " + line for line in lines)
    TARGET.write_text(HEAD + body + '\n        """\n}\n')


if __name__ == "__main__":
    main()
