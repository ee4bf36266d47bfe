"""Draws pictures of the kinds that a server receives; no photographs are needed.

Drawn from fixed seeds with numpy and Pillow: landscapes of blotches and edges, text-like strokes,
gray, palette, alpha, 16 bit, progressive, CMYK, tall and wide, tiny and of odd sizes. Small files: they
are committed and served in the end-to-end tests.
"""

import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def scene(width: int, height: int, seed: int) -> Image.Image:
    """A picture with large gradients, hard edges and fine strokes."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (5, 6, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = int(random.integers(0, width)), int(random.integers(0, height))
        w, h = (int(side) for side in random.integers(4, max(5, min(width, height) // 3), 2))
        color = tuple(int(value) for value in random.integers(0, 256, 3))
        shape = int(random.integers(0, 3))
        if shape == 0:
            draw.rectangle((x, y, x + w, y + h), fill=color)
        elif shape == 1:
            draw.ellipse((x, y, x + w, y + h), fill=color)
        else:
            draw.line((x, y, x + 2 * w, y + h), fill=color, width=1 + w // 12)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def with_alpha(image: Image.Image) -> Image.Image:
    """The picture with a round transparent area."""
    alpha = Image.new("L", image.size, 40)
    ImageDraw.Draw(alpha).ellipse((0, 0, *image.size), fill=255)
    return Image.merge("RGBA", (*image.split(), alpha))


def write_pictures(folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes every kind into `folder`; returns the paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[pathlib.Path] = []

    def save(name: str, image: Image.Image, **options) -> None:
        made.append(folder / name)
        image.save(made[-1], **options)

    save("landscape-640x427.jpg", scene(640, 427, 1), quality=88)
    save("portrait-301x500-progressive.jpg", scene(301, 500, 2), quality=85, progressive=True)
    save("sharp-444-333x333.jpg", scene(333, 333, 31), quality=90, subsampling=0)
    save("gray-260x411.jpg", scene(260, 411, 4).convert("L"), quality=85)
    save("cmyk-280x270.jpg", scene(280, 270, 5).convert("CMYK"), quality=80)
    save("tiny-31x17.png", scene(31, 17, 6))
    save("alpha-251x190.png", with_alpha(scene(251, 190, 7).quantize(64).convert("RGB")))
    save("palette-400x225.png", scene(400, 225, 8).quantize(48))
    save("photo-like-512x384.webp", scene(512, 384, 9), quality=80)
    save("wide-900x120.jpg", scene(900, 120, 10), quality=85)
    return made
