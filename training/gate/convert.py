"""`python -m training.gate.convert FOLDER OUT`: the gate of a published MrT5 checkpoint as a folder for Tokenscope.

FOLDER has config.json and model.safetensors of `stanfordnlp/mrt5-small` or `mrt5-large`, or of a model that the
training code of jkallini/mrt5 saved. Its custom code is not run, and no pickle is read.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from training.gate.folder import LIMIT, apart, ids_of, write
from training.gate.model import SENTINEL, GateShape, MrT5
from training.paths import GOLDEN

# Of the published models, with the end of the text.
TOKENS = 1024


class Refused(Exception):
    """What is wrong with the checkpoint, and what to do."""


def read_config(folder: Path) -> dict:
    path = folder / "config.json"
    if not path.exists():
        raise Refused(f"{path} is missing: download it from the model's page, too")
    config = json.loads(path.read_text())
    wanted = {
        "model_type": ("mrt5",),
        "deletion_type": ("scaled_sigmoid",),
        "feed_forward_proj": ("gated-gelu",),
        "has_absolute_position_embeddings": (None, False),
    }
    for name, known in wanted.items():
        if config.get(name) not in known:
            raise Refused(f'{path} has "{name}": {config.get(name)!r}; this reads {known[0]!r} only')
    for name in ("d_model", "d_kv", "d_ff", "num_heads", "num_layers", "num_decoder_layers", "deletion_threshold"):
        if config.get(name) is None:
            raise Refused(f'{path} has no "{name}"')
    # The defaults of its configuration, which a file that was saved by it may leave out.
    config = {"sigmoid_mask_scale": -10.0, "delete_gate_layer": 2, "use_softmax1": False} | config
    if config.get("vocab_size", 384) < SENTINEL:
        raise Refused(f"{path} has a vocabulary of {config['vocab_size']}: that of bytes has {SENTINEL} at least")
    if not 0 < config["delete_gate_layer"] < config["num_layers"]:
        raise Refused(f'{path} has "delete_gate_layer": {config["delete_gate_layer"]} of {config["num_layers"]} layers')
    return config


def read_encoder(folder: Path, s: GateShape) -> MrT5:
    """The encoder up to the gate; what comes after it is left as it was drawn, and not used."""
    path = folder / "model.safetensors"
    if not path.exists():
        pickles = [*folder.glob("*.bin"), *folder.glob("*.pt")]
        if pickles:
            raise Refused(
                f"{pickles[0]} is a pickle, which may run code and is not opened: download model.safetensors instead, "
                "or save the model again with safe_serialization=True"
            )
        raise Refused(f"{path} is missing: download it from the model's page, too")
    with torch.device("meta"):
        model = MrT5(s)
    names = [name for name in model.state_dict() if _is_read(name, s)]
    try:
        opened = safe_open(path, "pt")
    except SafetensorError as error:
        raise Refused(f"{path} is damaged ({error}): download it again") from None
    with opened as file:
        held = set(file.keys())
        found = {}
        for name in names:
            stored = name if name in held else "encoder.embed_tokens.weight" if name == "shared.weight" else ""
            if stored not in held:
                raise Refused(f"{path} has no tensor {name}")
            tensor, wanted = file.get_tensor(stored), model.get_parameter(name).shape
            if tensor.shape != wanted:
                raise Refused(f"{path}: {stored} is {list(tensor.shape)}, and config.json wants {list(wanted)}")
            found[name] = tensor.float()
    model.to_empty(device="cpu")
    model.load_state_dict(found, strict=False)
    return model.eval()


def _is_read(name: str, s: GateShape) -> bool:
    before = tuple(f"encoder.block.{i}." for i in range(s.delete_gate_layer))
    return name.startswith(("shared.", f"encoder.block.{s.delete_gate_layer}.delete_gate.", *before))


def convert(folder: Path, out: Path) -> float:
    """How far the graph is from PyTorch on a text of the repository."""
    config = read_config(folder)
    s = GateShape.of(config)
    model = read_encoder(folder, s)
    about = {
        "name": folder.resolve().name,
        "about": "converted from a checkpoint of MrT5 (arXiv:2410.20771), whose terms are those of its page",
        "tokens": TOKENS,
    }
    write(out, model, config, about)
    text = (GOLDEN / "texts" / "scripts.md.txt").read_bytes()
    furthest = apart(out, model, [ids_of(text[: TOKENS - 1]), ids_of(text[:1]), ids_of(b"")])
    if furthest > LIMIT:
        raise Refused(f"{out / 'gate.onnx'} differs from PyTorch by {furthest:.1e}: it was not converted rightly")
    return furthest


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.gate.convert")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    a = parser.parse_args()
    try:
        print(f"{a.out}: the gate's values differ from PyTorch's by {convert(a.folder, a.out):.1e} at most")
    except Refused as error:
        sys.exit(f"{error}.")


if __name__ == "__main__":
    main()
