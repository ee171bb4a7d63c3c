"""`python -m training.golden.layers`: what the layers of the built-in model know of a short text, by transformers in
float64 from the float32 weights, in test/golden/layers.json.

The logit lens after every block, summaries of attention by layer and head, energies and drift of states, and for the
attention of one layer to few tokens the significance of core tokens and ranks. Each is computed with whole matrices in
NumPy, not as loops over rows as in the extension.
"""

import base64
import hashlib
import json

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from training.paths import GOLDEN, MODEL

OUT = GOLDEN / "layers.json"
TEXT = "python.py.txt"
TOKENS = 96
SHARE = 0.1
MARGIN = 0.5
# The queries whose rows are stored in full.
ROWS = (40, 95)
# The layer whose attention among the first SQUARE tokens is stored in full.
LAYER, SQUARE = 2, 32
GROUP = 5
ITERATIONS = 4
VARIANCES = (0.5, 4.0)
# The states of the first ones are stored.
STATES = 24
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def rounded(values: np.ndarray) -> list:
    """To 7 significant digits; what is no number is null."""
    if values.ndim > 1:
        return [rounded(each) for each in values]
    return [None if np.isnan(v) else int(v) if v == int(v) else float(f"{v:.7g}") for v in values.tolist()]


def entropies(rows: np.ndarray) -> np.ndarray:
    return -(rows * np.log(np.where(rows > 0, rows, 1))).sum(-1)


def columns(attention: np.ndarray) -> dict:
    """Of [heads, n, n], each [n, heads]."""
    n = attention.shape[-1]
    keys, seen = np.arange(n)[None, :], np.arange(1, n + 1)[:, None]
    # How much of key i, which covers [i, i + 1), is in the last SHARE of the keys.
    window = np.clip(keys + 1 - seen * (1 - SHARE), 0, 1) * (keys < seen)
    rest = attention[:, :, 1:]
    with np.errstate(invalid="ignore"):
        without = entropies(rest / rest.sum(-1, keepdims=True))
    without[:, 0] = np.nan
    return {
        "entropies": rounded(entropies(attention).T),
        "sinks": rounded(attention[:, :, 0].T),
        "entropiesWithoutSink": rounded(without.T),
        "locals": rounded((attention * window).sum(-1).T),
    }


def energies(states: np.ndarray) -> dict:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    cosines = unit @ unit.T
    above = cosines - MARGIN
    return {
        "elu": rounded(np.where(above > 0, above, np.exp(above) - 1).mean(1)),
        "gaussian": rounded(np.exp(-((1 - cosines) ** 2) / (2 * (1 - MARGIN) ** 2)).mean(1)),
    }


def drift(states: np.ndarray) -> np.ndarray:
    unit = states / np.linalg.norm(states, axis=1, keepdims=True)
    return np.concatenate([[np.nan], 1 - (unit[1:] * unit[:-1]).sum(1)])


def cores(attention: np.ndarray, without_sink: bool) -> dict:
    """Of [heads, n, n]; the share that is lost is by masks of keys, [queries, keys]."""
    n = attention.shape[-1]
    whole = n // GROUP
    last = attention[:, GROUP - 1 : whole * GROUP : GROUP, : whole * GROUP].reshape(-1, whole, whole, GROUP)
    own = last[:, np.arange(whole), np.arange(whole)]
    significance = (own / own.sum(-1, keepdims=True)).mean(0)
    allowed = significance.copy()
    if without_sink:
        allowed[0, 0] = -1
    is_core = np.zeros(n, bool)
    is_core[np.arange(whole) * GROUP + allowed.argmax(1)] = True
    keys = np.arange(n)
    earlier = keys[None, :] < keys[:, None] // GROUP * GROUP
    if without_sink:
        earlier = earlier & (keys > 0)
    mass, kept = (attention * earlier).sum((0, 2)), (attention * (earlier & is_core)).sum((0, 2))
    lost = np.full(n, np.nan)
    lost[mass > 0] = 1 - kept[mass > 0] / mass[mass > 0]
    padded = np.concatenate([significance.ravel(), np.full(n - whole * GROUP, np.nan)])
    return {"significance": rounded(padded), "lost": rounded(lost), "far": rounded(mass / len(attention))}


def ranks(attention: np.ndarray, without_sink: bool, limits: tuple[float, float] | None = None) -> list:
    """The uniform row times the power of each head's matrix."""
    heads, n = attention.shape[:2]
    a = attention.copy()
    if without_sink:
        a[:, :, 0] = 0
    sums = a.sum(-1, keepdims=True)
    a = np.divide(a, sums, out=np.zeros_like(a), where=sums > 0)
    s = np.ones((heads, 1, n)) @ np.linalg.matrix_power(a, ITERATIONS)
    s = (s / s.sum(-1, keepdims=True))[:, 0]
    if limits:
        variances = (n * s).var(-1)
        kept = (variances >= limits[0]) & (variances <= limits[1])
        assert 0 < kept.sum() < heads, variances
        s = s[kept]
    return rounded(np.sqrt((s**2).mean(0)))


