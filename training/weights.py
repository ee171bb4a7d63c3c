"""The safetensors file at the byte level: offsets of the tensors, so that the graph can refer to them."""

import json
import struct
from pathlib import Path

import numpy as np

ALIGN = 64


def write(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Writes safetensors with every tensor's bytes at a multiple of 64 in the file: the header is padded with spaces,
    as the format allows.

    ONNX Runtime maps aligned external data faster, and every size here is a multiple of 64 bytes already.
    """
    entries, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in tensors.items():
        assert array.dtype == np.float32 and array.nbytes % ALIGN == 0, name
        entries[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-(8 + len(header)) % ALIGN)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(header)) + header)
        for array in tensors.values():
            out.write(np.ascontiguousarray(array).tobytes())


def places(path: Path) -> dict[str, tuple[list[int], int, int]]:
    """Shape, offset in the file and length of each tensor."""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
    return {
        name: (e["shape"], 8 + size + e["data_offsets"][0], e["data_offsets"][1] - e["data_offsets"][0])
        for name, e in header.items()
        if name != "__metadata__"
    }
