"""Pictures that declare to be turned: which pipelines turn them, what `inspect` says, and the log.

A turned file and the upright picture that Pillow makes of it must get the same answer, byte for byte.
"""

import io
import json
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image, ImageOps
from server import DIGITS, Server, run

EXPORTERS = pathlib.Path(__file__).parent / "exporters"
NETWORKS = pathlib.Path(__file__).parents[1] / "InferenceTests" / "Fixtures" / "mxnet" / "networks"
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
LOG = "a picture came whose EXIF data turns it"


def declared(orientation: int, form: str = "JPEG") -> bytes:
    """A picture with two different halves, whose file declares an orientation."""
    pixels = np.random.default_rng(5).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    picture = Image.fromarray(pixels).resize((96, 60), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x112] = orientation
    out = io.BytesIO()
    picture.save(out, form, exif=exif.tobytes())
    return out.getvalue()


def plain(data: bytes, turn: bool) -> bytes:
    """The pixels that Pillow makes of it, with or without turning, without EXIF."""
    picture = Image.open(io.BytesIO(data))
    picture = (ImageOps.exif_transpose(picture) if turn else picture).convert("RGB")
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture)).save(out, "PNG")
    return out.getvalue()


def check(server: Server, turns: bool, forms=FORMATS) -> None:
    for form in forms:
        for orientation in range(1, 9):
            data = declared(orientation, form)
            answer = server.invoke(data, FORMATS[form])
            expected = server.invoke(plain(data, turns), "image/png")
            assert answer.status_code == expected.status_code == 200, answer.text
            assert answer.content == expected.content, (form, orientation)


def folder(tmp_path: pathlib.Path, source: pathlib.Path, settings: dict) -> pathlib.Path:
    shutil.copytree(source, tmp_path / "model")
    (tmp_path / "model" / "amphora.json").write_text(json.dumps(settings))
    return tmp_path / "model"


def test_hugging_face_turns():
    with Server(model=EXPORTERS / "pixels-vit") as server:
        check(server, turns=True)
        assert LOG not in server.text()


def test_timm_does_not_and_the_log_says_so_once():
    with Server(model=EXPORTERS / "timm-resnet") as server:
        server.invoke(declared(1), "image/jpeg")
        assert LOG not in server.text()
        check(server, turns=False)
        assert server.text().count(LOG) == 1


@pytest.mark.parametrize(("source", "orientation"), [
    (EXPORTERS / "pixels-vit", "stored"), (EXPORTERS / "timm-resnet", "exif"),
])
def test_amphora_json_decides(tmp_path, source, orientation):
    model = folder(tmp_path, source, {"preprocess": {"orientation": orientation}})
    with Server(model=model) as server:
        check(server, turns=orientation == "exif")


def test_exif_turns_what_begins_with_jfif_too(tmp_path):
    settings = {"preprocess": {"orientation": "exif"}}
    model = folder(tmp_path, NETWORKS / "any_size", settings)
    with Server(model=model) as server:
        check(server, turns=True, forms=["JPEG"])
    with Server(model=NETWORKS / "any_size") as server:
        # Pillow begins its JPEGs with JFIF, and MXNet's OpenCV does not turn those.
        check(server, turns=False, forms=["JPEG"])


@pytest.mark.parametrize(("model", "text", "decided"), [
    (DIGITS, "as stored; EXIF is not applied", ("amphora.json", "preprocess.decode")),
    (EXPORTERS / "hf-vit", "turned upright by EXIF", None),
    (EXPORTERS / "timm-resnet", "as stored; EXIF is not applied", None),
    (NETWORKS / "any_size", "turned by EXIF, unless it begins with JFIF", None),
])
def test_inspect_names_it(model, text, decided):
    done = run("inspect", "--json", model)
    steps = {step["step"]: step for step in json.loads(done.stdout)["preprocessing"]}
    step = steps["orientation"]
    assert step["does"] == text
    if decided:
        assert (step["file"], step["key"]) == decided


def test_predict_says_it_too(tmp_path):
    (tmp_path / "turned.jpg").write_bytes(declared(6))
    done = run("predict", "--model-path", EXPORTERS / "timm-resnet", tmp_path / "turned.jpg")
    assert done.returncode == 0 and done.stderr.count(LOG) == 1
