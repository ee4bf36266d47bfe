"""`make test-torch`: the server against PyTorch and torchvision themselves.

tools/export_torchvision.py exports ResNet-18 and MobileNetV2, which are then served. Pillow,
torchvision's transforms and PyTorch classify the same pictures in this process.
"""

import pathlib
import subprocess
import sys

import pytest
import torch
import torchvision
from PIL import Image
from server import ROOT, Server

PICTURES = sorted((ROOT / "Tests" / "EndToEnd" / "recordings" / "pictures").iterdir())
TOLERANCE = 1e-4

sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture(scope="module", params=["resnet18", "mobilenet_v2"])
def pair(request, tmp_path_factory):
    """(a server of the exported network, PyTorch's network, torchvision's transforms)"""
    from export_torchvision import built, evaluation_transforms

    folder = tmp_path_factory.mktemp("models") / request.param
    subprocess.run([sys.executable, ROOT / "tools" / "export_torchvision.py", request.param, folder,
                    "--weights", "none"], check=True)
    with Server(model=folder) as server:
        yield server, built(request.param, None), evaluation_transforms(request.param, None)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_as_torchvision(pair, picture: pathlib.Path):
    server, network, transforms = pair
    answer = server.invoke(picture.read_bytes(), "application/x-image", query="?top_k=1000")
    results = answer.json()["results"]
    with torch.no_grad():
        expected = network(transforms(Image.open(picture).convert("RGB"))[None]).softmax(1)[0]
    worst = max(abs(float(result["prob"]) - float(expected[result["label"]])) for result in results)
    assert len(results) == len(expected) == 1000, torchvision.__version__
    assert worst <= TOLERANCE, f"differs by {worst:g}"
    top = expected.topk(6)
    if float((top.values[:-1] - top.values[1:]).min()) > 2 * TOLERANCE:
        assert [result["label"] for result in results[:5]] == top.indices[:5].tolist()
