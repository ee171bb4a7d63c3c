"""`python -m training.sae.train --rule mutual|token|feature`: trains a sparse autoencoder of the middle residual in the
work folder; resumable.

x is shifted by its mean (the initial b_dec) and scaled so that E|x| = sqrt(d). z keeps the positions that the rule
selects, xhat = z W_dec + b_dec, with decoder rows of length 1. The loss is |x - xhat|^2 over the variance of x, plus
1/32 of the auxiliary loss: features that have been silent for DEAD tokens reconstruct the error, on every fourth token
of the batch. k decreases from 4k to k in the first tenth; the rate warms up over 5 % and decays linearly over the last
20 %.

Feature Choice starts from the state of Mutual Choice at BRANCH of the steps (its own first steps would collapse,
because no budgets are known yet) and makes the same number of draws in total. The gradients are computed explicitly:
only selected positions have any, so four of the six dense products of an autoencoder's step are sums of few rows.
"""

import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.sae.activations import FOLDER, HOOK, read
from training.sae.choice import Mutual, PerFeature, PerToken, budgets

FEATURES, K, BATCH = 4096, 32, 2048
DEAD, K_AUX, AUX = 500_000, 128, 1 / 32
BRANCH = 0.6


class Sae:
    """enc, dec [F, d]; b_enc [F]; b_dec [d], in the scaled space."""

    def __init__(self, mean: Tensor, seed: int) -> None:
        draw = torch.Generator().manual_seed(seed)
        self.dec = F.normalize(torch.randn(FEATURES, len(mean), generator=draw), dim=1)
        self.enc = self.dec * 0.5
        self.b_enc, self.b_dec = torch.zeros(FEATURES), mean.clone()

    def tensors(self) -> dict[str, Tensor]:
        return {"enc": self.enc, "dec": self.dec, "b_enc": self.b_enc, "b_dec": self.b_dec}


def sums_by_feature(f: Tensor, t: Tensor, weights: list[Tensor], rows: list[Tensor]) -> list[Tensor]:
    """For each (w, r): [F, d], of each feature the sum of w · r[t] over its places."""
    order = f.sort(stable=True).indices
    t = t[order]
    offsets = torch.searchsorted(f[order], torch.arange(FEATURES))
    return [F.embedding_bag(t, r, offsets, mode="sum", per_sample_weights=w[order]) for w, r in zip(weights, rows)]


def rate(done: float) -> float:
    return min(1.0, done / 0.05 + 1e-3) * min(1.0, (1 - done) / 0.2)


