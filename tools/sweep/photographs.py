"""The pictures that every model is asked with: photographs in the forms in which people have them.

Ten photographs of scikit-image's and scikit-learn's wheels, which ship them with their licences: portrait
and landscape, large and smaller than any network's input, gray, CMYK and palette, and all eight
orientations among them. `turned/` holds two photographs in each orientation, as JPEG, PNG and WebP.
"""

import pathlib
import shutil
import sys
from importlib import resources

from PIL import Image

ORIENTATION = 0x0112


def opened(package: str, name: str) -> Image.Image:
    """A photograph of a wheel, in memory."""
    with resources.files(package).joinpath(name).open("rb") as file:
        return Image.open(file).convert("RGB")


def turned(value: int) -> Image.Exif:
    """EXIF data that holds an orientation only."""
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def write_photographs(folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes what is missing; returns the ten, then those of `turned/`."""
    done = folder / "complete"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "turned").mkdir(parents=True)
        write_ten(folder)
        write_turned(folder / "turned")
        done.touch()
    return ten(folder) + sorted((folder / "turned").iterdir())


def ten(folder: pathlib.Path) -> list[pathlib.Path]:
    """The ten photographs without those of `turned/`."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".jpg", ".png"))


def write_ten(folder: pathlib.Path) -> None:
    """The ten; a digit at the end of a name is the orientation."""
    cat, coffee = opened("skimage.data", "chelsea.png"), opened("skimage.data", "coffee.png")
    china = resources.files("sklearn.datasets.images").joinpath("china.jpg").read_bytes()
    flower = opened("sklearn.datasets.images", "flower.jpg").crop((150, 0, 450, 427))
    cat.save(folder / "01-cat.png")
    coffee.save(folder / "02-coffee-6.jpg", quality=90, exif=turned(6))
    opened("skimage.data", "retina.jpg").save(folder / "03-retina-3.jpg", quality=85, exif=turned(3))
    opened("skimage.data", "rocket.jpg").save(
        folder / "04-rocket-8.jpg", quality=88, progressive=True, exif=turned(8))
    (folder / "05-china.jpg").write_bytes(china)
    flower.save(folder / "06-flower-2.jpg", quality=92, subsampling=0, exif=turned(2))
    opened("skimage.data", "camera.png").convert("L").save(
        folder / "07-camera-gray-5.jpg", quality=90, exif=turned(5))
    cat.convert("CMYK").save(folder / "08-cat-cmyk-7.jpg", quality=90, exif=turned(7))
    coffee.quantize(64).save(folder / "09-coffee-palette.png")
    coffee.resize((61, 43), Image.Resampling.LANCZOS).save(
        folder / "10-small-4.jpg", quality=95, exif=turned(4))


def write_turned(folder: pathlib.Path) -> None:
    """Every orientation of a landscape and of a portrait, in three formats."""
    rocket = opened("skimage.data", "rocket.jpg").resize((320, 214))
    flower = opened("sklearn.datasets.images", "flower.jpg").crop((150, 0, 450, 427))
    for value in range(1, 9):
        rocket.save(folder / f"rocket-{value}.jpg", quality=90, exif=turned(value))
        rocket.save(folder / f"rocket-{value}.webp", quality=90, exif=turned(value))
        flower.save(folder / f"flower-{value}.png", exif=turned(value))


if __name__ == "__main__":
    write_photographs(pathlib.Path(sys.argv[1]))
