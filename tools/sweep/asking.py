"""Asks the binary: one `predict --strict` for all pictures of a model, and one without where that refuses."""

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
    # Whether `--strict` refuses it: something was guessed.
    is_guess: bool


class Binary:
    """The binary under test."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("AMPHORA_", "AWS_", "MODEL_"))}
        self.version = self.run("--version").stdout.strip()

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Runs it to its end."""
        return subprocess.run([str(self.path), *map(str, arguments)], env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=900)

    def ask(self, model: pathlib.Path, photographs: pathlib.Path, names: list[str]) -> Answers:
        """All scores for each picture. A model that `--strict` refuses is asked again without."""
        arguments = ["predict", "--json", "--top-k", 1000, "--model-path", model,
                     *(photographs / name for name in names)]
        told = self.run(*arguments, "--strict")
        pictures = self.results(told.stdout, photographs)
        if pictures:
            return Answers(pictures, None, False)
        ran = self.run(*arguments)
        pictures = self.results(ran.stdout, photographs)
        if pictures:
            return Answers(pictures, None, True)
        said = " ".join(line for line in ran.stderr.splitlines() if line.strip())
        return Answers({}, said[-600:] or f"exit status {ran.returncode}", False)

    @staticmethod
    def results(lines: str, photographs: pathlib.Path) -> dict[str, list[dict] | str]:
        """Picture to its results or its error, from `predict --json`."""
        found = {}
        for line in lines.splitlines():
            answer = json.loads(line)
            name = str(pathlib.Path(answer["uri"]).relative_to(photographs))
            found[name] = answer.get("results", answer.get("error"))
        return found
