"""`python -m training.golden.sae`: small random autoencoders in every published file format, with inputs and expected
outputs, in test/golden/sae/formats.

NumPy computes each case in float64 from the formula of its own library (SAELens before and since 6.0, Gemma Scope 1 and
2, EleutherAI's sparsify, OpenAI's sparse_autoencoder, dictionary_learning, Llama Scope, Qwen-Scope, circuit-tracer) and
not from the extension's common form. The reference is therefore independent of the extension's table of formats. Most
formulas are variants of

    u = (N(x) - a b_dec) W_enc + b_enc,  z = act(u),  xhat = N^-1(z W_dec + b_dec)

where N is the normalization of the input and a is 1 if the decoder's bias is subtracted from the input, else 0. act(u)
is ReLU(u); for TopK the k largest of each token, others 0, then ReLU; for JumpReLU ReLU(u) [u > threshold], with a
strict inequality. Gated: with h = x - b_dec, z = [h W_enc + b_gate > 0] ReLU(h (W_enc e^r_mag) + b_mag). Transcoders do
not subtract b_dec, and add x W_skip^T to the output if they have it.

`cases.json` holds for each folder x [tokens, d], z [tokens, F] and xhat [tokens, d_out], and in `refused` the folders
that must be refused, each with a word that the message must contain.
"""

import json
import shutil
from collections.abc import Callable

import numpy as np
import torch
from safetensors.torch import save_file

from training.paths import GOLDEN

D, OUT, F, T, K = 8, 8, 24, 6, 5
FOLDER = GOLDEN / "sae" / "formats"
CASES: dict[str, Callable] = {}


def relu(u):
    return np.maximum(u, 0)


def top(u, k):
    """The k largest values of each row, the others 0."""
    out = np.zeros_like(u)
    for row, values in zip(out, u):
        chosen = np.argsort(-values, kind="stable")[:k]
        row[chosen] = values[chosen]
    return out


def layer_norm(x):
    mean, sd = x.mean(1, keepdims=True), x.std(1, ddof=1, keepdims=True)
    return (x - mean) / (sd + 1e-5), mean, sd + 1e-5


class Case:
    """One folder: its random tensors (with the precision of the file) and its files."""

    def __init__(self, name: str) -> None:
        self.folder = FOLDER / name
        self.folder.mkdir(parents=True)
        self.draw = np.random.default_rng(list(name.encode()))
        self.x = self.draw.normal(size=(T, D)).astype(np.float32).round(4).astype(np.float64) * 2 + 0.3

    def random(self, *shape: int, scale: float = 0.5) -> np.ndarray:
        return self.draw.normal(size=shape).astype(np.float32).astype(np.float64) * scale

    def tensors(self, name: str, tensors: dict, dtype=torch.float32, notes: dict | None = None) -> dict:
        """Writes the tensors and returns them as a reader finds them, in float64."""
        kept = {k: torch.from_numpy(np.array(v)).to(dtype).contiguous() for k, v in tensors.items()}
        save_file(kept, self.folder / name, metadata=notes)
        return {k: v.double().numpy() for k, v in kept.items()}

    def config(self, config: dict, name: str = "cfg.json") -> None:
        (self.folder / name).write_text(json.dumps(config, indent=1) + "\n")

    def usual(self, out: int = D, threshold: bool = False) -> dict:
        tensors = {
            "W_enc": self.random(D, F),
            "W_dec": self.random(F, out),
            "b_enc": self.random(F, scale=0.2),
            "b_dec": self.random(out, scale=0.3),
        }
        return tensors | ({"threshold": np.abs(self.random(F, scale=0.8))} if threshold else {})


def case(function: Callable) -> Callable:
    CASES[function.__name__.replace("_", "-")] = function
    return function


