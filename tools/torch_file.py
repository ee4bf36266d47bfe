"""Reads the state dict in a file of PyTorch's old format (before 1.6), without PyTorch and without running
anything that the file asks for.

Such a file is five pickles (a magic number, a version, facts about the machine, the dict, the names of its
storages), then the storages' bytes. A pickle can call any function of any module; this reader knows the four
names that a state dict needs, and refuses the rest.
"""

from __future__ import annotations

import collections
import io
import pathlib
import pickle
import struct

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class Storage:
    """The numbers that tensors lie in; its values come at the end of the file."""

    def __init__(self, key: str, kind: np.dtype, count: int) -> None:
        self.key, self.kind, self.count = key, kind, count
        self.values = np.zeros(0, kind)


class Tensor:
    """A tensor whose storage may not have been read yet."""

    def __init__(self, storage: Storage, offset: int, size: tuple, stride: tuple, *_) -> None:
        self.storage, self.offset, self.size, self.stride = storage, offset, size, stride

    def array(self) -> np.ndarray:
        last = self.offset + sum((size - 1) * step for size, step in zip(self.size, self.stride))
        if (len(self.size) != len(self.stride) or min((*self.size, *self.stride, 1)) < 1
                or not 0 <= self.offset <= last < self.storage.count):
            raise pickle.UnpicklingError("a tensor does not lie within its storage")
        width = self.storage.kind.itemsize
        return np.ndarray(self.size, self.storage.kind, self.storage.values.data,
                          self.offset * width, [step * width for step in self.stride])


class Unpickler(pickle.Unpickler):
    """Knows what a state dict needs, and nothing else."""

    def __init__(self, file: io.BufferedReader) -> None:
        super().__init__(file, encoding="utf-8")
        self.storages: dict[str, Storage] = {}

    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return Tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"the file asks for {module}.{name}, which no state dict needs")

    def persistent_load(self, identity):
        kind, dtype, key, _, count, view = identity
        if kind != "storage" or view is not None or not isinstance(dtype, np.dtype):
            raise pickle.UnpicklingError("the file holds something that is not a storage")
        return self.storages.setdefault(key, Storage(key, dtype, count))


def state_dict(path: pathlib.Path) -> dict[str, np.ndarray]:
    """The arrays by their names. Raises pickle.UnpicklingError for any other file."""
    with path.open("rb") as file:
        if Unpickler(file).load() != MAGIC or Unpickler(file).load() != VERSION:
            raise pickle.UnpicklingError(f"{path} is no file of PyTorch's old format")
        if not Unpickler(file).load().get("little_endian"):
            raise pickle.UnpicklingError(f"{path} was written by a big-endian machine")
        reader = Unpickler(file)
        tensors = reader.load()
        for key in Unpickler(file).load():
            read(file, reader.storages[key])
        if file.read(1):
            raise pickle.UnpicklingError(f"{path} goes on after its end")
    return {name: tensor.array() for name, tensor in tensors.items()}


def read(file: io.BufferedReader, storage: Storage) -> None:
    (count,) = struct.unpack("<q", file.read(8))
    values = file.read(count * storage.kind.itemsize) if count == storage.count else b""
    if len(values) != count * storage.kind.itemsize:
        raise pickle.UnpicklingError("a storage has not the length that it was announced with")
    storage.values = np.frombuffer(values, storage.kind)
