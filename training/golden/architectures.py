"""`python -m training.golden.architectures`: log-probabilities of tiny decoders of every family, by transformers in
float32, in test/golden/architectures.json.

The weights are not committed: each is made of its name and index by a hash that both languages compute exactly, so that
a test writes the same checkpoint. Checkpoints are loaded from files as transformers loads any other.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

from training.paths import GOLDEN

OUT = GOLDEN / "architectures.json"
TOKENS = 28
VOCAB = 96

COMMON = {"vocab_size": VOCAB, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None}
LLAMA = {
    **COMMON,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
}
GPT2 = {**COMMON, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}
NEOX = {**{k: v for k, v in LLAMA.items() if k != "num_key_value_heads"}, "hidden_size": 64}


def rope(theta: float, **scaling) -> dict:
    """As transformers 5 spells it."""
    return {"rope_parameters": {"rope_type": "default", "rope_theta": theta, **scaling}}


LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
LONG = {"short_factor": [1.0, 1.1, 1.3, 1.6], "long_factor": [1.0, 2.0, 3.0, 4.0]}
WINDOW = 6
WITH_WINDOW = {"sliding_window": WINDOW}
FULL, SLIDING = "full_attention", "sliding_attention"
EXPERTS = {"num_local_experts": 4, "num_experts_per_tok": 2}
ROUTED = ("mixtral", "olmoe")

# name, model_type, keys of config.json; more about the files
CASES = [
    ("llama", "llama", {**LLAMA, **rope(1e4)}, {}),
    (
        "llama, biases, a tied head and Llama 3's rotation in the old spelling",
        "llama",
        {
            **LLAMA,
            "attention_bias": True,
            "mlp_bias": True,
            "tie_word_embeddings": True,
            "rope_theta": 100.0,
            "rope_scaling": LLAMA3,
            "torch_dtype": "float32",
        },
        {},
    ),
    (
        "llama, linear rotation in the oldest spelling, in shards",
        "llama",
        {**LLAMA, "rope_theta": 1e5, "rope_scaling": {"type": "linear", "factor": 4.0}, "pretraining_tp": 1},
        {"shards": 3},
    ),
    ("mistral", "mistral", {**LLAMA, **rope(1e4), **WITH_WINDOW, "head_dim": 12}, {}),
    (
        "qwen2, YaRN, in bfloat16",
        "qwen2",
        {
            **LLAMA,
            "tie_word_embeddings": True,
            **rope(1e6, rope_type="yarn", factor=4.0, original_max_position_embeddings=16),
        },
        {"dtype": "bfloat16"},
    ),
    (
        "qwen2",
        "qwen2",
        {
            **LLAMA,
            "rope_theta": 1e6,
            **WITH_WINDOW,
            "use_sliding_window": True,
            "max_window_layers": 1,
            "num_hidden_layers": 3,
        },
        {},
    ),
    ("qwen3", "qwen3", {**LLAMA, **rope(1e6), "head_dim": 12, "tie_word_embeddings": True}, {}),
    (
        "gemma3_text",
        "gemma3_text",
        {
            **LLAMA,
            **WITH_WINDOW,
            "head_dim": 12,
            "num_hidden_layers": 3,
            "query_pre_attn_scalar": 10,
            "layer_types": [SLIDING, FULL, SLIDING],
            "rope_parameters": {
                FULL: {"rope_type": "linear", "rope_theta": 1e6, "factor": 8.0},
                SLIDING: {"rope_type": "default", "rope_theta": 1e4},
            },
        },
        {},
    ),
    (
        "gemma3_text, the old spelling",
        "gemma3_text",
        {
            **LLAMA,
            **WITH_WINDOW,
            "head_dim": 8,
            "num_hidden_layers": 4,
            "query_pre_attn_scalar": 8,
            "sliding_window_pattern": 3,
            "rope_theta": 1e6,
            "rope_local_base_freq": 1e4,
            "rope_scaling": {"rope_type": "linear", "factor": 8.0},
        },
        {},
    ),
    (
        "gemma2",
        "gemma2",
        {
            **LLAMA,
            **WITH_WINDOW,
            "head_dim": 12,
            "num_hidden_layers": 3,
            "query_pre_attn_scalar": 10,
            "attn_logit_softcapping": 5.0,
            "final_logit_softcapping": 4.0,
            **rope(1e4),
        },
        {},
    ),
    ("gemma", "gemma", {**LLAMA, "num_key_value_heads": 1, "head_dim": 16, "hidden_act": "gelu_pytorch_tanh"}, {}),
    ("gpt2", "gpt2", GPT2, {}),
    (
        "gpt2, scores scaled by layer",
        "gpt2",
        {**GPT2, "scale_attn_by_inverse_layer_idx": True, "n_inner": 40, "activation_function": "gelu"},
        {},
    ),
    ("gpt_neox", "gpt_neox", {**NEOX, "rotary_pct": 0.25, "rotary_emb_base": 10000}, {}),
    (
        "gpt_neox, serial",
        "gpt_neox",
        {**NEOX, "use_parallel_residual": False, **rope(1e4, partial_rotary_factor=0.5)},
        {},
    ),
    ("starcoder2", "starcoder2", {**LLAMA, **WITH_WINDOW, "rope_theta": 1e5, "use_bias": True}, {}),
    ("gpt_bigcode", "gpt_bigcode", GPT2, {}),
    ("gpt_bigcode, keys for each head", "gpt_bigcode", {**GPT2, "multi_query": False}, {}),
    (
        "phi3",
        "phi3",
        {
            **LLAMA,
            "original_max_position_embeddings": 32,
            "rope_theta": 1e4,
            "rope_scaling": {"type": "longrope", **LONG},
        },
        {},
    ),
    ("phi3, a window", "phi3", {**LLAMA, **WITH_WINDOW, "head_dim": 16, **rope(1e4, partial_rotary_factor=0.5)}, {}),
    ("phi", "phi", {**LLAMA, "partial_rotary_factor": 0.5, "rope_theta": 1e4}, {"dtype": "float16"}),
    ("olmo2", "olmo2", {**LLAMA, **rope(5e5)}, {}),
    (
        "olmo3",
        "olmo3",
        {
            **LLAMA,
            **WITH_WINDOW,
            "num_hidden_layers": 4,
            "rope_parameters": {
                FULL: {
                    "rope_type": "yarn",
                    "rope_theta": 5e5,
                    "factor": 8.0,
                    "original_max_position_embeddings": 16,
                    "beta_fast": 32,
                    "beta_slow": 1,
                    "attention_factor": 1.2,
                },
                SLIDING: {"rope_type": "default", "rope_theta": 5e5},
            },
        },
        {},
    ),
    ("olmo", "olmo", {**LLAMA, "clip_qkv": 0.7, "rope_theta": 1e4}, {}),
    (
        "granite",
        "granite",
        {
            **LLAMA,
            "embedding_multiplier": 12.0,
            "residual_multiplier": 0.22,
            "attention_multiplier": 0.4,
            "logits_scaling": 3.0,
            **rope(1e4),
        },
        {},
    ),
    ("smollm3", "smollm3", {**LLAMA, "num_hidden_layers": 4, **rope(2e6)}, {}),
    ("stablelm", "stablelm", {**LLAMA, "use_qkv_bias": True, "partial_rotary_factor": 0.25, "rope_theta": 1e4}, {}),
    (
        "llama, dynamic rotation and ReLU",
        "llama",
        {**LLAMA, "hidden_act": "relu", "rope_theta": 1e4, "rope_scaling": {"type": "dynamic", "factor": 2.0}},
        {},
    ),
    (
        "qwen3, biases and YaRN with mscale",
        "qwen3",
        {
            **LLAMA,
            "head_dim": 16,
            "attention_bias": True,
            **rope(
                1e4,
                rope_type="yarn",
                factor=4.0,
                original_max_position_embeddings=16,
                mscale=0.7,
                mscale_all_dim=1.1,
                beta_fast=4,
                beta_slow=0.5,
                truncate=False,
            ),
        },
        {},
    ),
    ("gpt2, scores not scaled", "gpt2", {**GPT2, "scale_attn_weights": False, "tie_word_embeddings": False}, {}),
    ("gpt_neox, no biases of attention", "gpt_neox", {**NEOX, "attention_bias": False, "rotary_pct": 1.0}, {}),
    (
        "starcoder2, no biases and no window",
        "starcoder2",
        {**LLAMA, "use_bias": False, "tie_word_embeddings": False, "sliding_window": None, **rope(1e5)},
        {},
    ),
    ("olmo, biases", "olmo", {**LLAMA, "attention_bias": True, "tie_word_embeddings": True, **rope(1e4)}, {}),
    (
        "granite, biases",
        "granite",
        {**LLAMA, "attention_bias": True, "mlp_bias": True, "embedding_multiplier": 2.0, **rope(1e4)},
        {},
    ),
    (
        "smollm3, windows and biases",
        "smollm3",
        {
            **LLAMA,
            **WITH_WINDOW,
            "num_hidden_layers": 4,
            "use_sliding_window": True,
            "no_rope_layers": [0, 1, 0, 1],
            "attention_bias": True,
            "mlp_bias": True,
            "rope_theta": 2e6,
        },
        {},
    ),
    (
        "gemma2, layers in another order",
        "gemma2",
        {**LLAMA, **WITH_WINDOW, "head_dim": 8, "layer_types": [FULL, SLIDING], "attention_bias": True, **rope(1e4)},
        {},
    ),
    ("stablelm, parallel", "stablelm", {**LLAMA, "use_parallel_residual": True, **rope(1e4)}, {}),
    ("mixtral", "mixtral", {**LLAMA, **EXPERTS, "rope_theta": 1e6, "router_jitter_noise": 0.1}, {}),
    (
        "mixtral, a window and one of two experts, in bfloat16",
        "mixtral",
        {
            **LLAMA,
            **WITH_WINDOW,
            "head_dim": 12,
            "num_local_experts": 2,
            "num_experts_per_tok": 1,
            "tie_word_embeddings": True,
            **rope(1e4),
        },
        {"dtype": "bfloat16"},
    ),
    ("olmoe", "olmoe", {**LLAMA, "num_experts": 8, "num_experts_per_tok": 3, **rope(1e4)}, {}),
    (
        "olmoe, renormalised, clipped and with biases, in shards",
        "olmoe",
        {
            **LLAMA,
            "num_experts": 6,
            "num_experts_per_tok": 4,
            "norm_topk_prob": True,
            "clip_qkv": 0.7,
            "attention_bias": True,
            "rope_theta": 1e4,
        },
        {"shards": 2},
    ),
]


def numbers(name: str, shape: list[int], center: float, scale: float) -> torch.Tensor:
    """float32 [shape]: center + scale * u, u in [-1, 1) by a hash (MurmurHash3's finalizer) of a hash (FNV-1a) of the
    name and of the index. Computed in float64 and rounded once.
    """
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    x = np.arange(int(np.prod(shape)), dtype=np.uint64) * np.uint64(2654435769) + np.uint64(seed)
    x &= np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    u = x.astype(np.float64) / 2**31 - 1
    return torch.from_numpy((center + scale * u).astype(np.float32).reshape(shape))


def spread(name: str, shape: list[int], family: str) -> tuple[float, float]:
    """Center and scale of a tensor's numbers: activations stay near 1, and attention and MLP matter."""
    if len(shape) == 1 and name.endswith("weight"):
        return (0.0 if family.startswith("gemma") else 1.0), 0.25
    if len(shape) == 1:
        return 0.0, 0.25
    isTable = any(part in name for part in ("embed", "wte", "wpe", "lm_head"))
    return 0.0, 1.0 if isTable else round(2.2 / shape[1] ** 0.5, 4)


@torch.no_grad()
def golden(family: str, keys: dict, files: dict) -> dict:
    config = {"model_type": family, **keys}
    dtype = getattr(torch, files.get("dtype", "float32"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "config.json").write_text(json.dumps(config))
        empty = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
        empty.save_pretrained(path / "names")
        with safe_open(path / "names/model.safetensors", "pt") as saved:
            shapes = {name: list(saved.get_slice(name).get_shape()) for name in saved.keys()}  # noqa: SIM118, safe_open is no dict
        made = {name: (shape, *spread(name, shape, family)) for name, shape in sorted(shapes.items())}
        state = {name: numbers(name, *how).to(dtype) for name, how in made.items()}
        save_file(state, path / "model.safetensors", metadata={"format": "pt"})
        options = {"experts_implementation": "eager"} if family in ROUTED else {}
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager", **options
        ).eval()
        ids = [(7 + 29 * i + i * i) % VOCAB for i in range(TOKENS)]
        given = model(torch.tensor([ids]), **({"output_router_logits": True} if family in ROUTED else {}))
        rows = given.logits[0].double().log_softmax(-1)
        routers = [[rounded(row) for row in layer] for layer in given.router_logits] if family in ROUTED else None
    wanted = range(0, TOKENS, 3)
    return {
        "config": config,
        **files,
        "tensors": {name: list(how) for name, how in made.items()},
        "ids": ids,
        "rows": list(wanted),
        "logprobs": [rounded(rows[i]) for i in wanted],
        **({"routers": routers} if routers else {}),
    }


def unlessRounding(before: dict | None, now: dict, apart: float = 1.5e-5) -> dict:
    """The case as another processor computed it, where numbers differ by no more than `apart`."""
    if before is None or before.keys() != now.keys():
        return now
    isSame = all(before[key] == now[key] for key in now if key not in ("logprobs", "routers"))
    same = isSame and all(
        np.allclose(before[key], now[key], rtol=0, atol=apart) for key in ("logprobs", "routers") if key in now
    )
    return before if same else now


def rounded(row: torch.Tensor) -> list[float]:
    return [round(x, 5) for x in row.tolist()]


def main() -> None:
    torch.manual_seed(0)
    before = json.loads(OUT.read_text())["cases"] if OUT.exists() else {}
    cases = {}
    for name, family, keys, files in CASES:
        cases[name] = case = unlessRounding(before.get(name), golden(family, keys, files))
        flat = np.array(case["logprobs"])
        print(f"{name}: {len(case['tensors'])} tensors, logprobs {flat.min():.1f} to {flat.max():.2f}")
    head = {
        "made": "python -m training.golden.architectures",
        "by": f"transformers {transformers.__version__}",
        "format": "config: config.json; dtype, shards: of the files; tensors: shape, center and scale of each (see "
        "`numbers`); logprobs: of the whole vocabulary after ids[0..row], for each of rows; routers: logits of each "
        "layer's router, [layer][token][expert]",
    }
    OUT.write_text(text_of(head, cases))


def text_of(head: dict, cases: dict) -> str:
    """A line for each key of each case."""
    body = ",\n".join(
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"   {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in case.items())
        + "\n  }"
        for name, case in cases.items()
    )
    return (
        "{\n"
        + "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items())
        + f' "cases": {{\n{body}\n }}\n}}\n'
    )


if __name__ == "__main__":
    main()
