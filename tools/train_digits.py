"""Trains the embedded model `models/digits`: handwritten digits, really trained, in a few minutes.

Data: the 1,797 digits of 8x8 gray pixels that scikit-learn carries (UCI "Optical Recognition of
Handwritten Digits", CC BY 4.0). A fifth is held out by a fixed seed and never trained on: the
accuracy in the README and the sample pictures come from it. Pictures go through the steps that the
server takes (Pillow: gray, antialiased bilinear resize to 32x32, /255) and are then varied in place,
size, slant, contrast, ink and paper, so that a photographed digit works too.

    python tools/train_digits.py              trains, exports, evaluates, writes samples
    python tools/train_digits.py --evaluate   only measures the committed model (needs no PyTorch)
"""

import argparse
import json
import pathlib

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 20_261_122
SIDE = 32
FOLDER = pathlib.Path(__file__).resolve().parent.parent / "models" / "digits"
FILTERS = [Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS,
           Image.Resampling.NEAREST]
SETTINGS = {
    "model": "digits.onnx",
    "labels": "labels.txt",
    "activation": "softmax",
    "input": {"layout": "NCHW", "channels": "L"},
    "preprocess": {
        "decode": "pillow",
        "resize": {"to": "exact", "size": [SIDE, SIDE], "library": "pillow", "filter": "bilinear",
                   "antialias": True},
        "crop": None, "scale": 1 / 255, "mean": [0.0], "std": [1.0],
    },
}


def split() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(trained on, held out, their classes …); pictures are 8x8 bytes, bright ink on black."""
    digits = load_digits()
    pixels = np.round(digits.images * (255 / 16)).astype(np.uint8)
    return train_test_split(
        pixels, digits.target, test_size=0.2, random_state=SEED, stratify=digits.target)


def picture(pixels: np.ndarray, side: int, filter: Image.Resampling) -> Image.Image:
    """A digit drawn larger, as dark ink on white paper."""
    return Image.fromarray(255 - pixels).resize((side, side), filter)


def tensor(image: Image.Image) -> np.ndarray:
    """What the server's pipeline makes of a picture: 1 x 32 x 32 floats between 0 and 1."""
    gray = image.convert("L").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(gray, dtype=np.float32)[None] / np.float32(255)


def renderings(pixels: np.ndarray, copies: int) -> np.ndarray:
    """Every digit at `copies` random sizes and upscaling filters, through the server's pipeline."""
    random = np.random.default_rng(SEED)
    return np.stack([
        tensor(picture(one, int(random.integers(16, 225)), FILTERS[int(random.integers(4))]))
        for _ in range(copies) for one in pixels])


