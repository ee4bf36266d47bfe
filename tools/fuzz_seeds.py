#!/usr/bin/env python3
"""Makes seeds for the fuzzer from the tests' fixtures and the committed corpus, a folder for each target.

usage: fuzz_seeds.py OUTDIR

Tests/FuzzTests/Targets says what the bytes of each target mean. Seeds are made at each run and are not
committed: the fixtures and the corpus are.
"""

import io
import json
import pathlib
import re
import struct
import sys
import zipfile

import fuzz_pack

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "Tests/InferenceTests/Fixtures"


def arrays(data):
    """Names, type flags and shapes of a .params file in today's form."""
    count, position, heads = struct.unpack_from("<Q", data, 16)[0], 24, []
    sizes = [4, 8, 2, 1, 4, 1, 8, 1, 2, 2, 4, 8, 2]
    for _ in range(count):
        rank = struct.unpack_from("<i", data, position + 8)[0]
        shape = struct.unpack_from(f"<{rank}q", data, position + 12)
        position += 12 + 8 * rank + 8
        flag = struct.unpack_from("<i", data, position)[0]
        values = 1
        for length in shape:
            values *= length
        position += 4 + sizes[flag] * values
        heads.append((flag, shape))
    position += 8
    for flag, shape in heads:
        length = struct.unpack_from("<Q", data, position)[0]
        yield data[position + 8:position + 8 + length].decode(), flag, shape
        position += 8 + length


def networks():
    """Symbols with their parameters, as lines and, if they are small, as files."""
    for symbol in sorted(FIXTURES.glob("mxnet/*/*/*-symbol.json")):
        # Compact: in short inputs more mutations matter.
        text = json.dumps(json.loads(symbol.read_text()), separators=(",", ":")).encode()
        data = next(symbol.parent.glob("*.params")).read_bytes()
        lines = [" ".join(map(str, (name, flag, *shape))) for name, flag, shape in arrays(data)]
        yield symbol.parent.name, text + b"\0" + "\n".join(lines).encode()
        if 32 < len(data) < 1000:
            yield symbol.parent.name + "-file", text + b"\0" + data


def models():
    """Each with the name of its output before it."""
    for model in sorted(FIXTURES.glob("models/*.onnx")):
        for output in (b"logits", b"output", b"probabilities", b"y"):
            if output in model.read_bytes():
                yield f"{model.stem}-{output.decode()}", output + b"\0" + model.read_bytes()
    digits = (ROOT / "models/digits/digits.onnx").read_bytes()
    yield "digits", b"logits\0" + digits[:40000]


def pictures():
    """Every encoded picture of the fixtures, and the samples of digits."""
    for path in sorted((ROOT / "models/digits/samples").glob("*.png")):
        yield path.stem, path.read_bytes()
    for name in ("images", "mxnet"):
        data, position, number = (FIXTURES / f"{name}.bin").read_bytes(), 0, 0
        while position < len(data):
            kind, length = struct.unpack_from("<II", data, position)
            position += 8 + length + 40
            size = struct.unpack_from("<I", data, position)[0]
            picture = data[position + 4:position + 4 + size]
            position += 4 + size
            position += 4 + struct.unpack_from("<I", data, position)[0]
            if kind == 1 and size < 16384:
                yield f"{name}-{number}", picture
            number += 1


def settings():
    """Folders' files: those in the tests' Swift sources, and some of our own."""
    amphora = (ROOT / "models/digits/amphora.json").read_bytes()
    hugging_face = (
        b'{"model_type":"vit","image_size":224,"num_channels":3,'
        b'"id2label":{"0":"a","1":"b"},"problem_type":"single_label_classification"}')
    timm = (
        b'{"architecture":"resnet18","num_classes":2,"label_names":["a","b"],"pretrained_cfg":'
        b'{"input_size":[3,224,224],"interpolation":"bicubic","crop_pct":0.95,"crop_mode":"center",'
        b'"mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5],"num_classes":2}}')
    processor = (
        b'{"image_processor_type":"ViTImageProcessor","do_resize":true,"size":{"height":224,'
        b'"width":224},"resample":2,"do_rescale":true,"rescale_factor":0.00392156862745098,'
        b'"do_normalize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5]}')
    labels = b"a\nb\n"
    folders = [
        (amphora, b"", b"", b"", labels), (b"", hugging_face, processor, b"", b""),
        (b"", timm, b"", b"", b""), (b"", hugging_face, b"", b'{"image_processor":%s}' % processor),
        (amphora, timm, processor, b"", labels), (b"", b"", processor), (b"", hugging_face),
    ]
    # The files in the exporters' tests: JSON in triple or raw quotes.
    for name in ("ExporterConfig", "ExporterProcessor", "ModelManifest", "ModelSettings"):
        text = (FIXTURES.parent / f"{name}Tests.swift").read_text()
        for match in re.findall(r'#"(\{.*?\})"#', text):
            if "\\#" not in match:
                for place in range(3):
                    folders.append((b"",) * place + (match.encode(),))
    processors = (FIXTURES.parent / "ExporterProcessorTests.swift").read_text()
    for name in sorted(set(re.findall(r'"([A-Za-z]+ImageProcessor(?:Fast)?)"', processors))):
        folders.append((b"", b"", b'{"image_processor_type":"%s"}' % name.encode()))
    for number, folder in enumerate(folders):
        for choice in (0, 2, 3, 132):
            yield f"{number}-{choice}", bytes([choice]) + b"\0".join(folder)