def v6(architecture: str, **more) -> dict:
    return {
        "d_in": D,
        "d_sae": F,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "architecture": architecture,
        **more,
        "metadata": {
            "sae_lens_version": "6.18.0",
            "model_name": "tiny",
            "hook_name": "blocks.1.hook_resid_post",
            "hook_head_index": None,
            "context_size": 1024,
            "prepend_bos": True,
            "exclude_special_tokens": False,
            "dataset_path": "none",
            "neuronpedia_id": None,
        },
    }


def old(**more) -> dict:
    return {
        "d_in": D,
        "d_sae": F,
        "dtype": "torch.float32",
        "model_name": "tiny",
        "hook_point": "blocks.1.hook_resid_pre",
        "hook_point_layer": 1,
        "context_size": 128,
        **more,
    }


WEIGHTS = "sae_weights.safetensors"


def saelens(
    c: Case,
    config: dict,
    act: Callable,
    a: float = 1,
    into=lambda x: x,
    back=lambda y, x: y,
    dtype=torch.float32,
    threshold: bool = False,
    extra: dict | None = None,
) -> dict:
    """SAELens: act(u, weights) for u = (N(x) - a b_dec) W_enc + b_enc. `into` is N, `back` its inverse."""
    w = c.tensors(WEIGHTS, c.usual(threshold=threshold) | (extra or {}), dtype)
    c.config(config)
    z = act((into(c.x) - a * w["b_dec"]) @ w["W_enc"] + w["b_enc"], w)
    return {"z": z, "xhat": back(z @ w["W_dec"] + w["b_dec"], c.x)}


def plain(u, w):
    return relu(u)


def jump(u, w):
    return relu(u) * (u > w["threshold"])


@case
def saelens_standard(c):
    return saelens(c, v6("standard"), plain)


@case
def saelens_standard_without_b_dec(c):
    return saelens(c, v6("standard") | {"apply_b_dec_to_input": False}, plain, a=0)


@case
def saelens_standard_training_keys(c):
    return saelens(c, v6("standard", l1_coefficient=1.0, decoder_init_norm=0.1, something_new=[1]), plain)


@case
def saelens_old_standard(c):
    return saelens(c, old(activation_fn_str="relu", normalize_activations="none"), plain)


@case
def saelens_old_no_defaults(c):
    return saelens(c, {"d_in": D, "d_sae": F, "hook_name": "blocks.1.hook_mlp_out"}, plain)


@case
def saelens_old_normalize_false(c):
    return saelens(c, old(normalize_activations=False), plain)


@case
def saelens_old_topk(c):
    return saelens(c, old(activation_fn_str="topk", activation_fn_kwargs={"k": K}), lambda u, w: relu(top(u, K)))


@case
def saelens_topk(c):
    return saelens(c, v6("topk", k=K), lambda u, w: relu(top(u, K)))


@case
def saelens_topk_more_than_positive(c):
    return saelens(c, v6("topk", k=20), lambda u, w: relu(top(u, 20)))


@case
def saelens_topk_rescaled(c):
    w = c.tensors(WEIGHTS, c.usual())
    c.config(v6("topk", k=K, rescale_acts_by_decoder_norm=True))
    norm = np.linalg.norm(w["W_dec"], axis=1)
    z = relu(top(((c.x - w["b_dec"]) @ w["W_enc"] + w["b_enc"]) * norm, K))
    return {"z": z, "xhat": (z / norm) @ w["W_dec"] + w["b_dec"]}


@case
def saelens_jumprelu(c):
    return saelens(c, v6("jumprelu"), jump, threshold=True)


@case
def saelens_jumprelu_f16(c):
    return saelens(c, v6("jumprelu") | {"dtype": "float16"}, jump, threshold=True, dtype=torch.float16)


@case
def saelens_jumprelu_bf16(c):
    return saelens(c, v6("jumprelu") | {"dtype": "bfloat16"}, jump, threshold=True, dtype=torch.bfloat16)


@case
def saelens_old_jumprelu(c):
    return saelens(c, old(architecture="jumprelu"), jump, threshold=True)