def network():
    """Three stages of convolutions, 16 to 64 channels: 82,490 parameters."""
    from torch import nn

    def stage(before: int, after: int) -> list[nn.Module]:
        return [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(),
                nn.Conv2d(after, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(),
                nn.MaxPool2d(2)]

    return nn.Sequential(*stage(1, 16), *stage(16, 32), *stage(32, 64), nn.Flatten(),
                         nn.Dropout(0.3), nn.Linear(64 * 4 * 4, 10))


def varied(batch, random):
    """Augments a batch: other hands, pens, papers and cameras."""
    import torch

    def uniform(low: float, high: float):
        return low + (high - low) * torch.rand(len(batch), generator=random)

    angle, slant, scale = uniform(-0.3, 0.3), uniform(-0.3, 0.3), uniform(0.75, 1.9)
    rows = torch.stack([
        torch.stack([angle.cos() * scale, (slant - angle.sin()) * scale, uniform(-0.3, 0.3)], 1),
        torch.stack([angle.sin() * scale, angle.cos() * scale, uniform(-0.3, 0.3)], 1)], 1)
    grid = torch.nn.functional.affine_grid(rows, list(batch.shape), align_corners=False)
    # Ink becomes 1 and paper 0 first, so that the pixels that the grid adds outside the picture are paper.
    ink = torch.nn.functional.grid_sample(1 - batch, grid, align_corners=False)
    ink = ink ** uniform(0.5, 1.8)[:, None, None, None]
    paper, contrast = uniform(0.55, 1.0), uniform(0.3, 1.0)
    gray = (paper[:, None, None, None]
            - ink * (contrast * paper)[:, None, None, None]
            + 0.04 * torch.randn(batch.shape, generator=random))
    ramp = torch.linspace(-1, 1, SIDE)
    gray = gray + uniform(-0.12, 0.12)[:, None, None, None] * ramp[None, None, None, :]
    gray = gray + uniform(-0.12, 0.12)[:, None, None, None] * ramp[None, None, :, None]
    bright_ink = (uniform(0, 1) < 0.4)[:, None, None, None]
    return torch.where(bright_ink, 1 - gray, gray).clamp(0, 1)


def train(epochs: int):
    """The network trained on the training part; prints the loss of each epoch."""
    import torch

    torch.manual_seed(SEED)
    random = torch.Generator().manual_seed(SEED)
    pixels, _, classes, _ = split()
    copies = 6
    inputs = torch.from_numpy(renderings(pixels, copies))
    targets = torch.from_numpy(np.tile(classes, copies))
    trained = network()
    optimizer = torch.optim.AdamW(trained.parameters(), lr=3e-3, weight_decay=1e-2)
    steps = epochs * (len(inputs) // 128)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.03)
    for epoch in range(epochs):
        total = 0.0
        order = torch.randperm(len(inputs), generator=random)
        for rows in order[: len(order) // 128 * 128].split(128):
            optimizer.zero_grad()
            loss = loss_of(trained(varied(inputs[rows], random)), targets[rows])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}/{epochs}: loss {total / len(inputs):.4f}", flush=True)
    return trained


def evaluate() -> dict[str, float]:
    """Accuracy of the exported model on the held-out part, by kind of picture."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(FOLDER / "digits.onnx"))
    _, pixels, _, classes = split()
    kinds = {
        "dark ink on white, 56x56": lambda one: picture(one, 56, Image.Resampling.LANCZOS),
        "bright ink on black, 56x56": lambda one: Image.fromarray(one).resize(
            (56, 56), Image.Resampling.LANCZOS),
        "dark ink on white, 300x300": lambda one: picture(one, 300, Image.Resampling.BICUBIC),
        "faint gray ink, 90x90, wide margins": faint,
    }
    result = {}
    for kind, draw in kinds.items():
        (logits,) = session.run(None, {"input": np.stack([tensor(draw(one)) for one in pixels])})
        result[kind] = float((logits.argmax(1) == classes).mean())
        print(f"{kind}: {result[kind]:.2%} of {len(classes)} held-out digits")
    return result


def faint(pixels: np.ndarray) -> Image.Image:
    """A small, faint digit on a large gray sheet."""
    sheet = Image.new("L", (90, 90), 215)
    ink = picture(pixels, 60, Image.Resampling.BICUBIC).point(lambda value: 95 + value * 120 // 255)
    sheet.paste(ink, (15, 15))
    return sheet


def write_samples() -> None:
    """Ten held-out pictures, one a class: the most typical of those that are classified correctly."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(FOLDER / "digits.onnx"))
    (FOLDER / "samples").mkdir(exist_ok=True)
    _, pixels, _, classes = split()
    for digit in range(10):
        members = pixels[classes == digit].astype(np.float32)
        strangeness = ((members - members.mean(0)) ** 2).sum((1, 2))
        for one in members[strangeness.argsort()].astype(np.uint8):
            drawn = picture(np.pad(one, 1), 60, Image.Resampling.LANCZOS)
            (logits,) = session.run(None, {"input": tensor(drawn)[None]})
            if logits.argmax() == digit:
                drawn.save(FOLDER / "samples" / f"digit-{digit}.png", optimize=True)
                break
        else:
            raise SystemExit(f"no held-out {digit} is classified right: train again")


def main() -> None:
    """Trains and writes the folder, or only measures it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--evaluate", action="store_true", help="only measure the committed model")
    parser.add_argument("--epochs", type=int, default=40)
    arguments = parser.parse_args()
    if not arguments.evaluate:
        from onnx_export import export

        FOLDER.mkdir(parents=True, exist_ok=True)
        trained = train(arguments.epochs)
        print(f"ONNX - PyTorch: {export(trained, (1, SIDE, SIDE), FOLDER / 'digits.onnx'):.1g}")
        (FOLDER / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
        (FOLDER / "amphora.json").write_text(json.dumps(SETTINGS, indent=2) + "\n")
        write_samples()
    evaluate()


if __name__ == "__main__":
    main()
