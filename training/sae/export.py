"""`python -m training.sae.export [--seed 1]`: exports the Mutual Choice run as models/coder/saes/resid-mid, a JumpReLU
autoencoder of SAELens v6.

The scale is folded into the weights so that the decoder's rows keep length 1: z is then the distance by which a feature
moves the residual stream. With the chosen threshold, k features per token fire on average on the held-out files with
even numbers; the figures are measured on the others (sae.evaluate).
"""

import argparse
import hashlib
import json

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from training.paths import MODEL
from training.sae.activations import FOLDER, HOOK, LAYER, SKIP, WINDOW, files, read, tokenizer
from training.sae.train import FEATURES, K

OUT = MODEL / "saes" / "resid-mid"


def heldout_files() -> list[tuple[int, int]]:
    """First and last row of each held-out file in heldout.f16."""
    rows, at, bpe = [], 0, tokenizer()
    for f in files("heldout"):
        count = len(bpe.encode(f["text"], add_special_tokens=False).ids)
        kept = sum(max(0, min(WINDOW - 1, count - w) - (SKIP - 1)) for w in range(0, count, WINDOW - 1))
        rows.append((at, at + kept))
        at += kept
    assert at == len(read("heldout")), "the held-out residuals are of other text: run activations again"
    return rows


def rows_of(parity: int, limit: int) -> Tensor:
    """float32 [about limit, hidden]: every n-th row of the held-out files with that parity."""
    x = read("heldout")
    index = np.concatenate([np.arange(a, b) for a, b in heldout_files()[parity::2]])
    return torch.from_numpy(x[index[:: max(1, len(index) // limit)]].astype(np.float32))


def folded(state: dict) -> dict[str, Tensor]:
    """The tensors of a run in units of the model: W_enc [d, F], W_dec [F, d] with rows of length 1, b_enc [F], b_dec
    [d].
    """
    s, scale = state["sae"], state["scale"]
    return {
        "W_enc": s["enc"].t().contiguous(),
        "W_dec": s["dec"].contiguous(),
        "b_enc": s["b_enc"] / scale,
        "b_dec": s["b_dec"] / scale,
    }


def pre(w: dict[str, Tensor], x: Tensor) -> Tensor:
    return torch.addmm(w["b_enc"], x - w["b_dec"], w["W_enc"])


def global_threshold(w: dict[str, Tensor], x: Tensor, k: int = K) -> float:
    """The pre-activation that k per token exceed on average, exact for x."""
    count, kept = k * len(x), torch.empty(0)
    for part in x.split(4096):
        u = pre(w, part).flatten()
        kept = torch.cat([kept, u[u > (kept.min() if len(kept) >= count else 0)]])
        if len(kept) > count:
            kept = kept.topk(count, sorted=False).values
    return kept.min().item()


def exported() -> dict[str, Tensor]:
    """The published weights, float32."""
    return {k: v.float() for k, v in load_file(OUT / "sae_weights.safetensors").items()}


@torch.no_grad()
def fires(w: dict[str, Tensor], x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, features and values of all z > 0, ordered by feature, then row."""
    rows, features, values = [], [], []
    for at in range(0, len(x), 4096):
        u = pre(w, torch.from_numpy(x[at : at + 4096].astype(np.float32)))
        r, f = (u > w["threshold"]).nonzero().unbind(1)
        rows.append((r + at).to(torch.int32).numpy())
        features.append(f.to(torch.int16).numpy())
        values.append(u[r, f].numpy())
    rows, features, values = map(np.concatenate, (rows, features, values))
    order = features.argsort(kind="stable")
    return rows[order], features[order], values[order]


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    folder = FOLDER / f"mutual-{a.seed}"
    w = {
        k: v.half() if v.ndim == 2 else v for k, v in folded(torch.load(folder / "state.pt", weights_only=True)).items()
    }
    calibration = rows_of(0, 100_000)
    threshold = global_threshold({k: v.float() for k, v in w.items()}, calibration)
    w["threshold"] = torch.full((FEATURES,), threshold)
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(w, OUT / "sae_weights.safetensors", metadata={"format": "pt"})
    step = json.loads((folder / "step.json").read_text())
    config = {
        "architecture": "jumprelu",
        "d_in": w["W_enc"].shape[0],
        "d_sae": FEATURES,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {
            "model_name": "tokenscope/coder",
            "hook_name": HOOK,
            "hook_head_index": None,
            "context_size": WINDOW,
            "prepend_bos": True,
            "exclude_special_tokens": [0],
            "dataset_path": "training/coder/sources.json",
            "neuronpedia_id": None,
            "sae_lens_version": "6.18.0",
            "layer": LAYER,
            "model_sha256": hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest(),
            "trained": {
                "rule": "mutual choice (BatchTopK)",
                "k": K,
                "draws": step["draws"],
                "distinct_tokens": step["distinctTokens"],
                "seed": a.seed,
            },
            "threshold_from": f"quantile at L0 = {K} on {len(calibration)} held-out tokens",
        },
    }
    (OUT / "cfg.json").write_text(json.dumps(config, indent=2) + "\n")
    size = sum(f.stat().st_size for f in OUT.iterdir())
    print(f"threshold {threshold:.5f}; {size} bytes in {OUT.relative_to(MODEL.parent.parent)}")


if __name__ == "__main__":
    main()