@case
def saelens_batchtopk(c):
    return saelens(
        c,
        v6("jumprelu", rescale_acts_by_decoder_norm=True, topk_threshold_lr=0.01, k=K),
        jump,
        extra={"threshold": np.full(F, 0.9)},
    )


@case
def saelens_matryoshka(c):
    return saelens(c, v6("jumprelu", matryoshka_widths=[8, 24]), jump, extra={"threshold": np.full(F, 0.7)})


def saelens_checkpoint(c, config: dict, threshold: float, scale: float = 1.0) -> dict:
    """A training checkpoint of batchtopk, as SAELens' save_inference_model makes it a jumprelu: the inputs' scale is
    folded into the weights, then the decoder's norms are, and the threshold follows both."""
    tensors = c.usual()
    w = {k: torch.from_numpy(v).float() for k, v in tensors.items()}
    save_file(w | {"topk_threshold": torch.tensor(threshold, dtype=torch.double)}, c.folder / WEIGHTS)
    c.config(config)
    w = {k: v.double().numpy() for k, v in w.items()}
    enc, dec, bias, out = w["W_enc"] * scale, w["W_dec"] / scale, w["b_enc"], w["b_dec"] / scale
    if config["rescale_acts_by_decoder_norm"]:
        norm = np.linalg.norm(dec, axis=1)
        enc, dec, bias, threshold = enc * norm, dec / norm[:, None], bias * norm, threshold / scale
    u = (c.x - out) @ enc + bias
    z = relu(u) * (u > threshold)
    return {"z": z, "xhat": z @ dec + out}


@case
def saelens_batchtopk_checkpoint(c):
    return saelens_checkpoint(c, v6("batchtopk", k=K, rescale_acts_by_decoder_norm=True), 0.9)


@case
def saelens_batchtopk_checkpoint_plain(c):
    return saelens_checkpoint(c, v6("batchtopk", k=K, rescale_acts_by_decoder_norm=False), 0.9)


@case
def saelens_matryoshka_checkpoint_scaled(c):
    (c.folder / "activation_scaler.json").write_text(json.dumps({"scaling_factor": 0.6, "has_whitening": False}))
    config = v6("matryoshka_batchtopk", matryoshka_widths=[8, 24], k=K, rescale_acts_by_decoder_norm=True)
    return saelens_checkpoint(c, config | {"normalize_activations": "expected_average_only_in"}, 0.7, 0.6)


@case
def saelens_constant_norm(c):
    def scale(x):
        return np.sqrt(D) / np.linalg.norm(x, axis=1, keepdims=True)

    return saelens(
        c,
        v6("standard") | {"normalize_activations": "constant_norm_rescale"},
        plain,
        into=lambda x: x * scale(x),
        back=lambda y, x: y / scale(x),
    )


@case
def saelens_layer_norm(c):
    return saelens(
        c,
        v6("topk", k=K) | {"normalize_activations": "layer_norm"},
        lambda u, w: relu(top(u, K)),
        into=lambda x: layer_norm(x)[0],
        back=lambda y, x: y * layer_norm(x)[2] + layer_norm(x)[1],
    )


@case
def saelens_expected_average(c):
    """SAELens has s = sqrt(d) / E|x| in its list of pretrained SAEs; a value in the cfg is sufficient."""
    return saelens(
        c,
        v6("standard", norm_scaling_factor=0.4) | {"normalize_activations": "expected_average_only_in"},
        plain,
        into=lambda x: x * 0.4,
        back=lambda y, x: y / 0.4,
    )


@case
def saelens_scaling_factor_ones(c):
    return saelens(c, old(), plain, extra={"scaling_factor": np.ones(F)})


