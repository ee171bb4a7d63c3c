"""`python -m training.steering [--seeds N] [--steps N]`: how many following tokens a perturbation of the built-in
model's embeddings can force; prints tables, and with the default numbers writes test/golden/steering.json.

Scaling Laws for Adversarial Attacks on Language Model Activations (Fort 2023, arXiv 2312.02780). Fits are kept in the
work folder.
"""

import argparse

import numpy as np
import torch

from training.model import Shape
from training.reporting import table
from training.steering.experiment import EPSILON_CONTROLLED, by_controlled, by_epsilon, sayable
from training.steering.fit import Fitted
from training.steering.golden import write
from training.steering.law import PAPER, chi, law

SEEDS, STEPS = 4, 800
EPSILON_SEEDS, EPSILON_STEPS = 3, 300


def forced(fits: list[Fitted]) -> list[int]:
    return [each.forced for each in fits]


def norms(fits: list[Fitted]) -> float:
    return float(np.mean([float(each.steer.norm()) for each in fits]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m training.steering")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    torch.set_num_threads(1)
    width, choices = Shape().hidden_size, len(sayable())
    lines = by_controlled(args.seeds, args.steps)
    points = [(a, each.forced) for a, fits in lines.items() for each in fits]
    found = law(*np.array(points).T)
    print("measured by us on models/coder, float32\n")
    rows = [
        [
            a,
            " ".join(map(str, forced(fits))),
            f"{(mean := np.mean(forced(fits))):.1f}",
            f"{mean / a:.2f}",
            f"{100 * (mean / (found.kappa * a) - 1):+.0f} %",
            f"{chi(a, mean, width, choices):.0f}" if mean else "",
            f"{norms(fits):.0f}",
        ]
        for a, fits in lines.items()
    ]
    print(table(["tokens controlled a", "t of each seed", "mean t", "t / a", "off the line", "chi", "norm"], rows))
    resistance = chi(1, found.kappa, width, choices)
    print(
        f"t = kappa * a: kappa {found.kappa:.2f} ± {found.error:.2f}, R² {found.r_squared:.3f}; "
        f"exponent of a power {found.exponent:.2f} ± {found.exponent_error:.2f}\n"
        f"chi {resistance:.0f} bits in for a bit out (paper: {PAPER[0]} to {PAPER[1]})\n"
    )
    bounded = by_epsilon(min(args.seeds, EPSILON_SEEDS), min(args.steps, EPSILON_STEPS))
    rows = [[e, " ".join(map(str, forced(fits))), f"{np.mean(forced(fits)):.1f}"] for e, fits in bounded.items()]
    print(table([f"norm at most (a = {EPSILON_CONTROLLED})", "t of each seed", "mean t"], rows))
    if (args.seeds, args.steps) != (SEEDS, STEPS):
        return
    replays = [max(fits, key=lambda each: each.forced) for fits in [*lines.values(), *bounded.values()]]
    measured = {
        "controlled": {a: forced(fits) for a, fits in lines.items()},
        "kappa": round(found.kappa, 6),
        "error": round(found.error, 6),
        "chi": round(resistance, 4),
        "choices": choices,
        "norms": {epsilon: forced(fits) for epsilon, fits in bounded.items()},
    }
    write([each for each in replays if each.forced > 0], measured)


if __name__ == "__main__":
    main()
