"""`python -m training.golden.features`: the published autoencoder on a sample text, by PyTorch in float64, in
test/golden/sae/coder.json and coder.safetensors.

Activations, features, the features that each selection rule keeps, and the effect of ablating or steering a feature on
the log-probability of every token.
"""

import hashlib
import json

import torch
from safetensors.torch import save_file
from torch import Tensor

from training.golden.predicates import SAMPLES
from training.paths import GOLDEN, MODEL
from training.sae.activations import HOOK, coder, residual, rest, tokenizer
from training.sae.export import OUT, exported, pre

FOLDER = GOLDEN / "sae"
BUDGETS, PER_TOKEN, PER_FEATURE = (8, 32), 16, 5


def sparse(z: Tensor) -> list[list[list[float]]]:
    """For each token its features and values, ordered by feature."""
    return [[[int(f), float(f"{row[f]:.7g}")] for f in row.nonzero().squeeze(1)] for row in z]


def chosen(mask: Tensor) -> list[list[int]]:
    """For each token its features."""
    return [row.nonzero().squeeze(1).tolist() for row in mask]


def effect(model, x: Tensor, delta: Tensor, target: Tensor) -> list[float]:
    """The log-probability of every token with delta [tokens, hidden] added to the residual stream at the tokens'
    positions.
    """
    moved = torch.cat([x[:, :1], x[:, 1:] + delta], 1)
    return [
        round(v, 8) for v in rest(model, moved)[0, :-1].log_softmax(-1).gather(1, target[:, None]).squeeze(1).tolist()
    ]


@torch.no_grad()
def main() -> None:
    model, w = coder().double(), {k: v.double() for k, v in exported().items()}
    text = SAMPLES["typescript"] + SAMPLES["python"]
    ids = tokenizer().encode(text, add_special_tokens=False).ids[:200]
    target = torch.tensor(ids)
    x = residual(model, torch.tensor([[0, *ids]]))
    inside = x[0, 1:]
    u = pre(w, inside)
    z = torch.where(u > w["threshold"], u, 0)
    z[0] = 0  # the first token of a window is excluded
    missed = inside - z @ w["W_dec"] - w["b_dec"]
    positive = u.relu()
    positive[0] = 0
    n = len(ids) - 1  # number of included tokens

    def kept(count: int) -> list[list[int]]:
        return chosen(positive >= positive.flatten().topk(count).values[-1])

    per_token = torch.zeros_like(u).scatter_(1, positive.topk(PER_TOKEN, 1).indices, positive.topk(PER_TOKEN, 1).values)
    order = z.sum(0).argsort(descending=True)
    strong = [int(f) for f in order[[0, 5, 20, 60]]]
    rare = [int(f) for f in ((z > 0).sum(0) == 1).nonzero().squeeze(1)[:2]]
    top_tokens = {
        f: [int(t) for t in positive[:, f].argsort(descending=True, stable=True)[:PER_FEATURE] if positive[t, f] > 0]
        for f in strong
    }
    effects = [{"kind": "none", "logprob": effect(model, x, torch.zeros_like(inside), target)}]
    for f in strong + rare:
        direction = w["W_dec"][f]
        at = int(z[:, f].argmax())
        everywhere = z[:, f : f + 1] * -direction
        effects.append({"kind": "ablate", "feature": f, "token": None, "logprob": effect(model, x, everywhere, target)})
        one = torch.zeros_like(inside)
        one[at] = everywhere[at]
        effects.append({"kind": "ablate", "feature": f, "token": at, "logprob": effect(model, x, one, target)})
        one[at] = 6.0 * direction
        effects.append(
            {"kind": "steer", "feature": f, "token": at, "by": 6.0, "logprob": effect(model, x, one, target)}
        )
        all_but_first = direction.expand_as(inside).clone() * -2.5
        all_but_first[0] = 0
        effects.append(
            {
                "kind": "steer",
                "feature": f,
                "token": None,
                "by": -2.5,
                "logprob": effect(model, x, all_but_first, target),
            }
        )
    note = (
        "PyTorch in float64 from float32 weights. text's first tokens, one window; coder.safetensors: x [tokens, "
        f"hidden], {HOOK} at each token, float32. z: [feature, value] where u > threshold, none at the first token, "
        "which is left out of everything. unexplained: |x - xhat| / |x|. mutual: what the k · (tokens - 1) largest u "
        "> 0 of the text keep, features of each token; perToken: the k largest u > 0 of each token; perFeature: of "
        "some features the tokens of the largest u > 0, in order. effects: the log-probability of each token, in "
        "nats, after ablate (x - z W_dec[feature], the error kept) or steer (x + by · W_dec[feature]) at one token, "
        "or at all but the first (token null)."
    )

    def hash_of(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    head = {
        "format": note,
        "modelSha256": hash_of(MODEL / "model.safetensors"),
        "saeSha256": hash_of(OUT / "sae_weights.safetensors"),
        "text": text,
        "ids": ids,
        "fvu": (missed[1:].square().sum() / (inside[1:] - inside[1:].mean(0)).square().sum()).item(),
        "l0": (z > 0).sum().item() / n,
        "z": sparse(z),
        "unexplained": [round(v, 7) for v in (missed.norm(dim=1) / inside.norm(dim=1)).tolist()],
        "mutual": {str(k): kept(k * n) for k in BUDGETS},
        "perToken": {str(PER_TOKEN): chosen(per_token > 0)},
        "perFeature": {str(PER_FEATURE): top_tokens},
        "effects": effects,
    }
    (FOLDER / "coder.json").write_text(
        "{\n"
        + ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in head.items())
        + "\n}\n"
    )
    save_file({"x": inside.float().contiguous()}, FOLDER / "coder.safetensors")
    print(f"{len(ids)} tokens, fvu {head['fvu']:.4f}, l0 {head['l0']:.2f}, {len(effects)} effects")


if __name__ == "__main__":
    main()