@case
def saelens_scaling_factor(c):
    w = c.tensors(WEIGHTS, c.usual() | {"scaling_factor": np.abs(c.random(F)) + 0.5})
    c.config(old(finetuning_scaling_factor=True))
    z = relu((c.x - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    return {"z": z, "xhat": (z * w["scaling_factor"]) @ w["W_dec"] + w["b_dec"]}


@case
def saelens_gated(c):
    w = c.tensors(
        WEIGHTS,
        {
            "W_enc": c.random(D, F),
            "W_dec": c.random(F, D),
            "b_dec": c.random(D),
            "b_gate": c.random(F),
            "b_mag": c.random(F),
            "r_mag": c.random(F),
        },
    )
    c.config(v6("gated"))
    h = c.x - w["b_dec"]
    gate, size = h @ w["W_enc"] + w["b_gate"], h @ (w["W_enc"] * np.exp(w["r_mag"])) + w["b_mag"]
    z = (gate > 0) * relu(size)
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"]}


def transcoder(c: Case, architecture: str, jumps: bool = False, skips: bool = False) -> dict:
    out = 10
    w = c.tensors(WEIGHTS, c.usual(out, jumps) | ({"W_skip": c.random(out, D)} if skips else {}))
    config = v6(architecture, d_out=out)
    config["metadata"] |= {"hook_name": "blocks.1.ln2.hook_normalized", "hook_name_out": "blocks.1.hook_mlp_out"}
    c.config(config)
    u = c.x @ w["W_enc"] + w["b_enc"]
    z = jump(u, w) if jumps else relu(u)
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"] + (c.x @ w["W_skip"].T if skips else 0)}


@case
def saelens_transcoder(c):
    return transcoder(c, "transcoder")


@case
def saelens_skip_transcoder(c):
    return transcoder(c, "skip_transcoder", skips=True)


@case
def saelens_jumprelu_transcoder(c):
    return transcoder(c, "jumprelu_transcoder", jumps=True)


@case
def saelens_jumprelu_skip_transcoder(c):
    return transcoder(c, "jumprelu_skip_transcoder", jumps=True, skips=True)


@case
def gemma_scope(c):
    w = {k: v.astype(np.float32) for k, v in c.usual(threshold=True).items()}
    np.savez(c.folder / "params.npz", **w)
    z = jump(c.x @ w["W_enc"].astype(float) + w["b_enc"], w)
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"]}


@case
def gemma_scope_compressed(c):
    w = {k: v.astype(np.float32) for k, v in c.usual(threshold=True).items()}
    np.savez_compressed(c.folder / "params.npz", **w)
    z = jump(c.x @ w["W_enc"].astype(float) + w["b_enc"], w)
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"]}


def gemma_2(c: Case, skip: bool) -> dict:
    w = c.tensors(
        "params.safetensors",
        {{"W_enc": "w_enc", "W_dec": "w_dec"}.get(k, k): v for k, v in c.usual(threshold=True).items()}
        | ({"affine_skip_connection": c.random(D, D)} if skip else {}),
    )
    point = (
        ("model.layers.1.pre_feedforward_layernorm.output", "model.layers.1.post_feedforward_layernorm.output")
        if skip
        else ("model.layers.1.output",) * 2
    )
    c.config(
        {
            "architecture": "jump_relu",
            "model_name": "tiny",
            "hf_hook_point_in": point[0],
            "hf_hook_point_out": point[1],
            "width": F,
            "l0": 5,
        },
        "config.json",
    )
    z = jump(c.x @ w["w_enc"] + w["b_enc"], w)
    return {"z": z, "xhat": z @ w["w_dec"] + w["b_dec"] + (c.x @ w["affine_skip_connection"] if skip else 0)}


@case
def gemma_scope_2(c):
    return gemma_2(c, False)


@case
def gemma_scope_2_transcoder(c):
    return gemma_2(c, True)


def eleuther(c: Case, activation: str = "topk", transcode: bool = False, skip: bool = False, latents: int = F) -> dict:
    w = c.tensors(
        "sae.safetensors",
        {
            "encoder.weight": c.random(F, D),
            "encoder.bias": c.random(F, scale=0.2),
            "W_dec": c.random(F, D),
            "b_dec": c.random(D),
        }
        | ({"W_skip": c.random(D, D)} if skip else {}),
    )
    c.config(
        {
            "expansion_factor": F // D,
            "normalize_decoder": True,
            "num_latents": latents,
            "k": 4,
            "multi_topk": False,
            "skip_connection": skip,
            "activation": activation,
            "transcode": transcode,
            "d_in": D,
        }
    )
    h = relu((c.x - (0 if transcode else w["b_dec"])) @ w["encoder.weight"].T + w["encoder.bias"])
    z = top(h, 4)
    if activation == "groupmax":  # k contiguous groups, the largest of each
        groups, z = h.reshape(T, 4, F // 4), np.zeros_like(h)
        for t in range(T):
            for g in range(4):
                best = groups[t, g].argmax()
                z[t, g * (F // 4) + best] = groups[t, g, best]
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"] + (c.x @ w["W_skip"].T if skip else 0)}


@case
def sparsify_topk(c):
    return eleuther(c)


@case
def sparsify_latents_from_expansion(c):
    return eleuther(c, latents=0)


@case
def sparsify_groupmax(c):
    return eleuther(c, "groupmax")


@case
def sparsify_transcoder(c):
    return eleuther(c, transcode=True)


@case
def sparsify_skip_transcoder(c):
    return eleuther(c, transcode=True, skip=True)


def openai(c: Case, activation: str) -> dict:
    """As training/sae/convert_pt.py writes it: the file holds the tensors, its metadata all other values."""
    notes = {"activation": activation} | (
        {"activation_state_dict": json.dumps({"k": K})} if activation == "TopK" else {}
    )
    w = c.tensors(
        "8.safetensors",
        {
            "pre_bias": c.random(D),
            "latent_bias": c.random(F, scale=0.2),
            "encoder.weight": c.random(F, D),
            "decoder.weight": c.random(D, F),
            "stats_last_nonzero": np.zeros(F),
        },
        notes=notes,
    )
    x, mean, sd = layer_norm(c.x) if activation == "TopK" else (c.x, 0, 1)
    u = (x - w["pre_bias"]) @ w["encoder.weight"].T + w["latent_bias"]
    z = relu(top(u, K)) if activation == "TopK" else relu(u)
    return {"z": z, "xhat": (z @ w["decoder.weight"].T + w["pre_bias"]) * sd + mean}


@case
def openai_topk(c):
    return openai(c, "TopK")


@case
def openai_relu(c):
    return openai(c, "ReLU")


def dictionary(c: Case, name: str, tensors: dict, **trainer) -> dict:
    c.config(
        {
            "trainer": {
                "dict_class": name,
                "activation_dim": D,
                "dict_size": F,
                "lm_name": "tiny",
                "layer": 1,
                "submodule_name": "resid_post_layer_1",
                **trainer,
            },
            "buffer": {"d_submodule": D, "io": "out", "ctx_len": 128},
        },
        "config.json",
    )
    return c.tensors("ae.safetensors", tensors)


def linear(c: Case, bias: str) -> dict:
    return {
        "encoder.weight": c.random(F, D),
        "encoder.bias": c.random(F, scale=0.2),
        "decoder.weight": c.random(D, F),
        bias: c.random(D),
    }


@case
def dictionary_learning_autoencoder(c):
    """Its loader normalizes the decoder's columns to length 1 and scales the encoder by their lengths."""
    w = dictionary(c, "AutoEncoder", linear(c, "bias"))
    norm = np.linalg.norm(w["decoder.weight"], axis=0)
    z = relu((c.x - w["bias"]) @ (w["encoder.weight"] * norm[:, None]).T + w["encoder.bias"] * norm)
    return {"z": z, "xhat": z @ (w["decoder.weight"] / norm).T + w["bias"]}


def dictionary_top(c: Case, name: str, threshold: float | None) -> dict:
    w = dictionary(
        c,
        name,
        linear(c, "b_dec")
        | {"k": np.array(float(K))}
        | ({} if threshold is None else {"threshold": np.array(threshold)}),
        k=K,
    )
    u = relu((c.x - w["b_dec"]) @ w["encoder.weight"].T + w["encoder.bias"])
    z = u * (u > w["threshold"]) if name == "BatchTopKSAE" and threshold is not None and threshold >= 0 else top(u, K)
    return {"z": z, "xhat": z @ w["decoder.weight"].T + w["b_dec"]}


@case
def dictionary_learning_topk(c):
    return dictionary_top(c, "AutoEncoderTopK", -1.0)


@case
def dictionary_learning_topk_old(c):
    return dictionary_top(c, "AutoEncoderTopK", None)


@case
def dictionary_learning_batchtopk(c):
    return dictionary_top(c, "BatchTopKSAE", 0.8)


@case
def dictionary_learning_batchtopk_unset(c):
    return dictionary_top(c, "BatchTopKSAE", -1.0)


@case
def dictionary_learning_gated(c):
    w = dictionary(
        c,
        "GatedAutoEncoder",
        {
            "encoder.weight": c.random(F, D),
            "r_mag": c.random(F),
            "gate_bias": c.random(F),
            "mag_bias": c.random(F),
            "decoder.weight": c.random(D, F),
            "decoder_bias": c.random(D),
        },
    )
    u = (c.x - w["decoder_bias"]) @ w["encoder.weight"].T
    z = (u + w["gate_bias"] > 0) * relu(np.exp(w["r_mag"]) * u + w["mag_bias"])
    return {"z": z, "xhat": z @ w["decoder.weight"].T + w["decoder_bias"]}


@case
def dictionary_learning_jumprelu(c):
    w = dictionary(c, "JumpReluAutoEncoder", c.usual(threshold=True))
    z = jump(c.x @ w["W_enc"] + w["b_enc"], w)
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"]}


@case
def dictionary_learning_new(c):
    """z is the value that the library reports: f times the length of its decoder column."""
    w = dictionary(c, "AutoEncoderNew", linear(c, "decoder.bias"))
    f = relu(c.x @ w["encoder.weight"].T + w["encoder.bias"])
    return {"z": f * np.linalg.norm(w["decoder.weight"], axis=0), "xhat": f @ w["decoder.weight"].T + w["decoder.bias"]}


def llama(c: Case, logarithm: bool) -> dict:
    w = c.tensors(
        "final.safetensors",
        linear(c, "decoder.bias")
        | ({"log_jumprelu_threshold": np.log(np.abs(c.random(F)) + 0.1)} if logarithm else {}),
    )
    average = 7.5
    c.config(
        {
            "act_fn": "jumprelu",
            "d_model": D,
            "d_sae": F,
            "hook_point_in": "blocks.1.hook_resid_post",
            "hook_point_out": "blocks.1.hook_resid_post",
            "norm_activation": "dataset-wise",
            "dataset_average_activation_norm": {"in": average, "out": average},
        }
        | ({} if logarithm else {"jump_relu_threshold": 0.45}),
        "hyperparams.json",
    )
    s = np.sqrt(D) / average
    u = c.x @ (w["encoder.weight"].T * s) + w["encoder.bias"]
    threshold = np.exp(w["log_jumprelu_threshold"]) if logarithm else 0.45 * s
    z = u * (u > threshold)
    return {"z": z, "xhat": z @ (w["decoder.weight"].T / s) + w["decoder.bias"] / s}


@case
def llama_scope(c):
    return llama(c, False)


@case
def llama_scope_log_threshold(c):
    return llama(c, True)


@case
def qwen_scope_L0_5(c):
    """No cfg: k is in the folder's name."""
    w = c.tensors(
        "layer1.sae.safetensors",
        {"W_enc": c.random(F, D), "W_dec": c.random(D, F), "b_enc": c.random(F), "b_dec": c.random(D)},
    )
    z = relu(top(c.x @ w["W_enc"].T + w["b_enc"], 5))
    return {"z": z, "xhat": z @ w["W_dec"].T + w["b_dec"]}


@case
def circuit_tracer(c):
    w = c.tensors(
        "layer_1.safetensors",
        {
            "W_enc": c.random(F, D),
            "W_dec": c.random(F, D),
            "b_enc": c.random(F),
            "b_dec": c.random(D),
            "W_skip": c.random(D, D),
        },
    )
    (c.folder / "config.yaml").write_text(
        "model_name: tiny\n"
        "model_kind: transcoder_set\n"
        "feature_input_hook: hook_resid_mid\n"
        "feature_output_hook: hook_mlp_out\n"
    )
    z = relu(c.x @ w["W_enc"].T + w["b_enc"])
    return {"z": z, "xhat": z @ w["W_dec"] + w["b_dec"] + c.x @ w["W_skip"].T}


def refused() -> dict[str, str]:
    """Writes the folders that must be refused. Returns for each the word that its message must contain."""

    def folder(name: str, config: dict | None, extra: dict | None = None) -> Case:
        c = Case(name)
        c.tensors(WEIGHTS, c.usual() | (extra or {}))
        if config:
            c.config(config)
        return c

    folder("refused-matching-pursuit", v6("matching_pursuit"))
    folder("refused-temporal", v6("temporal"))
    folder("refused-no-scale", v6("standard") | {"normalize_activations": "expected_average_only_in"})
    folder("refused-old-no-scale", old(normalize_activations=True))
    folder("refused-shape", v6("standard") | {"d_in": D + 1})
    folder("refused-jumprelu-without-threshold", v6("jumprelu"))
    batch = v6("batchtopk", k=K, rescale_acts_by_decoder_norm=True)
    folder("refused-batchtopk-unset", batch, {"topk_threshold": np.array(0.0)})
    folder("refused-batchtopk-without-threshold", batch)
    c = folder("refused-whitened", batch, {"topk_threshold": np.array(0.5)})
    (c.folder / "activation_scaler.json").write_text(json.dumps({"scaling_factor": None, "has_whitening": True}))
    folder("refused-abstopk", v6("abstopk", k=K))
    c = Case("refused-pickle")
    c.config({"trainer": {"dict_class": "AutoEncoder"}}, "config.json")
    (c.folder / "ae.pt").write_bytes(b"PK\x03\x04 not to be read")
    return {
        "refused-matching-pursuit": "matching_pursuit",
        "refused-temporal": "temporal",
        "refused-no-scale": "norm_scaling_factor",
        "refused-old-no-scale": "norm_scaling_factor",
        "refused-shape": str(D + 1),
        "refused-jumprelu-without-threshold": "threshold",
        "refused-batchtopk-unset": "not set yet",
        "refused-batchtopk-without-threshold": "missing",
        "refused-whitened": "whitened",
        "refused-abstopk": "abstopk",
        "refused-pickle": "convert_pt",
    }


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    rows = {}
    for name, make in CASES.items():
        c = Case(name)
        result = make(c)
        assert (result["z"] > 0).any(), name

        def numbers(a):
            return [[float(f"{v:.9g}") for v in row] for row in a]

        rows[name] = {"x": numbers(c.x), "z": numbers(result["z"]), "xhat": numbers(result["xhat"])}
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}" for name, row in rows.items())
    (FOLDER / "cases.json").write_text(
        f'{{\n "d": {D}, "features": {F},\n "refused": {json.dumps(refused())},\n "cases": {{\n{body}\n }}\n}}\n'
    )
    print(f"{len(rows)} formats, {sum(f.stat().st_size for f in FOLDER.rglob('*') if f.is_file())} bytes")


if __name__ == "__main__":
    main()