def exits(top: np.ndarray, logprobs: np.ndarray) -> list[dict]:
    """Of [layers, tokens]: first choices and their log-probabilities."""
    layers = len(top)
    rows = []
    for threshold in THRESHOLDS:
        sure = np.exp(logprobs) >= threshold
        sure[-1] = True
        layer = sure.argmax(0)
        leaves, same = layer < layers - 1, top[layer, np.arange(top.shape[1])] == top[-1]
        rows.append(
            {
                "threshold": threshold,
                "leaving": leaves.mean(),
                "right": same[leaves].mean() if leaves.any() else None,
                "same": same.mean(),
                "meanLayers": (layer + 1).mean(),
            }
        )
    return rows


@torch.no_grad()
def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, attn_implementation="eager", dtype=torch.float64).eval()
    text = (GOLDEN / "texts" / TEXT).read_bytes().decode()
    targets = tokenizer(text, add_special_tokens=False)["input_ids"][:TOKENS]
    ids = [tokenizer.convert_tokens_to_ids("<|endoftext|>"), *targets[:-1]]
    residuals: list[torch.Tensor] = []
    for layer in model.model.layers:
        layer.register_forward_hook(
            lambda _module, _inputs, output: residuals.append(output[0] if isinstance(output, tuple) else output)
        )
    answer = model(torch.tensor([ids]), output_attentions=True, use_cache=False)
    lens = torch.stack([model.lm_head(model.model.norm(each))[0].log_softmax(-1) for each in residuals])
    assert torch.allclose(lens[-1], answer.logits[0].log_softmax(-1), atol=1e-12)
    top = lens.max(-1)
    own = lens.gather(-1, torch.tensor(targets)[None, :, None].expand(len(lens), -1, 1))[:, :, 0]
    choices, best = top.indices.numpy(), top.values.numpy()
    settled = np.flip(np.logical_and.accumulate(np.flip(choices == choices[-1], 0), 0), 0).argmax(0)
    attentions = [each[0].numpy() for each in answer.attentions]
    square = attentions[LAYER][:, :SQUARE, :SQUARE]
    last = residuals[-1][0]
    few = last[:STATES].float()
    result = {
        "made": "python -m training.golden.layers",
        "format": (
            "transformers in float64 from the float32 weights, rounded to 7 significant digits, nats. ids: the input, "
            "the start token first; targets: what follows each. lens: the final norm and the head after each block, "
            "[layer][token]. exitLayers: [token]. attention: [layer], columns [token][head] as in attentionRows.ts with "
            "the share. rows: whole rows of two queries, [layer][head][key]. square: the first tokens' attention of one "
            "layer, [head], the lower triangle row by row, and what coreTokens.ts and attentionRank.ts make of it. "
            "residual: the output of the last block; normed: after the final norm. states: float32, little-endian, of "
            "the first tokens' residual, and the energies among these."
        ),
        "modelSha256": hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest(),
        "text": TEXT,
        "ids": ids,
        "targets": targets,
        "lens": {"top": choices.tolist(), "topLogprob": rounded(best), "logprob": rounded(own.numpy())},
        "exitLayers": settled.tolist(),
        "exits": exits(choices, best),
        "share": SHARE,
        "attention": [columns(each) for each in attentions],
        "rows": [
            {"query": query, "weights": [rounded(each[:, query, : query + 1]) for each in attentions]} for query in ROWS
        ],
        "square": {
            "layer": LAYER,
            "tokens": SQUARE,
            "weights": [rounded(head[np.tril_indices(SQUARE)]) for head in square],
            "group": GROUP,
            "cores": cores(square, False),
            "coresWithoutSink": cores(square, True),
            "iterations": ITERATIONS,
            "ranks": ranks(square, False),
            "ranksWithoutSink": ranks(square, True),
            "variances": VARIANCES,
            "ranksOfKeptHeads": ranks(square, True, VARIANCES),
        },
        "margin": MARGIN,
        "residual": {"energies": energies(last.numpy()), "drift": rounded(drift(last.numpy()))},
        "normed": {
            "energies": energies(model.model.norm(last).numpy()),
            "drift": rounded(drift(model.model.norm(last).numpy())),
        },
        "states": {
            "tokens": STATES,
            "width": few.shape[1],
            "data": base64.b64encode(few.numpy().astype("<f4").tobytes()).decode(),
            "energies": energies(few.double().numpy()),
        },
    }
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in result.items())
    OUT.write_text("{\n" + lines + "\n}\n")
    print(OUT.stat().st_size, "bytes;", [round(float((settled <= i).mean()), 3) for i in range(len(lens))], "settled")


if __name__ == "__main__":
    main()
