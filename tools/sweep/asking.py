"""Asks the binary: one `predict` for all pictures of a model, and `inspect` for its warnings."""

import dataclasses
import json
import os
import pathlib
import subprocess


@dataclasses.dataclass
class Answers:
    """What the binary said about a model folder."""

    # Picture to its results, or to the sentence that refuses it.
    pictures: dict[str, list[dict] | str]
    # Why the model is not served; None if it is.
    refusal: str | None
    # All that it warns of.
    warnings: list[str]
    # Whether `--strict` refuses it: something was guessed.
    is_guess: bool


class Binary:
    """The binary under test."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("AMPHORA_", "AWS_", "MODEL_"))}
        self.knows_strict = "--strict" in self.run("predict", "--help").stdout
        self.version = self.run("--version").stdout.strip()

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Runs it to its end."""
        return subprocess.run([str(self.path), *map(str, arguments)], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=900)

    def ask(self, model: pathlib.Path, photographs: pathlib.Path, names: list[str]) -> Answers:
        """All scores for each picture."""
        arguments = ["--json", "--top-k", 1000, "--model-path", model]
        ran = self.run("predict", *arguments, *(photographs / name for name in names))
        pictures: dict[str, list[dict] | str] = {}
        for line in ran.stdout.splitlines():
            answer = json.loads(line)
            name = str(pathlib.Path(answer["uri"]).relative_to(photographs))
            pictures[name] = answer.get("results", answer.get("error"))
        said = [line for line in ran.stderr.splitlines() if line.strip()]
        if not pictures:
            return Answers({}, " ".join(said)[-600:] or f"exit status {ran.returncode}", [], False)
        warnings = self.warnings(model)
        return Answers(pictures, None, warnings, self.is_guess(model, photographs / names[0], warnings))

    def warnings(self, model: pathlib.Path) -> list[str]:
        """What `inspect` warns of."""
        ran = self.run("inspect", "--json", model)
        found = json.loads(ran.stdout).get("warnings", []) if ran.returncode == 0 else []
        return [warning if isinstance(warning, str) else " ".join(map(str, warning.values()))
                for warning in found]

    def is_guess(self, model: pathlib.Path, picture: pathlib.Path, warnings: list[str]) -> bool:
        """Whether a guess was warned of. Binaries before `--strict` did not tell guesses from notices."""
        if not warnings or not self.knows_strict:
            return bool(warnings)
        ran = self.run("predict", "--strict", "--json", "--model-path", model, picture)
        return ran.returncode != 0 and not ran.stdout.strip()
