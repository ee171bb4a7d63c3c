"""Tuned lenses (Belrose et al. 2023, arXiv:2303.08112) in the layout of the `tuned_lens` package, with safetensors in
place of its pickle.

Translator i, "i.weight" [out, in] and "i.bias", makes h + W h + b of what goes into block i; the model's last norm and
head make logits of that. What the last block gives has no translator.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

CONFIG, WEIGHTS, PICKLE = "config.json", "params.safetensors", "params.pt"
TYPE = "linear_tuned_lens"
FIELDS = (
    "base_model_name_or_path",
    "d_model",
    "num_hidden_layers",
    "bias",
    "base_model_revision",
    "unembed_hash",
    "lens_type",
)


class Refused(Exception):
    """What is wrong with the files, and what to do."""


def translated(h: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return h + h @ weight.T + bias


def shapes(config: dict) -> dict[str, list[int]]:
    """Of all tensors that a lens of this configuration has."""
    width, with_bias = config["d_model"], config.get("bias", True)
    return {
        f"{i}.{part}": shape
        for i in range(config["num_hidden_layers"])
        for part, shape in (("weight", [width, width]), ("bias", [width]))
        if part == "weight" or with_bias
    }


def read_config(folder: Path) -> dict:
    path = folder / CONFIG
    if not path.exists():
        raise Refused(f"{path} is missing: download it from where {PICKLE} is")
    try:
        config = json.loads(path.read_text())
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}") from None
    if not isinstance(config, dict):
        raise Refused(f"{path} is not a JSON object")
    for name in config:
        if name not in FIELDS:
            raise Refused(f'{path} has a field "{name}", which is not supported')
    if config.get("lens_type", TYPE) != TYPE:
        raise Refused(f'{path} has "lens_type": {config["lens_type"]!r}; only {TYPE!r} is supported')
    for name in ("d_model", "num_hidden_layers"):
        if type(config.get(name)) is not int or config[name] < 1:
            raise Refused(f'{path} has "{name}": {config.get(name)!r}, which should be a whole number above 0')
    return config


def check(path: Path, tensors: dict[str, Tensor], config: dict) -> None:
    wanted = shapes(config)
    for name, shape in wanted.items():
        if name not in tensors:
            raise Refused(f"{path} has no tensor {name}")
        if list(tensors[name].shape) != shape:
            raise Refused(f"{path}: {name} is {list(tensors[name].shape)}, but {CONFIG} needs {shape}")
        if tensors[name].dtype not in (torch.float32, torch.float16, torch.bfloat16):
            raise Refused(f"{path}: {name} is {tensors[name].dtype}, which is not supported")
        if not tensors[name].isfinite().all():
            raise Refused(f"{path}: {name} holds a value that is not a finite number")
    for name in tensors:
        if name not in wanted:
            raise Refused(f"{path} has a tensor {name}, which is none of a tuned lens")


def write(folder: Path, tensors: dict[str, Tensor], notes: dict[str, str]) -> None:
    """The order of the names is that of the translators."""
    save_file({name: tensor.detach().contiguous() for name, tensor in tensors.items()}, folder / WEIGHTS, notes)
