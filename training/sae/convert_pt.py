"""`python -m training.sae.convert_pt FILE.pt [...]`: converts a PyTorch file of an autoencoder to a safetensors file
next to it, because the extension does not read pickles.

`weights_only=True`: a file that would run code is refused, not run. Nested dictionaries become names with dots; values
that are not tensors (for example OpenAI's `activation` and `activation_state_dict`) are written to the file's metadata,
as text or JSON.
"""

import argparse
import json
import pickle
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file


def note(name: str, value: object) -> str:
    """As text or JSON. Raises ValueError for a list that holds tensors."""

    def plain(v: object) -> str:
        if isinstance(v, torch.Tensor):
            raise ValueError(f"{name} is a list of tensors, which this does not convert")
        return str(v)  # torch.dtype, torch.device

    return value if isinstance(value, str) else json.dumps(value, default=plain)


def parts(value: dict, prefix: str = "") -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """The tensors by dotted name, and everything else as text. Raises as `note` does."""
    tensors, notes = {}, {}
    for key, v in value.items():
        name = f"{prefix}{key}"
        if isinstance(v, torch.Tensor):
            tensors[name] = v.detach().contiguous().clone()
        elif isinstance(v, dict):
            inner, more = parts(v, name + ".")
            if inner:
                tensors |= inner
                notes |= more
            else:
                notes[name] = note(name, v)
        else:
            notes[name] = note(name, v)
    return tensors, notes


def read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    """As `parts` has them. Raises ValueError for a file that holds anything but tensors, holds none or is not a PyTorch
    file, and OSError if it cannot be read.
    """
    try:
        value = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as problem:
        # torch's own message recommends reading it anyway.
        raise ValueError(
            "it holds more than tensors and could run code when read: not converted. Ask its author for safetensors"
        ) from problem
    except OSError:
        raise
    except Exception as problem:  # bytes that are not a PyTorch file fail in many ways
        raise ValueError("it is no file that torch.save wrote, or it is cut off") from problem
    tensors, notes = parts(value if isinstance(value, dict) else {"value": value})
    if not tensors:
        raise ValueError("it holds no tensors")
    return tensors, notes


def convert(path: Path) -> Path:
    """Returns the path of the written file. Raises as `read` does."""
    tensors, notes = read(path)
    out = path.with_suffix(".safetensors")
    save_file(tensors, out, metadata=notes)
    return out


def main() -> int:
    parse = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parse.add_argument("files", nargs="+", type=Path)
    failed = 0
    for path in parse.parse_args().files:
        try:
            print(f"{path} -> {convert(path)}")
        except (ValueError, OSError) as problem:
            print(f"{path}: {str(problem).splitlines()[0]}", file=sys.stderr)
            failed = 2
    return failed


if __name__ == "__main__":
    sys.exit(main())
