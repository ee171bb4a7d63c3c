"""`python -m training.golden.gguf_families`: log-probabilities of tiny decoders of every architecture of GGUF files, by
llama.cpp, in test/golden/gguf/families.json.

The weights are not committed: each is made of its name and index by a hash (`numbers` of architectures.py), so that a
test writes the same file. Where a case has types, tensors are of these, and llama.cpp is given the 32-bit floats that
gguf-py makes of the same blocks: it would round activations beside blocks.
"""

import json
import math
import tempfile
from pathlib import Path

import gguf
import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from training.golden.architectures import numbers, unlessRounding
from training.golden.llama_server import BUILD, LlamaServer
from training.paths import GOLDEN

OUT = GOLDEN / "gguf" / "families.json"
TOKENS = 28
VOCAB = 96
# Of ids that no two neighbours repeat.
IDS = [(7 + 29 * i + i * i) % VOCAB for i in range(TOKENS)]

SIZES = {
    "context_length": 512,
    "embedding_length": 32,
    "block_count": 2,
    "feed_forward_length": 48,
    "attention.head_count": 4,
    "attention.head_count_kv": 2,
}
RMS = {"attention.layer_norm_rms_epsilon": 1e-5}
LAYER = {"attention.layer_norm_epsilon": 1e-5}
HEAD = {"attention.key_length": 12, "attention.value_length": 12}
WINDOW = {"attention.sliding_window": 6}
THREE = {"block_count": 3}
FOUR = {"block_count": 4}
GATED = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"]
PLAIN = [name for name in GATED if name != "ffn_gate"]
FUSED = ["attn_norm", "attn_qkv", "attn_output", "ffn_norm", "ffn_up", "ffn_down"]
NORMED = ["attn_q_norm", "attn_k_norm"]
POST = ["post_attention_norm", "post_ffw_norm"]
BIASES = ["attn_qkv", "attn_output", "ffn_up", "ffn_down", "attn_norm", "ffn_norm", "output_norm"]
SPLIT_BIASES = ["attn_q", "attn_k", "attn_v", *BIASES[1:]]
QKV = ["attn_q", "attn_k", "attn_v"]


EXPERTS = {"expert_count": 4, "expert_used_count": 2}
ROUTED = ["ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"]
ATTENTION = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm"]


def case(architecture, keys, layer, **more):
    return {"architecture": architecture, "keys": {**SIZES, **keys}, "layer": layer, **more}