def documents():
    """Ordinary JSON texts."""
    for number, text in enumerate([
            '{"uri":"https://example.com/a.jpg","top_k":5}', '[1,-2.5,1e5,0.1E-3,true,false,null]',
            '{"a":{"b":[[],{},[{}]]},"c":"\\n\\u00e9\\ud83d\\ude00\\\\"}', "\ufeff [ 0 ]", '"\u00e9"']):
        yield str(number), text.encode()


def requests():
    """The requests of the HTTP fixtures."""
    for fixture in sorted((ROOT / "Tests/HTTPTests/Fixtures").glob("*.md")):
        for number, block in enumerate(re.findall(r"```http.*?\n(.*?)```", fixture.read_text(), re.S)):
            text = block.replace("\\\n", "").replace("\n", "\r\n")
            text = text.replace("\\r", "\r").replace("\\n", "\n")
            yield f"{fixture.stem}-{number}", text.encode()


def tensors():
    """Requests of arrays: a byte for format and inputs, then the body."""
    texts = {
        0x00: ['{"instances":[[1,2],[3.5,-1e-3]]}', '{"inputs": [[1, 2]]}',
               '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}],"id":"a"}'],
        0x10: ['{"instances":[{"a":1,"b":[2]},{"a":-3,"b":[0.5]}]}',
               '{"inputs":{"a":[1,2],"b":[[1],[2]]},"outputs":["y"]}'],
        0x20: ['{"instances":["a","\\u00e9",{"b64":"AAEC"}]}'],
        0x30: ['{"inputs":[[[true,false,true]],[[0,1,0]]]}'], 0x40: ['{"inputs": 7}'],
        0x02: ["[1, 2]"], 0x12: ['{"a": 1, "b": [2]}'], 0x22: ['"text"'],
        0x03: ["1,2\n3,4\n", '"1",\r\nnan,-inf'], 0x13: ["1,2.5\n"], 0x23: ['"a, ""b"""\nc'],
    }  # fmt: skip
    for choice, bodies in texts.items():
        for number, text in enumerate(bodies):
            yield f"{choice:02x}-{number}", bytes([choice]) + text.encode()
    head = (b'{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32",'
            b'"parameters":{"binary_data_size":8}}] }')
    yield "01-binary", bytes([0x01, len(head) // 2]) + head + struct.pack("<2f", 1, 2)
    dictionary = b"{'descr': '%s', 'fortran_order': %s, 'shape': (2, 2), }"
    for number, (kind, order) in enumerate([(b"<f4", b"False"), (b">f8", b"True"), (b"<U1", b"False")]):
        text = dictionary % (kind, order)
        text += b" " * (63 - (len(text) + 10) % 64) + b"\n"
        size = {b"4": 4, b"8": 8, b"1": 4}[kind[-1:]] * 4
        array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(size)
        yield f"04-{number}", b"\x04" + array
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED][number % 2]) as archive:
            archive.writestr("x.npy", array)
        yield f"05-{number}", b"\x05" + file.getvalue()


def parameters():
    for path in sorted(FIXTURES.rglob("*.params")):
        if path.stat().st_size < 8192:
            yield path.stem, path.read_bytes()


def main():
    out = pathlib.Path(sys.argv[1])
    makers = {"params": parameters, "symbol": networks, "onnx": models, "settings": settings,
              "image": pictures, "json": documents, "http": requests,
              "tensors": tensors}
    for target, seeds in makers.items():
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds():
            (folder / name).write_bytes(data)
        for path in (ROOT / "Tests/FuzzTests/Corpus" / target).iterdir():
            if path.suffix == ".packed":
                fuzz_pack.unpack(path, folder)
            else:
                (folder / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
