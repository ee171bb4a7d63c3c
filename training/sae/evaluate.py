"""`python -m training.sae.evaluate [--seed 1]`: measures the published autoencoder and the other runs on held-out
files; the results go to the work folder.

Every rule is measured in its intended use, at the same L0: Mutual Choice with one threshold (the published file), TopK
with the k largest of each token, Feature Choice with a threshold for each feature at its own density. All thresholds
come from the held-out files with even numbers, all figures from those with odd numbers; dead features are counted on
all held-out tokens.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.paths import WORK
from training.sae.activations import FOLDER, SKIP, WINDOW, coder, files, read, residual, rest, tokenizer
from training.sae.choice import Mutual, PerFeature, budgets
from training.sae.export import exported, folded, global_threshold, pre, rows_of
from training.sae.train import BATCH, FEATURES, K

Encode = Callable[[Tensor], Tensor]


def feature_thresholds(w: dict[str, Tensor], x: Tensor, density: Tensor) -> Tensor:
    """[F]: for each feature the pre-activation that its share of the tokens exceeds, at least 0; the shares are scaled
    by a common factor so that L0 is K.
    """
    columns = torch.cat([pre(w, part).half() for part in x.split(4096)]).t().contiguous()
    ordered = torch.stack([c.float().sort(descending=True).values for c in columns])
    index = torch.arange(FEATURES)

    def at(scale: float) -> Tensor:
        count = (density.double() * scale * len(x)).round().long().clamp(1, len(x) - 1)
        return ordered[index, count].clamp_min(0)

    low, high = 0.1, 10.0
    for _ in range(30):
        middle = (low + high) / 2
        l0 = (ordered > at(middle)[:, None]).sum().item() / len(x)
        low, high = (middle, high) if l0 < K else (low, middle)
    return at(low)


def jump(w: dict[str, Tensor], threshold: Tensor | float) -> Encode:
    return lambda x: (lambda u: torch.where(u > threshold, u, 0))(pre(w, x))


def token_top(w: dict[str, Tensor]) -> Encode:
    def encode(x: Tensor) -> Tensor:
        u = pre(w, x)
        top = u.topk(K, 1)
        return torch.zeros_like(u).scatter_(1, top.indices, top.values.relu())

    return encode


def in_batches(w: dict[str, Tensor], rule, budget) -> Encode:
    """The training rule itself, over batches of the training size."""

    def encode(x: Tensor) -> Tensor:
        u = pre(w, x)
        t, f = rule(u, budget)
        z = torch.zeros_like(u)
        z[t, f] = u[t, f]
        return z

    return encode


def reconstruction(w: dict[str, Tensor], encode: Encode, x: Tensor) -> dict[str, float]:
    mean = x.mean(0)
    missed = total = cosine = length = 0.0
    l0 = []
    for part in x.split(BATCH):
        z = encode(part)
        y = z @ w["W_dec"] + w["b_dec"]
        missed += (part - y).square().sum().item()
        total += (part - mean).square().sum().item()
        cosine += F.cosine_similarity(part - mean, y - mean).sum().item()
        length += ((y - mean).norm(dim=1) / (part - mean).norm(dim=1)).sum().item()
        l0.append((z > 0).sum(1))
    l0 = torch.cat(l0).float()
    return {
        "fvu": missed / total,
        "l0": l0.mean().item(),
        "l0sd": l0.std().item(),
        "cosine": cosine / len(x),
        "length": length / len(x),
        "tokens": len(x),
    }


def densities(encode: Encode, x: np.ndarray) -> Tensor:
    """[F]: the number of rows in which each feature fires."""
    fired = torch.zeros(FEATURES, dtype=torch.long)
    for at in range(0, len(x), BATCH):
        fired += (encode(torch.from_numpy(x[at : at + BATCH].astype(np.float32))) > 0).sum(0)
    return fired


def cross_entropy(models: dict[str, tuple[dict[str, Tensor], Encode]], mean: Tensor, tokens: int) -> dict[str, float]:
    """Nats per token on held-out files with odd numbers, with the reconstructed residual at every position for which
    the autoencoder is meant; averaged over these positions.
    """
    model, bpe, sums, count = coder(), tokenizer(), {}, 0
    for f in files("heldout")[1::2]:
        ids = bpe.encode(f["text"], add_special_tokens=False).ids[: WINDOW - 1]
        if len(ids) < 32:
            continue
        row, target = torch.tensor([[0, *ids]]), torch.tensor(ids)
        x = residual(model, row)
        inside = x[0, SKIP:]
        variants = {"clean": inside, "zero": torch.zeros_like(inside), "mean": mean.expand_as(inside)}
        variants |= {name: encode(inside) @ w["W_dec"] + w["b_dec"] for name, (w, encode) in models.items()}
        for name, y in variants.items():
            logits = rest(model, torch.cat([x[:, :SKIP], y[None]], 1))[0, SKIP:-1]
            sums[name] = sums.get(name, 0.0) + F.cross_entropy(logits, target[SKIP:], reduction="sum").item()
        count += len(ids) - SKIP
        if count >= tokens:
            break
    return {"tokens": count, **{name: value / count for name, value in sums.items()}}


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--ce-tokens", type=int, default=50_000)
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    began = time.time()
    calibration, x, everything = rows_of(0, 100_000), rows_of(1, 100_000), read("heldout")
    states = {rule: FOLDER / f"{rule}-{a.seed}" / "state.pt" for rule in ("mutual", "token", "feature")}
    states = {rule: torch.load(path, weights_only=True) for rule, path in states.items() if path.exists()}
    weights = {rule: folded(state) for rule, state in states.items()}
    published = exported()
    rows: dict[str, dict] = {}
    used: dict[str, tuple[dict[str, Tensor], Encode]] = {}

    def measure(name: str, w: dict[str, Tensor], encode: Encode, use: str | None = None) -> None:
        rows[name] = reconstruction(w, encode, x)
        if use:
            used[use] = (w, encode)
        print(name, {k: round(v, 4) for k, v in rows[name].items()}, f"{time.time() - began:.0f} s", flush=True)

    measure("mutual, one threshold (published)", published, jump(published, published["threshold"]), "mutual")
    measure("mutual, as trained: batches of 2,048", weights["mutual"], in_batches(weights["mutual"], Mutual(), K))
    measure("mutual, k of each token", weights["mutual"], token_top(weights["mutual"]))
    if "token" in weights:
        measure("TopK, k of each token", weights["token"], token_top(weights["token"]), "token")
        measure(
            "TopK, one threshold",
            weights["token"],
            jump(weights["token"], global_threshold(weights["token"], calibration)),
        )
    if "feature" in weights:
        density = states["feature"]["density"]
        measure(
            "feature, a threshold for each",
            weights["feature"],
            jump(weights["feature"], feature_thresholds(weights["feature"], calibration, density)),
            "feature",
        )
        measure(
            "feature, as trained: batches of 2,048",
            weights["feature"],
            in_batches(weights["feature"], PerFeature(), budgets(density, K * BATCH)),
        )
        measure(
            "feature, one threshold",
            weights["feature"],
            jump(weights["feature"], global_threshold(weights["feature"], calibration)),
        )
    result = {"seed": a.seed, "reconstruction": rows, "density": {}}
    for name, (_, encode) in used.items():
        fired = densities(encode, everything)
        share = fired.double() / len(everything)
        result["density"][name] = {
            "tokens": len(everything),
            "dead": (fired == 0).double().mean().item(),
            "above1": (share > 0.01).double().mean().item(),
            "above10": (share > 0.1).double().mean().item(),
            "median": share.median().item(),
        }
        print(name, result["density"][name], f"{time.time() - began:.0f} s", flush=True)
    result["crossEntropy"] = cross_entropy(
        used, torch.from_numpy(everything[::20].astype(np.float32).mean(0)), a.ce_tokens
    )
    cosine = published["W_dec"] @ published["W_dec"].t()
    cosine.fill_diagonal_(-1)
    result["nearestDecoder"] = cosine.max(1).values.quantile(torch.tensor([0.5, 0.95, 1.0])).tolist()
    (WORK / "report").mkdir(exist_ok=True)
    (WORK / "report" / f"sae-{a.seed}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(result["crossEntropy"], f"{time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
