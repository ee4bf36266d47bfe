"""Random pictures that Python and the Swift tests make alike, so that a recording need not hold them.

A 64-bit linear congruential generator (Knuth's MMIX constants) gives a byte from each state; a *hard*
picture has only black and white. Results are kept as FNV-1a hashes.
"""

import numpy as np

MULTIPLIER, INCREMENT, MASK = 6364136223846793005, 1442695040888963407, (1 << 64) - 1


def picture(height: int, width: int, channels: int, seed: int, hard: bool) -> np.ndarray:
    """Bytes in the shape height, width, channels."""
    values = np.empty(height * width * channels, np.uint8)
    state = seed
    for place in range(values.size):
        state = (state * MULTIPLIER + INCREMENT) & MASK
        values[place] = (state >> 33) & 255
    if hard:
        values = np.where(values > 127, 255, 0).astype(np.uint8)
    return values.reshape(height, width, channels)


def fnv(data: bytes) -> str:
    """FNV-1a of 64 bits, in hexadecimal."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & MASK
    return f"{value:016x}"
