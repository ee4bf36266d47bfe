"""The Python environments of the sweep, each made from a committed list by `tools/venv.sh`.

PyTorch takes 6 GB, so environments with more libraries stand upon `.venv-torch` instead of repeating it:
they see its packages, and their own come first.
"""

import dataclasses
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Environment:
    """A folder with a Python and pinned libraries."""

    name: str
    requirements: str
    upon: "Environment | None" = None
    # Without what the listed packages ask for: they ask for more than is used, or for other versions.
    is_bare: bool = False

    @property
    def folder(self) -> pathlib.Path:
        """Where it lies; git ignores it."""
        return ROOT / f".venv-{self.name}"

    @property
    def packages(self) -> pathlib.Path:
        """Where its libraries lie."""
        return next((self.folder / "lib").glob("python3*/site-packages"))

    def python(self) -> pathlib.Path:
        """Its Python; makes the environment if it is missing or its list has changed."""
        variables = dict(os.environ) | ({"PIP_NO_DEPS": "1"} if self.is_bare else {})
        if self.upon is not None:
            self.upon.python()
            variables["PYTHONPATH"] = str(self.upon.packages)
        subprocess.run(["tools/venv.sh", str(self.folder), f"tools/{self.requirements}"], cwd=ROOT,
                       env=variables, check=True, stdin=subprocess.DEVNULL)
        if self.upon is not None:
            # Not as a plain line: the packages below may stand upon others themselves.
            (self.packages / "upon.pth").write_text(
                f"import site; site.addsitedir({str(self.upon.packages)!r})\n")
        return self.folder / "bin" / "python"


TORCH = Environment("torch", "requirements-torch.txt")
SWEEP = Environment("sweep", "requirements-sweep.txt", TORCH, is_bare=True)
TRANSFORMERS4 = Environment("sweep-transformers4", "requirements-sweep-transformers4.txt", TORCH)
ULTRALYTICS = Environment("sweep-ultralytics", "requirements-sweep-ultralytics.txt", TORCH)
SKLEARN = Environment("sweep-sklearn", "requirements-sweep-sklearn.txt", TORCH)
TRAINED = Environment("sweep-trained", "requirements-sweep-trained.txt", SWEEP, is_bare=True)
KERAS = Environment("sweep-keras", "requirements-sweep-keras.txt")

# The environment of each group, in the order of the page.
GROUPS = {
    "torchvision": SWEEP,
    "timm": SWEEP,
    "transformers5": SWEEP,
    "transformers4": TRANSFORMERS4,
    "derived": SWEEP,
    "ultralytics": ULTRALYTICS,
    "keras": KERAS,
    "sklearn": SKLEARN,
    "trained": TRAINED,
}
