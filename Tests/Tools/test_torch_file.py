"""Files of PyTorch's old format, written here by hand: tensors come back, and nothing else is called."""

import collections
import io
import pickle
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import torch_file  # noqa: E402


def fake(module: str, name: str):
    """A global of that name, as a pickle mentions it."""
    made = type(name, (), {})
    made.__module__, made.__qualname__ = module, name
    return made


class Pickler(pickle._Pickler):
    """Writes globals without importing them, and storages by their names."""

    def save_global(self, value, name=None):
        self.write(b"c" + value.__module__.encode() + b"\n" + value.__qualname__.encode() + b"\n")

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[type] = save_global

    def persistent_id(self, value):
        return value.identity if isinstance(value, Storage) else None


class Storage:
    def __init__(self, kind: str, key: str, count: int) -> None:
        self.identity = ("storage", fake("torch", kind), key, "cpu", count, None)


class Call:
    """Pickles as the call of a global."""

    def __init__(self, module: str, name: str, *arguments) -> None:
        self.called, self.arguments = fake(module, name), arguments

    def __reduce__(self):
        return self.called, self.arguments


def dumped(value) -> bytes:
    out = io.BytesIO()
    Pickler(out, 2).dump(value)
    return out.getvalue()


def file(tmp_path, entries: dict, storages: dict[str, np.ndarray]) -> Path:
    path = tmp_path / "weights.pth"
    parts = [torch_file.MAGIC, torch_file.VERSION, {"little_endian": True}, entries, list(storages)]
    path.write_bytes(b"".join(map(dumped, parts)) + b"".join(
        struct.pack("<q", values.size) + values.tobytes() for values in storages.values()))
    return path


def tensor(offset: int, size: tuple, stride: tuple, count: int = 6):
    return Call("torch._utils", "_rebuild_tensor_v2", Storage("FloatStorage", "0", count), offset, size,
                stride, False, collections.OrderedDict())


NUMBERS = {"0": np.arange(6, dtype="<f4")}


def test_tensors_come_back_also_transposed_ones(tmp_path):
    entries = {"a": tensor(0, (2, 3), (3, 1)), "b": tensor(0, (3, 2), (1, 3)), "c": tensor(5, (), ())}
    read = torch_file.state_dict(file(tmp_path, entries, NUMBERS))
    assert np.array_equal(read["a"], [[0, 1, 2], [3, 4, 5]])
    assert np.array_equal(read["b"], [[0, 3], [1, 4], [2, 5]])
    assert read["c"] == 5


@pytest.mark.parametrize("module, name", [("os", "system"), ("builtins", "eval"), ("torch", "load")])
def test_other_functions_are_not_called(tmp_path, module, name):
    path = file(tmp_path, {"a": Call(module, name, "exit 1")}, NUMBERS)
    with pytest.raises(pickle.UnpicklingError, match=f"{module}.{name}"):
        torch_file.state_dict(path)


@pytest.mark.parametrize("wrong", [tensor(1, (2, 3), (3, 1)), tensor(0, (2, 3), (4, 1)),
                                   tensor(-1, (2,), (1,)), tensor(0, (2,), (1,), count=7)])
def test_tensors_outside_of_their_storage_are_refused(tmp_path, wrong):
    with pytest.raises(pickle.UnpicklingError):
        torch_file.state_dict(file(tmp_path, {"a": wrong}, NUMBERS))


def test_a_file_that_is_cut_short_or_goes_on_is_refused(tmp_path):
    path = file(tmp_path, {"a": tensor(0, (2, 3), (3, 1))}, NUMBERS)
    content = path.read_bytes()
    for damaged in (content[:-1], content + b"x"):
        path.write_bytes(damaged)
        with pytest.raises(pickle.UnpicklingError):
            torch_file.state_dict(path)
