"""`python -m training.golden.exports`: a tiny random Mistral with a window of four tokens, exported as
onnxruntime-genai does it, into test/golden/exports/mistral, with its numbers by `transformers` in
test/golden/exports.json.

The graph has packed GroupQueryAttention that rotates by itself and counts its window in rows, fused norms, no position
ids, and a cache whose sizes are names. `model_fp16.onnx` is the same in half precision, by onnxruntime's own converter,
and `model_fp16_io.onnx` with inputs and outputs that stay float32.
"""

import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.transformers.float16 import convert_float_to_float16
from transformers import MistralConfig, MistralForCausalLM

from training.paths import GOLDEN

WINDOW = 4
CONFIG = MistralConfig(
    vocab_size=97,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=2,
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=16,
    sliding_window=WINDOW,
    max_position_embeddings=64,
    rms_norm_eps=1e-5,
    rope_parameters={"rope_type": "default", "rope_theta": 100.0},
    tie_word_embeddings=False,
    attn_implementation="eager",
)
TOKENS = 24
PREFIX = 9
# Continuations of the prefix: the first two part after a token, the third at once.
PATHS = [[5, 6, 7, 8, 9], [5, 60], [40, 41, 42]]


def model() -> MistralForCausalLM:
    torch.manual_seed(7)
    made = MistralForCausalLM(CONFIG).eval()
    with torch.no_grad():
        for name, weight in made.named_parameters():
            if "norm" not in name:
                weight.normal_(std=1.5 / weight.shape[-1] ** 0.5)
    return made


