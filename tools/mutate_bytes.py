"""Damages to bytes of any format, for `mutate_pictures.py`: cut, flipped, inserted, removed."""

SAMSUNG = (b"\0\0\x01\n\x0e\0\0\0Image_UTC_Data1700000000000SEFHj\0\0\0\x01\0\0\0\0\0\x01\n#\0\0\0#\0\0\0"
           b"\x18\0\0\0SEFT")
JUNK = (b"\0" * 512, b"\r\n", b"<html>not found</html>", b"\xff", b"\xff\xd8\xff\xe0", SAMSUNG,
        b"\xff\xd9\xff\xd9", b"PK\x03\x04" + bytes(40), b"\xff\xc0\0\x05\x08", b"IEND\xaeB`\x82")


def place(rng, data, first=0):
    return int(rng.integers(first, max(first + 1, len(data))))


def some(rng, largest):
    return rng.integers(0, 256, int(rng.integers(1, largest + 1)), dtype="uint8").tobytes()


def on_parts(split, join, change):
    """A damage to the parts of a file, as one to its bytes."""
    def damage(rng, data):
        parts = split(data)
        change(rng, parts)
        return join(parts)
    damage.__name__ = change.__name__
    return damage


def lost(rng, parts):
    del parts[place(rng, parts)]


def doubled(rng, parts):
    parts.insert(place(rng, parts), parts[place(rng, parts)])


def exchanged(rng, parts):
    one, other = place(rng, parts), place(rng, parts)
    parts[one], parts[other] = parts[other], parts[one]


REARRANGED = (lost, doubled, exchanged)


def cut(rng, data):
    return data[: place(rng, data)]


def cut_the_end(rng, data):
    return data[: len(data) - int(rng.integers(1, 24))]


def flipped(rng, data):
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        out[place(rng, data, 2)] ^= 1 << int(rng.integers(0, 8))
    return bytes(out)


def overwritten(rng, data):
    at, new = place(rng, data, 2), some(rng, 12)
    return data[:at] + new + data[at + len(new):]


def inserted(rng, data):
    at = place(rng, data, 2)
    return data[:at] + some(rng, 8) + data[at:]


def removed(rng, data):
    at = place(rng, data, 2)
    return data[:at] + data[at + int(rng.integers(1, 24)):]


def blanked(rng, data):
    at, length = place(rng, data, 2), int(rng.integers(1, 200))
    out = bytearray(data)
    out[at:at + length] = bytes(len(out[at:at + length]))
    return bytes(out)


def followed(rng, data):
    return data + JUNK[int(rng.integers(0, len(JUNK)))]


ANY = (cut, cut_the_end, flipped, flipped, overwritten, inserted, removed, blanked, followed)
