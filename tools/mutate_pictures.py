"""Damages encoded pictures as transfers, cameras and editors do, from a seed.

Bytes of any format are cut, flipped, inserted, removed; and, by format, segments and chunks are lost,
doubled, exchanged, mislabelled, or followed by something else. Shared by `pillow_cases.py`, which
records what Pillow makes of them.
"""

from mutate_bytes import ANY
from mutate_jpeg import JPEG
from mutate_png import PNG
from mutate_webp import WEBP


def mutation(rng, data):
    """(what was done, bytes): one or two damages."""
    own = JPEG if data.startswith(b"\xff\xd8") else PNG if data.startswith(b"\x89PNG") else WEBP
    names = []
    for _ in range(2 if rng.random() < 0.15 else 1):
        kinds = own if not names and rng.random() < 0.6 else ANY
        kind = kinds[int(rng.integers(0, len(kinds)))]
        names.append(kind.__name__)
        data = kind(rng, data)
        if len(data) < 12:
            break
    return ", ".join(names), data