CASES = {
    "llama": case("llama", {**RMS, "rope.dimension_count": 8}, GATED),
    "llama, divided frequencies, tied": case(
        "llama", {**RMS, "rope.freq_base": 500000.0}, GATED, tied=True, extra={"rope_freqs.weight": [4]}
    ),
    "llama, linear": case(
        "llama", {**RMS, "rope.scaling.type": "linear", "rope.scaling.factor": 4.0}, GATED, bias=[*QKV, "attn_output"]
    ),
    "llama, every type": case(
        "llama",
        {**RMS, "embedding_length": 256, "feed_forward_length": 256, "attention.head_count_kv": 4},
        GATED,
        types=True,
    ),
    "qwen2": case("qwen2", {**RMS, "rope.freq_base": 1e6}, GATED, bias=QKV, tied=True),
    "qwen2, YaRN": case(
        "qwen2",
        {
            **RMS,
            "rope.freq_base": 1e6,
            "rope.scaling.type": "yarn",
            "rope.scaling.factor": 4.0,
            "rope.scaling.original_context_length": 16,
        },
        GATED,
        bias=QKV,
    ),
    "qwen3": case("qwen3", {**RMS, **HEAD, "rope.freq_base": 1e6}, [*GATED, *NORMED]),
    "gemma": case("gemma", {**RMS, **HEAD, "attention.head_count_kv": 1}, GATED, tied=True),
    "gemma2": case(
        "gemma2",
        {**RMS, **HEAD, **THREE, **WINDOW, "attn_logit_softcapping": 5.0, "final_logit_softcapping": 4.0},
        [*GATED, *POST],
        tied=True,
    ),
    # Scores that the caps matter for.
    "gemma2, defaults": case("gemma2", {**RMS, **HEAD, **THREE}, [*GATED, *POST], tied=True, sharp=6.0),
    "gemma3": case(
        "gemma3",
        {**RMS, **HEAD, **WINDOW, "block_count": 7, "rope.freq_base": 1e6},
        [*GATED, *NORMED, *POST],
        tied=True,
    ),
    "gemma3, linear": case(
        "gemma3",
        {
            **RMS,
            **HEAD,
            **WINDOW,
            "block_count": 7,
            "rope.freq_base": 1e6,
            "rope.scaling.type": "linear",
            "rope.scaling.factor": 8.0,
        },
        [*GATED, *NORMED, *POST],
        tied=True,
    ),
    "gpt2": case(
        "gpt2", {**LAYER, "attention.head_count_kv": 4}, FUSED, bias=BIASES, extra={"position_embd.weight": [512, 32]}
    ),
    "starcoder": case(
        "starcoder",
        {**LAYER, "attention.head_count_kv": 1},
        FUSED,
        bias=BIASES,
        extra={"position_embd.weight": [512, 32]},
    ),
    "gptneox": case(
        "gptneox",
        {**LAYER, "attention.head_count_kv": 4, "rope.dimension_count": 4, "use_parallel_residual": True},
        FUSED,
        bias=BIASES,
    ),
    "gptneox, serial": case(
        "gptneox",
        {**LAYER, "attention.head_count_kv": 4, "rope.dimension_count": 4, "use_parallel_residual": False},
        FUSED,
        bias=BIASES,
    ),
    "starcoder2": case("starcoder2", {**LAYER, "rope.freq_base": 1e5}, PLAIN, bias=SPLIT_BIASES),
    "phi2": case(
        "phi2",
        {**LAYER, "attention.head_count_kv": 4, "rope.dimension_count": 4},
        [name for name in FUSED if name != "ffn_norm"],
        bias=[*(name for name in BIASES if name != "ffn_norm"), "output"],
    ),
    "phi3": case(
        "phi3",
        {**RMS, "rope.dimension_count": 8, "rope.scaling.original_context_length": 512},
        FUSED,
        extra={"rope_factors_short.weight": [4], "rope_factors_long.weight": [4]},
        doubled=True,
    ),
    "olmo": case("olmo", {**LAYER, "attention.clamp_kqv": 0.7}, [name for name in GATED if "norm" not in name]),
    "olmo2": case(
        "olmo2", {**RMS, "rope.freq_base": 5e5}, [n for n in GATED if "norm" not in n] + NORMED + POST, wide=True
    ),
    "olmo2, windows": case(
        "olmo2",
        {
            **RMS,
            **FOUR,
            **WINDOW,
            "rope.freq_base": 5e5,
            "rope.scaling.type": "yarn",
            "rope.scaling.factor": 8.0,
            "rope.scaling.original_context_length": 16,
        },
        [n for n in GATED if "norm" not in n] + NORMED + POST,
        wide=True,
    ),
    "granite": case(
        "granite",
        {**RMS, "attention.scale": 0.4, "embedding_scale": 12.0, "residual_scale": 0.22, "logit_scale": 3.0},
        GATED,
    ),
    "smollm3": case("smollm3", {**RMS, **FOUR, "rope.freq_base": 2e6}, GATED, tied=True),
    "stablelm": case(
        "stablelm",
        {**LAYER, "rope.dimension_count": 2, "use_parallel_residual": False},
        GATED,
        bias=[*QKV, "attn_norm", "ffn_norm", "output_norm"],
    ),
    "stablelm, parallel": case(
        "stablelm",
        {**LAYER, "rope.dimension_count": 2, "use_parallel_residual": True},
        [name for name in GATED if name != "ffn_norm"],
        bias=["attn_norm", "output_norm"],
    ),
    "llama, experts": case("llama", {**RMS, **EXPERTS, "rope.dimension_count": 8}, [*ATTENTION, *ROUTED]),
    "olmoe": case(
        "olmoe",
        {**RMS, "expert_count": 8, "expert_used_count": 3, "attention.head_count_kv": 4},
        [*ATTENTION, *NORMED, *ROUTED],
        wide=True,
    ),
}