class Trainer:
    def __init__(self, rule: str, seed: int, steps: int, full_rate: float) -> None:
        self.rule, self.seed, self.steps, self.full = rule, seed, steps, full_rate
        self.x = read("train")
        sample = torch.from_numpy(self.x[:: max(1, len(self.x) // 200_000)].astype(np.float32))
        self.scale = (sample.shape[1] ** 0.5 / sample.norm(dim=1).mean()).item()
        mean = sample.mean(0) * self.scale
        self.variance = ((sample * self.scale - mean) ** 2).sum(1).mean().item()
        self.sae = Sae(mean, seed)
        self.parameters = [torch.nn.Parameter(p) for p in self.sae.tensors().values()]
        for name, p in zip(self.sae.tensors(), self.parameters):
            setattr(self.sae, name, p.data)
        self.adam = torch.optim.Adam(self.parameters, lr=full_rate, betas=(0.9, 0.999), fused=True)
        self.silent = torch.zeros(FEATURES, dtype=torch.long)  # tokens since each feature last fired
        self.density = torch.zeros(FEATURES)  # running share of tokens
        self.step, self.seconds, self.log = 0, 0.0, []
        self.choose = {"mutual": Mutual, "token": PerToken, "feature": PerFeature}[rule]()

    def batch(self) -> Tensor:
        """Every pass over the activations has its own permutation, so a resumed run continues at its position."""
        per_pass = len(self.x) // BATCH
        number, at = divmod(self.step, per_pass)
        if getattr(self, "pass_number", None) != number:
            self.pass_number, self.order = number, np.random.default_rng([self.seed, number]).permutation(len(self.x))
        rows = np.sort(self.order[at * BATCH : (at + 1) * BATCH])
        return torch.from_numpy(self.x[rows].astype(np.float32)) * self.scale

    def advance(self) -> dict[str, float]:
        s, x, done = self.sae, self.batch(), self.step / self.steps
        k = round(K * (1 + 3 * max(0.0, 1 - done / 0.1)))
        h = x - s.b_dec
        low = s.enc.bfloat16()
        u = torch.addmm(s.b_enc.bfloat16(), h.bfloat16(), low.t().contiguous())
        # All budgets need a feature's density: first that under Mutual Choice, then its own.
        t, f = self.choose(u, budgets(self.density, K * BATCH) if self.rule == "feature" else k)
        z = u[t, f].float()
        starts = torch.searchsorted(t, torch.arange(BATCH))
        error = h - F.embedding_bag(f, s.dec, starts, mode="sum", per_sample_weights=z)
        g = error * (-2 / (BATCH * self.variance))
        dz = (g.bfloat16() @ s.dec.bfloat16().t())[t, f].float()
        d_dec, d_enc = sums_by_feature(f, t, [z, dz], [g, h])
        d_b = torch.zeros(FEATURES).index_add_(0, f, dz)
        d_mean = g.sum(0) - d_b @ s.enc
        self.silent += BATCH
        self.silent[f] = 0
        fired = torch.bincount(f, minlength=FEATURES).float() / BATCH
        self.density += max(0.002, 1 / (self.step + 1)) * (fired - self.density)
        dead = (self.silent > DEAD).nonzero().squeeze(1)
        if len(dead):
            self.revive(dead, h[::4], error[::4], d_dec, d_enc, d_b)
        # The component along a decoder row is removed: the row is normalized anyway.
        d_dec -= (d_dec * s.dec).sum(1, keepdim=True) * s.dec
        for p, gradient in zip(self.parameters, (d_enc, d_dec, d_b, d_mean)):
            p.grad = gradient
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.adam.param_groups[0]["lr"] = self.full * rate(done)
        self.adam.step()
        F.normalize(s.dec, dim=1, out=s.dec)
        self.step += 1
        return {
            "fvu": (error.square().sum() / (BATCH * self.variance)).item(),
            "l0": len(f) / BATCH,
            "dead": len(dead) / FEATURES,
        }

    def revive(self, dead: Tensor, h: Tensor, error: Tensor, d_dec: Tensor, d_enc: Tensor, d_b: Tensor) -> None:
        """Adds the gradients of the auxiliary loss for the dead features, in place."""
        s, dec = self.sae, self.sae.dec[dead]
        u = (h @ s.enc[dead].t() + s.b_enc[dead]).relu()
        if len(dead) > K_AUX:
            u = torch.where(u >= u.topk(K_AUX, 1).values[:, -1:], u, 0)
        missed = error - u @ dec
        spread = (error - error.mean(0)).square().sum()
        g = missed * (-2 * AUX / spread)
        dz = (g @ dec.t()) * (u > 0)
        d_dec[dead] += u.t() @ g
        d_enc[dead] += dz.t() @ h
        d_b[dead] += dz.sum(0)

    def state(self) -> dict:
        return {
            "sae": self.sae.tensors(),
            "adam": self.adam.state_dict(),
            "silent": self.silent,
            "density": self.density,
            "step": self.step,
            "seconds": self.seconds,
            "log": self.log,
            "scale": self.scale,
            "variance": self.variance,
        }

    def load(self, state: dict) -> None:
        for name, value in state["sae"].items():
            getattr(self.sae, name).copy_(value)
        self.adam.load_state_dict(state["adam"])
        for name in ("silent", "density", "step", "seconds", "log", "scale", "variance"):
            setattr(self, name, state[name])


def save(state: dict, path) -> None:
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--rule", choices=("mutual", "token", "feature"), default="mutual")
    parse.add_argument("--draws", type=int, default=10_649_600, help="tokens drawn, with repetition over passes")
    parse.add_argument("--rate", type=float, default=1.5e-3)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--save-seconds", type=float, default=120)
    parse.add_argument("--trial", type=int, help="stop after this many steps and keep nothing")
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    steps = a.draws // BATCH
    run = Trainer(a.rule, a.seed, steps, a.rate)
    folder = FOLDER / f"{a.rule}-{a.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    if a.trial:
        pass
    elif (folder / "state.pt").exists():
        run.load(torch.load(folder / "state.pt", weights_only=True))
        print(f"resumed at step {run.step}", flush=True)
    elif a.rule == "feature":
        run.load(torch.load(FOLDER / f"mutual-{a.seed}" / "branch.pt", weights_only=True))
    first, saved, last, sums = run.step, time.time(), time.time(), []
    while run.step < steps:
        sums.append(run.advance())
        now = time.time()
        run.seconds, last = run.seconds + now - last, now
        if run.step % 100 == 0 or run.step == steps:
            mean = {key: sum(s[key] for s in sums) / len(sums) for key in sums[0]}
            run.log.append({"step": run.step, **{key: round(v, 5) for key, v in mean.items()}})
            print(
                f"{time.strftime('%H:%M:%S')} {a.rule} {run.step} of {steps} fvu {mean['fvu']:.4f} l0 "
                f"{mean['l0']:.2f} dead {mean['dead']:.4f} {run.step * BATCH / run.seconds:.0f} tokens/s",
                flush=True,
            )
            sums = []
        if a.trial:
            if run.step - first >= a.trial:
                return
            continue
        if a.rule == "mutual" and run.step == round(BRANCH * steps):
            save(run.state(), folder / "branch.pt")
        if now - saved > a.save_seconds or run.step == steps:
            save(run.state(), folder / "state.pt")
            step = {
                "rule": a.rule,
                "hook": HOOK,
                "features": FEATURES,
                "k": K,
                "batch": BATCH,
                "seed": a.seed,
                "rate": a.rate,
                "draws": run.step * BATCH,
                "distinctTokens": len(run.x),
                "seconds": round(run.seconds),
                "threads": a.threads,
                "log": run.log,
            }
            (folder / "step.json").write_text(json.dumps(step, indent=1) + "\n")
            saved = time.time()


if __name__ == "__main__":
    main()
