"""`python -m training.golden.adapters`: log-probabilities of tiny decoders with LoRA adapters, merged by peft in float32, in
test/golden/adapters.json. Bases and numbers are those of `golden.architectures`; needs the package `peft`.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
import peft
import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

from training.golden.architectures import OUT as BASES
from training.golden.architectures import numbers, text_of
from training.paths import GOLDEN

OUT = GOLDEN / "adapters.json"
LORA = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "bias": "none", "lora_dropout": 0.05, "inference_mode": True}

# name, base, keys of adapter_config.json, targets by layer with their outputs and inputs, whole tensors
CASES = [
    (
        "llama",
        "llama",
        {"r": 4, "lora_alpha": 12, "rank_pattern": {"down_proj": 2}},
        {
            "model.layers.{}.self_attn.q_proj": (32, 32, 4),
            "model.layers.{}.self_attn.v_proj": (16, 32, 4),
            "model.layers.{}.self_attn.o_proj": (32, 32, 4),
            "model.layers.{}.mlp.gate_proj": (48, 32, 4),
            "model.layers.{}.mlp.down_proj": (32, 48, 2),
        },
        {},
    ),
    (
        "llama with biases and a tied head, rank-stabilised, which saves its tables",
        "llama, biases, a tied head and Llama 3's rotation in the old spelling",
        {"r": 4, "lora_alpha": 6, "use_rslora": True, "modules_to_save": ["embed_tokens", "lm_head"]},
        {"model.layers.{}.self_attn.k_proj": (16, 32, 4), "model.layers.{}.mlp.up_proj": (48, 32, 4)},
        {"model.embed_tokens.weight": [96, 32], "lm_head.weight": [96, 32]},
    ),
    (
        "gpt2, products with inputs and outputs exchanged",
        "gpt2",
        {"r": 3, "lora_alpha": 9, "fan_in_fan_out": True},
        {
            "transformer.h.{}.attn.c_attn": (96, 32, 3),
            "transformer.h.{}.attn.c_proj": (32, 32, 3),
            "transformer.h.{}.mlp.c_proj": (32, 128, 3),
        },
        {},
    ),
    (
        "gpt_neox, a product of all heads",
        "gpt_neox",
        {"r": 4, "lora_alpha": 8},
        {
            "gpt_neox.layers.{}.attention.query_key_value": (192, 64, 4),
            "gpt_neox.layers.{}.mlp.dense_h_to_4h": (48, 64, 4),
        },
        {},
    ),
    (
        "phi3, rows of products that are one",
        "phi3",
        {"r": 4, "lora_alpha": 8, "layers_to_transform": [1]},
        {
            "model.layers.1.self_attn.qkv_proj": (64, 32, 4),
            "model.layers.1.mlp.gate_up_proj": (96, 32, 4),
        },
        {},
    ),
]


def tensors_of(layers: int, targets: dict, saved: dict) -> dict:
    """Shape, center and scale by name, as peft saves them."""
    made = {}
    for pattern, (outputs, inputs, rank) in targets.items():
        for layer in range(layers) if "{}" in pattern else [None]:
            module = f"base_model.model.{pattern.format(layer)}"
            made[f"{module}.lora_A.weight"] = ([rank, inputs], 0.0, round(1 / inputs**0.5, 4))
            made[f"{module}.lora_B.weight"] = ([outputs, rank], 0.0, 0.3)
    for name, shape in saved.items():
        made[f"base_model.model.{name}"] = (shape, 0.0, 1.0)
    return made


@torch.no_grad()
def golden(base: dict, name: str, keys: dict, targets: dict, saved: dict) -> dict:
    modules = sorted({pattern.rsplit(".", 1)[1] for pattern in targets})
    config = {**LORA, "base_model_name_or_path": "tiny/base", "target_modules": modules, **keys}
    layers = base["config"].get("num_hidden_layers", base["config"].get("n_layer"))
    made = tensors_of(layers, targets, saved)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "config.json").write_text(json.dumps(base["config"]))
        state = {key: numbers(key, *how) for key, how in base["tensors"].items()}
        save_file(state, path / "model.safetensors", metadata={"format": "pt"})
        adapter = path / "adapter"
        adapter.mkdir()
        (adapter / "adapter_config.json").write_text(json.dumps(config))
        save_file({key: numbers(key, *how) for key, how in made.items()}, adapter / "adapter_model.safetensors")
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        ids = torch.tensor([base["ids"]])
        before = model(ids).logits[0].double().log_softmax(-1)
        merged = PeftModel.from_pretrained(model, adapter).merge_and_unload().eval()
        after = merged(ids).logits[0].double().log_softmax(-1)
    print(f"{name}: {len(made)} tensors, changed by up to {(after - before).abs().max():.2f} nats")
    return {
        "base": next(key for key, value in ALL.items() if value is base),
        "config": config,
        "tensors": {key: list(how) for key, how in made.items()},
        "rows": base["rows"],
        "logprobs": [[round(x, 5) for x in after[i].tolist()] for i in base["rows"]],
    }


ALL = json.loads(BASES.read_text())["cases"]


def main() -> None:
    torch.manual_seed(0)
    cases = {name: golden(ALL[base], name, *rest) for name, base, *rest in CASES}
    assert all(np.isfinite(case["logprobs"]).all() for case in cases.values())
    head = {
        "made": "python -m training.golden.adapters",
        "by": f"peft {peft.__version__}",
        "format": "base: a case of architectures.json; config: adapter_config.json; tensors, logprobs: as there",
    }
    OUT.write_text(text_of(head, cases))


if __name__ == "__main__":
    main()
