"""The folder of a gate: its graph, the bytes as tokens, and what Tokenscope says of it."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from training.bpe import byte_level
from training.gate.graph import build
from training.gate.model import END, OFFSET, PAD, SENTINEL, MrT5

# How far ONNX Runtime's gate may be from PyTorch's, beside a scale of 30.
LIMIT = 1e-3
SPECIAL = {"<pad>": PAD, "</s>": END, "<unk>": 2}
# Of config.json what is the same for all that is read and written here.
LAYOUT = {
    "architectures": ["MrT5ForConditionalGeneration"],
    "model_type": "mrt5",
    "is_encoder_decoder": True,
    "feed_forward_proj": "gated-gelu",
    "deletion_type": "scaled_sigmoid",
    "eos_token_id": END,
    "pad_token_id": PAD,
}


def tokenizer() -> Tokenizer:
    """Byte b is OFFSET + b, as in ByT5, which has no file of a tokenizer."""
    vocabulary = {**SPECIAL, **{character: OFFSET + byte for byte, character in byte_level().items()}}
    made = Tokenizer(models.BPE(vocabulary, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(list(SPECIAL))
    assert made.get_vocab_size() == SENTINEL
    return made


def write(folder: Path, model: MrT5, config: dict, about: dict, extra: dict | None = None) -> None:
    """`config`: config.json of the checkpoint. `about`: "name", "about" and "tokens", the longest input of the
    training, for tokenscope.json, with `extra` beside them.
    """
    s = model.s
    folder.mkdir(parents=True, exist_ok=True)
    graph = build(s, {name: tensor.detach().float().numpy() for name, tensor in model.state_dict().items()})
    onnx.save(graph, folder / "gate.onnx")
    onnx.checker.check_model(str(folder / "gate.onnx"), full_check=True)
    tokenizer().save(str(folder / "tokenizer.json"))
    gate = {**about, "layer": s.delete_gate_layer, "scale": s.sigmoid_mask_scale, "threshold": s.deletion_threshold}
    for name, value in (
        ("config.json", config),
        ("tokenizer_config.json", {"eos_token": "</s>", "tokenizer_class": "PreTrainedTokenizerFast"}),
        ("tokenscope.json", {"gate": gate, **(extra or {})}),
    ):
        (folder / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


@torch.no_grad()
def apart(folder: Path, model: MrT5, rows: list[list[int]]) -> float:
    """The largest difference of the graph's gate from PyTorch's in float64, of rows of ids."""
    session = ort.InferenceSession(str(folder / "gate.onnx"), providers=["CPUExecutionProvider"])
    reference = model.double()
    try:
        return max(
            float(
                np.abs(
                    session.run(["gate"], {"input_ids": np.array([ids])})[0]
                    - reference.gate(torch.tensor([ids])).numpy()
                ).max()
            )
            for ids in rows
        )
    finally:
        model.float()


def ids_of(text: bytes) -> list[int]:
    """As an input of the encoder."""
    return [*(OFFSET + byte for byte in text), END]