# By type: what scales its blocks, as halves at bytes from its start.
SCALES = {
    "Q4_0": {0: 0.03},
    "Q4_1": {0: 0.03, 2: -0.22},
    "Q5_0": {0: 0.015},
    "Q5_1": {0: 0.015, 2: -0.23},
    "Q8_0": {0: 0.002},
    "Q2_K": {80: 0.02, 82: 0.03},
    "Q3_K": {108: 0.003},
    "Q4_K": {0: 0.0006, 2: 0.0045},
    "Q5_K": {0: 0.0003, 2: 0.0045},
    "Q6_K": {208: 0.0001},
    "IQ4_NL": {0: 0.002},
    "IQ4_XS": {0: 0.0001},
}
TYPES = [*SCALES, "MXFP4", "F16", "BF16"]


def shapes_of(made: dict) -> dict[str, list[int]]:
    keys = made["keys"]
    width, inner = keys["embedding_length"], keys["feed_forward_length"]
    heads, shared = keys["attention.head_count"], keys["attention.head_count_kv"]
    head = keys.get("attention.key_length", width // heads)
    queries, others = heads * head, shared * head
    experts = keys.get("expert_count", 0)
    own = {
        "attn_norm": [width],
        "ffn_norm": [width],
        "post_attention_norm": [width],
        "post_ffw_norm": [width],
        "attn_q": [queries, width],
        "attn_k": [others, width],
        "attn_v": [others, width],
        "attn_qkv": [queries + 2 * others, width],
        "attn_q_norm": [queries if made.get("wide") else head],
        "attn_k_norm": [others if made.get("wide") else head],
        "attn_output": [width, queries],
        "ffn_gate": [inner, width],
        "ffn_up": [2 * inner if made.get("doubled") else inner, width],
        "ffn_down": [width, inner],
        "ffn_gate_inp": [experts, width],
        "ffn_gate_exps": [experts, inner, width],
        "ffn_up_exps": [experts, inner, width],
        "ffn_down_exps": [experts, width, inner],
    }
    shapes = {"token_embd.weight": [VOCAB, width]}
    if made["architecture"] != "olmo":
        shapes["output_norm.weight"] = [width]
    if not made.get("tied"):
        shapes["output.weight"] = [VOCAB, width]
    bias = made.get("bias", [])
    for name, shape in (("output_norm", [width]), ("output", [VOCAB])):
        if name in bias:
            shapes[f"{name}.bias"] = shape
    shapes |= made.get("extra", {})
    for layer in range(keys["block_count"]):
        for name in made["layer"]:
            shapes[f"blk.{layer}.{name}.weight"] = own[name]
            if name in bias:
                shapes[f"blk.{layer}.{name}.bias"] = own[name][:1]
    return shapes


def spread(name: str, shape: list[int], sharp: float) -> tuple[float, float]:
    """Center and scale: activations stay near 1, and attention and MLP matter."""
    if name.startswith("rope_f"):
        return 2.0, 0.9
    if name.endswith("bias"):
        return 0.0, 0.25
    if len(shape) == 1:
        return 1.0, 0.25
    if "embd" in name or name.startswith("output"):
        return 0.0, round(math.sqrt(32 / shape[1]), 4)
    return 0.0, round((sharp if "attn_q." in name else 1.0) * 2.2 / math.sqrt(shape[-1]), 4)


def blocks_of(name: str, type_name: str, shape: list[int]) -> np.ndarray:
    """Bytes by the same hash, with scales that keep the weights small."""
    block, size = GGML_QUANT_SIZES[GGMLQuantizationType[type_name]]
    count = int(np.prod(shape)) // block
    drawn = numbers(name, [count * size], 128.0, 128.0).numpy()
    blocks = np.clip(np.floor(drawn), 0, 255).astype(np.uint8).reshape(count, size)
    for at, scale in SCALES.get(type_name, {}).items():
        blocks[:, at : at + 2] = np.frombuffer(np.float16(scale).tobytes(), np.uint8)
    if type_name == "MXFP4":
        blocks[:, 0] = 123
    # Sign and fraction are drawn, the exponent is that of 1/16.
    if type_name == "F16":
        blocks[:, 1] = (blocks[:, 1] & 0x83) | 11 << 2
    if type_name == "BF16":
        blocks[:, 1] = (blocks[:, 1] & 0x80) | 0x3D
        blocks[:, 0] |= 0x80
    return blocks.reshape(shape[0], -1)


def write(path: Path, made: dict, shapes: dict, types: dict) -> None:
    writer = gguf.GGUFWriter(path, made["architecture"])
    for key, value in made["keys"].items():
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}
        add[type(value)](f"{made['architecture']}.{key}", value)
    # Every token is a character: the server sends tokens as text.
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([chr(33 + i) for i in range(94)] + ["Ġ", "Ċ"])
    writer.add_token_types([1] * VOCAB)
    writer.add_token_merges(["! !"])
    writer.add_add_bos_token(False)
    writer.add_eos_token_id(0)
    writer.add_bos_token_id(0)
    for name, shape in shapes.items():
        if name in types:
            weights = dequantize(blocks_of(name, types[name], shape), GGMLQuantizationType[types[name]])
            writer.add_tensor(name, weights.astype(np.float32).reshape(shape))
        else:
            writer.add_tensor(name, numbers(name, shape, *spread(name, shape, made.get("sharp", 1.0))).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def golden(made: dict) -> dict:
    shapes = shapes_of(made)
    matrices = [name for name, shape in shapes.items() if len(shape) == 2 and name.startswith("blk")]
    types = dict(zip(matrices, TYPES, strict=False)) if made.get("types") else {}
    if made.get("types"):
        types["token_embd.weight"] = TYPES[len(matrices)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gguf"
        write(path, made, shapes, types)
        server = LlamaServer(path, context=512)
        rows = [0, 6, 13, 20, TOKENS - 1]
        logprobs = [server.next_logprobs(IDS[: row + 1], VOCAB) for row in rows]
        del server
    return {
        "architecture": made["architecture"],
        "keys": made["keys"],
        "tensors": {
            name: [shape, types[name]] if name in types else [shape, *spread(name, shape, made.get("sharp", 1.0))]
            for name, shape in shapes.items()
        },
        "rows": rows,
        "logprobs": [[round(each, 5) for each in row] for row in logprobs],
    }


def main() -> None:
    before = json.loads(OUT.read_text())["cases"] if OUT.exists() else {}
    cases = {}
    for name, made in CASES.items():
        cases[name] = found = unlessRounding(before.get(name), golden(made), apart=1e-4)
        flat = np.array(found["logprobs"])
        print(f"{name}: {len(found['tensors'])} tensors, logprobs {flat.min():.1f} to {flat.max():.2f}", flush=True)
    head = {
        "made": "python -m training.golden.gguf_families",
        "by": f"llama.cpp {BUILD}",
        "format": "keys: of the architecture; tensors: shape, then center and scale of its numbers, or type of blocks; "
        "logprobs: of the whole vocabulary after ids[0..row], for each of rows",
        "ids": IDS,
        "scales": SCALES,
    }
    body = ",\n".join(
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"   {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in found.items())
        + "\n  }"
        for name, found in cases.items()
    )
    lines = "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items())
    OUT.write_text(f'{{\n{lines} "cases": {{\n{body}\n }}\n}}\n')
    print(f"{OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
