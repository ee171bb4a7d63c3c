"""`python -m training.golden.gate`: values of delete gates in float64, in test/golden/gate.json.

Of the built-in gate by our PyTorch, from the weights in its graph: make it again after a training. And of a tiny random
checkpoint in the published layout, by T5's own blocks of `transformers` with the published gate behind them; what
`training.gate.convert` makes of it is in test/golden/gate/.
"""

import base64
import hashlib
import json
import tempfile
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file
from torch import Tensor
from transformers import T5Config, T5EncoderModel
from transformers.models.t5 import modeling_t5

from training.gate.convert import convert
from training.gate.folder import LAYOUT, ids_of
from training.gate.model import GateShape, MrT5, buckets
from training.paths import GOLDEN, REPO

OUT, CONVERTED, BUILT_IN = GOLDEN / "gate.json", GOLDEN / "gate", REPO / "models" / "gate"
# [start, end) of texts: with characters of one to four bytes, longer than T5 tells distances apart; and one so short
# that it shows what attention is divided by.
TEXTS = {"python.py.txt": (0, 300), "scripts.md.txt": (0, 500), "typescript.ts.txt": (0, 4)}
CONFIG = {
    **LAYOUT,
    "vocab_size": 384,
    "d_model": 16,
    "d_kv": 6,
    "d_ff": 24,
    "num_heads": 2,
    "num_layers": 3,
    "num_decoder_layers": 1,
    "delete_gate_layer": 2,
    "sigmoid_mask_scale": -30.0,
    "deletion_threshold": -15.0,
    "gate_layer_norm": True,
    "use_softmax1": True,
    "relative_attention_num_buckets": 32,
    "relative_attention_max_distance": 128,
    "layer_norm_epsilon": 1e-06,
}


def softmax1(scores: Tensor, dim: int = -1) -> Tensor:
    """Miller's: the softmax of the scores and of one more, of 0, without that."""
    return torch.cat([scores, torch.zeros_like(scores[..., :1])], dim).softmax(dim)[..., :-1]


def random_checkpoint() -> dict[str, Tensor]:
    draw = torch.Generator().manual_seed(1)
    tensors = MrT5(GateShape.of(CONFIG)).state_dict()
    return {
        name: 1 + 0.3 * torch.randn(tensor.shape, generator=draw)
        if "layer_norm" in name
        else torch.randn(tensor.shape, generator=draw) * (1 if tensor.ndim == 1 else tensor.shape[-1] ** -0.5)
        for name, tensor in tensors.items()
    }


def by_transformers(tensors: dict[str, Tensor], ids: list[int], with_softmax1: bool = True) -> Tensor:
    """The gate's values [length] from the hidden states of T5's encoder before block `delete_gate_layer`."""
    names = ("d_model", "d_kv", "d_ff", "num_heads", "num_layers", "vocab_size", "feed_forward_proj")
    config = T5Config(**{name: CONFIG[name] for name in names}, dropout_rate=0.0, attn_implementation="eager")
    encoder = T5EncoderModel(config).double().eval()
    own = {name: t.double() for name, t in tensors.items() if name.startswith(("encoder", "shared"))}
    gate = {name: own.pop(name) for name in [*own] if "delete_gate" in name}
    encoder.load_state_dict(own | {"encoder.embed_tokens.weight": own["shared.weight"]})
    plain = modeling_t5.nn.functional.softmax
    if with_softmax1:
        modeling_t5.nn.functional.softmax = softmax1
    try:
        x = encoder(torch.tensor([ids]), output_hidden_states=True).hidden_states[CONFIG["delete_gate_layer"]][0]
    finally:
        modeling_t5.nn.functional.softmax = plain
    at = f"encoder.block.{CONFIG['delete_gate_layer']}.delete_gate"
    norm, weight, bias = (
        gate[f"{at}.{name}"] for name in ("layer_norm.weight", "feed_forward.weight", "feed_forward.bias")
    )
    unit = x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt()
    return CONFIG["sigmoid_mask_scale"] / (1 + torch.exp(unit * norm @ weight[0] + bias))


def by_ours(folder: Path, ids: list[int]) -> Tensor:
    """From the weights that the graph holds by the names of the checkpoint."""
    s = GateShape.of(json.loads((folder / "config.json").read_text()))
    held = {
        t.name: torch.from_numpy(numpy_helper.to_array(t).copy())
        for t in onnx.load(folder / "gate.onnx").graph.initializer
    }
    model = MrT5(s)
    # The graph has the biases by distance, not by bucket.
    most = s.relative_attention_max_distance
    biases = torch.zeros(s.relative_attention_num_buckets, s.num_heads)
    biases[buckets(torch.arange(-most, most + 1), s, both_ways=True)] = held["bias/table"]
    found = {name: t for name, t in held.items() if name.startswith(("encoder.", "shared."))}
    found["encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = biases
    missing, unexpected = model.load_state_dict(found, strict=False)
    assert not unexpected and not any("delete_gate" in name for name in missing), (missing, unexpected)
    return model.double().gate(torch.tensor([ids]))[0]


def rows() -> dict[str, list[int]]:
    return {name: ids_of((GOLDEN / "texts" / name).read_bytes()[start:end]) for name, (start, end) in TEXTS.items()}


def packed(values: Tensor) -> str:
    """Float32, without the end of the text."""
    return base64.b64encode(values[:-1].float().numpy().tobytes()).decode()


@torch.no_grad()
def main() -> None:
    tensors = random_checkpoint()
    for with_softmax1 in (True, False):
        s = GateShape.of({**CONFIG, "use_softmax1": with_softmax1})
        ours = MrT5(s)
        ours.load_state_dict(tensors)
        for ids in rows().values():
            apart = ours.double().gate(torch.tensor([ids]))[0] - by_transformers(tensors, ids, with_softmax1)
            # T5 squares in float32 what it normalises.
            assert apart.abs().max() < 1e-4, "our PyTorch computes something else than transformers"
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors, Path(folder) / "model.safetensors")
        (Path(folder) / "config.json").write_text(json.dumps(CONFIG))
        print(f"converted: {convert(Path(folder), CONVERTED):.1e} from PyTorch")
    own = json.loads((CONVERTED / "tokenscope.json").read_text())
    own["gate"] |= {"name": "tiny random gate", "about": "random weights, made by training.golden.gate"}
    (CONVERTED / "tokenscope.json").write_text(json.dumps(own, indent=2) + "\n")
    golden = {
        "texts": {name: {"from": start, "to": end} for name, (start, end) in TEXTS.items()},
        "sha256": hashlib.sha256((BUILT_IN / "gate.onnx").read_bytes()).hexdigest(),
        "builtIn": {name: packed(by_ours(BUILT_IN, ids)) for name, ids in rows().items()},
        "converted": {name: packed(by_transformers(tensors, ids)) for name, ids in rows().items()},
    }
    OUT.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