def graph(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    nodes, constants = [], []

    def op(kind: str, inputs: list[str], outputs: list[str] | str, domain: str = "", **attributes) -> str:
        outputs = [outputs] if isinstance(outputs, str) else outputs
        nodes.append(helper.make_node(kind, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def const(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(x: str, name: str, *parts: str) -> str:
        turned = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
        return op("MatMul", [x, const(f"{name}.weight", turned)], f"{name}/output_0")

    contrib = "com.microsoft"
    eps = CONFIG.rms_norm_eps
    angles = np.outer(np.arange(64), 100.0 ** (-np.arange(0, 16, 2) / 16))
    const("cos_cache", np.cos(angles).astype(np.float32))
    const("sin_cache", np.sin(angles).astype(np.float32))
    const("one", np.array([1]))
    const("index", np.array(1))
    op("ReduceSum", ["attention_mask", "one"], "counted", keepdims=0)
    op("Sub", ["counted", "one"], "counted_less")
    op("Cast", ["counted_less"], "seqlens_k", to=TensorProto.INT32)
    op("Shape", ["attention_mask"], "mask_shape")
    op("Gather", ["mask_shape", "index"], "total")
    op("Cast", ["total"], "total_length", to=TensorProto.INT32)
    x = op("Gather", [const("embed", weights["model.embed_tokens.weight"]), "input_ids"], "embedded")
    added = None
    for layer in range(CONFIG.num_hidden_layers):
        at = f"model.layers.{layer}"
        norm = const(f"{at}.input_norm", weights[f"{at}.input_layernorm.weight"])
        if added is None:
            y = op("SimplifiedLayerNormalization", [x, norm], f"{at}/norm", epsilon=eps, axis=-1, stash_type=1)
        else:
            outputs = [f"{at}/norm", "", "", f"{at}/norm/sum"]
            y = op("SkipSimplifiedLayerNormalization", [x, added, norm], outputs, contrib, epsilon=eps)
            x = outputs[3]
        qkv = linear(y, f"{at}/qkv", *(f"{at}.self_attn.{part}_proj" for part in "qkv"))
        past = [f"past_key_values.{layer}.{part}" for part in ("key", "value")]
        present = [f"present.{layer}.{part}" for part in ("key", "value")]
        attended = op(
            "GroupQueryAttention",
            [qkv, "", "", *past, "seqlens_k", "total_length", "cos_cache", "sin_cache"],
            [f"{at}/attn", *present],
            contrib,
            num_heads=2,
            kv_num_heads=1,
            do_rotary=1,
            local_window_size=WINDOW,
            scale=0.25,
        )
        added = linear(attended, f"{at}/o", f"{at}.self_attn.o_proj")
        norm = const(f"{at}.post_norm", weights[f"{at}.post_attention_layernorm.weight"])
        outputs = [f"{at}/post", "", "", f"{at}/post/sum"]
        y = op("SkipSimplifiedLayerNormalization", [x, added, norm], outputs, contrib, epsilon=eps)
        x = outputs[3]
        gate = linear(y, f"{at}/gate", f"{at}.mlp.gate_proj")
        silu = op("Mul", [gate, op("Sigmoid", [gate], f"{at}/sigmoid")], f"{at}/silu")
        gated = op("Mul", [silu, linear(y, f"{at}/up", f"{at}.mlp.up_proj")], f"{at}/gated")
        added = linear(gated, f"{at}/down", f"{at}.mlp.down_proj")
    norm = const("final_norm", weights["model.norm.weight"])
    y = op("SkipSimplifiedLayerNormalization", [x, added, norm], "normed", contrib, epsilon=eps)
    op("MatMul", [y, const("head", weights["lm_head.weight"].T)], "logits")

    def info(name: str, kind: int, *dims):
        return helper.make_tensor_value_info(name, kind, dims)

    def cache(kind: str, length: str):
        return [
            info(f"{kind}.{i}.{part}", TensorProto.FLOAT, "batch_size", "kv_heads", length, "kv_cache_dim")
            for i in range(CONFIG.num_hidden_layers)
            for part in ("key", "value")
        ]

    ids = [
        info("input_ids", TensorProto.INT64, "batch_size", "sequence_length"),
        info("attention_mask", TensorProto.INT64, "batch_size", "total_sequence_length"),
    ]
    logits = info("logits", TensorProto.FLOAT, "batch_size", "sequence_length", CONFIG.vocab_size)
    made = helper.make_graph(
        nodes,
        "main_graph",
        [*ids, *cache("past_key_values", "past_sequence_length")],
        [logits, *cache("present", "total_sequence_length")],
        constants,
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(contrib, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8, producer_name="tokenscope-training")


def main() -> None:
    made = model()
    folder = GOLDEN / "exports" / "mistral"
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph({k: v.detach().numpy() for k, v in made.state_dict().items()}), folder / "model.onnx")
    decoder = {
        "filename": "model.onnx",
        "head_size": CONFIG.head_dim,
        "hidden_size": CONFIG.hidden_size,
        "num_attention_heads": CONFIG.num_attention_heads,
        "num_hidden_layers": CONFIG.num_hidden_layers,
        "num_key_value_heads": CONFIG.num_key_value_heads,
    }
    genai = {"type": "mistral", "context_length": CONFIG.max_position_embeddings, "decoder": decoder}
    half = convert_float_to_float16(onnx.load(folder / "model.onnx"))
    onnx.save(half, folder / "model_fp16.onnx")
    inside = convert_float_to_float16(onnx.load(folder / "model.onnx"), keep_io_types=True)
    onnx.save(inside, folder / "model_fp16_io.onnx")
    (folder / "genai_config.json").write_text(json.dumps({"model": genai}, indent=1) + "\n")
    made = made.double()

    def logits(ids: list[int]) -> torch.Tensor:
        with torch.no_grad():
            return made(torch.tensor([ids])).logits[0]

    ids = [(3 + 29 * i) % CONFIG.vocab_size for i in range(TOKENS + 1)]
    logprobs = torch.log_softmax(logits(ids[:-1]), -1)[range(TOKENS), ids[1:]]
    golden = {
        "window": WINDOW,
        "ids": ids,
        "logprobs": [round(x, 7) for x in logprobs.tolist()],
        "prefix": PREFIX,
        "paths": [
            {"tokens": path, "logits": [round(x, 5) for x in logits([*ids[:PREFIX], *path])[-1].tolist()]}
            for path in PATHS
        ],
    }
    (GOLDEN / "exports.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
