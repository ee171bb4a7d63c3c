"""`python -m training.stories`: converts llama2.c's stories260K to models/stories260K, and compares it with llama2.c's
own arithmetic.

Reads models/stories260K of $TOKENSCOPE_SHARED (karpathy/tinyllamas, MIT): `stories260K.bin` in llama2.c's version 0
layout and its tokenizer `tok512.bin`. Source of layout and arithmetic: `run.c` of karpathy/llama2.c.
"""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort

from training import weights
from training.graph import build
from training.model import Shape
from training.paths import REPO, SHARED

SOURCE = SHARED / "models" / "stories260K"
FOLDER = REPO / "models" / "stories260K"
LIMIT = 1e-4
TOKENS = 500


def read(path: Path) -> tuple[Shape, dict[str, np.ndarray]]:
    """The file's tensors by the names of transformers, queries and keys still in llama2.c's order (rotated pairs
    adjacent).
    """
    data = path.read_bytes()
    dim, hidden, layers, heads, kv_heads, vocab, length = struct.unpack("<7i", data[:28])
    assert vocab > 0, "the output matrix is the embedding"
    s = Shape(vocab, dim, layers, heads, kv_heads, hidden, length)
    floats, at = np.frombuffer(data, "<f4", offset=28), 0

    def take(*shape: int) -> np.ndarray:
        nonlocal at
        at += (size := int(np.prod(shape)))
        return floats[at - size : at].reshape(shape)

    kv = kv_heads * s.head_dim
    found = {"model.embed_tokens.weight": take(vocab, dim)}
    for name, *shape in (
        ("input_layernorm", dim),
        ("self_attn.q_proj", dim, dim),
        ("self_attn.k_proj", kv, dim),
        ("self_attn.v_proj", kv, dim),
        ("self_attn.o_proj", dim, dim),
        ("post_attention_layernorm", dim),
        ("mlp.gate_proj", hidden, dim),
        ("mlp.down_proj", dim, hidden),
        ("mlp.up_proj", hidden, dim),
    ):
        for layer, tensor in enumerate(take(layers, *shape)):
            found[f"model.layers.{layer}.{name}.weight"] = tensor
    found["model.norm.weight"] = take(dim)
    # Tables of cosines and sines follow, which older versions of llama2.c read.
    assert at + length * s.head_dim == floats.size, "the file holds something else"
    return s, found


def halves(weight: np.ndarray, head_dim: int) -> np.ndarray:
    """llama2.c rotates rows 2i and 2i + 1 of a head together, transformers rows i and i + head_dim / 2."""
    return weight.reshape(-1, head_dim // 2, 2, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def reference(s: Shape, w: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """Logits [token, vocabulary] in float64, as in `forward` of run.c."""
    w = {name: tensor.astype(np.float64) for name, tensor in w.items()}

    def norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return weight * x / np.sqrt((x * x).mean(-1, keepdims=True) + s.rms_norm_eps)

    def turn(x: np.ndarray) -> np.ndarray:
        angles = np.arange(len(ids))[:, None] * s.rope_theta ** (-np.arange(0, s.head_dim, 2) / s.head_dim)[None]
        cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
        even, odd = x[..., 0::2], x[..., 1::2]
        return np.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)

    def of(layer: int, name: str) -> np.ndarray:
        return w[f"model.layers.{layer}.{name}.weight"]

    x = w["model.embed_tokens.weight"][ids]
    later = np.triu(np.full((len(ids), len(ids)), -np.inf), 1)
    for layer in range(s.num_hidden_layers):
        y = norm(x, of(layer, "input_layernorm"))
        q, k, v = ((y @ of(layer, f"self_attn.{n}_proj").T).reshape(len(ids), -1, s.head_dim) for n in "qkv")
        q, k = turn(q), turn(k)
        mixed = np.empty_like(q)
        for head in range(s.num_attention_heads):
            group = head * s.num_key_value_heads // s.num_attention_heads
            scores = q[:, head] @ k[:, group].T / np.sqrt(s.head_dim) + later
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            mixed[:, head] = scores / scores.sum(-1, keepdims=True) @ v[:, group]
        x = x + mixed.reshape(len(ids), -1) @ of(layer, "self_attn.o_proj").T
        y = norm(x, of(layer, "post_attention_layernorm"))
        gate = y @ of(layer, "mlp.gate_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * (y @ of(layer, "mlp.up_proj").T)) @ of(layer, "mlp.down_proj").T
    return norm(x, w["model.norm.weight"]) @ w["model.embed_tokens.weight"].T


def write(s: Shape, w: dict[str, np.ndarray]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    turned = {
        name: halves(tensor, s.head_dim) if name.endswith(("q_proj.weight", "k_proj.weight")) else tensor
        for name, tensor in w.items()
    }
    weights.write(FOLDER / "model.safetensors", turned)
    graph = build(s, FOLDER / "model.safetensors")
    onnx.save(graph, FOLDER / "model.onnx")
    onnx.checker.check_model(str(FOLDER / "model.onnx"), full_check=True)
    # `<s>` separates stories: it starts a text and ends it (run.c stops there, too).
    (FOLDER / "config.json").write_text(
        json.dumps(
            {
                "architectures": ["LlamaForCausalLM"],
                "model_type": "llama",
                **s.dict(),
                "head_dim": s.head_dim,
                "hidden_act": "silu",
                "attention_bias": False,
                "mlp_bias": False,
                "tie_word_embeddings": True,
                "bos_token_id": 1,
                "eos_token_id": 1,
                "rope_parameters": {"rope_type": "default", "rope_theta": s.rope_theta},
                "dtype": "float32",
                "use_cache": True,
            },
            indent=2,
        )
        + "\n"
    )
    (FOLDER / "tokenscope.json").write_text(json.dumps({"report": "REPORT.md"}) + "\n")
    shutil.copyfile(SOURCE / "tok512.bin", FOLDER / "tokenizer.bin")
    shutil.copyfile(SOURCE / "LICENSE", FOLDER / "LICENSE")


def check(s: Shape, w: dict[str, np.ndarray]) -> float:
    """The largest difference of a log-probability, in nats, over random tokens; tokens of a story differ less."""
    ids = [1, *np.random.default_rng(0).integers(3, s.vocab_size, TOKENS - 1).tolist()]
    session = ort.InferenceSession(str(FOLDER / "model.onnx"), providers=["CPUExecutionProvider"])
    empty = np.zeros((1, s.num_key_value_heads, 0, s.head_dim), np.float32)
    past = {f"past_key_values.{i}.{part}": empty for i in range(s.num_hidden_layers) for part in ("key", "value")}
    row = np.array([ids], np.int64)
    logits = session.run(
        ["logits"],
        {"input_ids": row, "attention_mask": np.ones_like(row), "position_ids": np.arange(TOKENS)[None], **past},
    )[0][0]

    def log_softmax(x: np.ndarray) -> np.ndarray:
        x = x.astype(np.float64) - x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))

    return float(np.abs(log_softmax(logits) - log_softmax(reference(s, w, ids))).max())


def main() -> None:
    s, w = read(SOURCE / "stories260K.bin")
    write(s, w)
    apart = check(s, w)
    print(json.dumps({**s.dict(), "tokens": TOKENS, "furthest": apart}))
    assert apart <= LIMIT, "ONNX Runtime does not compute what llama2.c computes"


if __name__ == "__main__":
    main()
