"""What is fitted: contexts from a committed text, random targets, and how much is controlled."""

from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import normalize

from training.model import Shape
from training.paths import GOLDEN, WORK
from training.sae.activations import coder, tokenizer
from training.steering.fit import Fitted, Trial, fit

SAMPLE = GOLDEN / "texts" / "python.py.txt"
# Tokens of a context after the start token, more than are controlled.
TEXT = 20
# The first so many of them are controlled: more than a decade.
CONTROLLED = (1, 2, 4, 8, 16)
# Bounds of the norm of a whole perturbation, of EPSILON_CONTROLLED tokens together.
EPSILONS = (0.25, 0.5, 1.0, 2.0, 4.0)
EPSILON_CONTROLLED = 4
# More targets for each controlled token than were ever forced, and some.
TARGETS = 12
# Cosine from which two embeddings are twins: hardly anything makes one of them the likeliest by a margin, so neither is
# a target.
TWIN = 0.99
FOLDER = WORK / "steering"


@cache
def sayable() -> Tensor:
    """Ids of the tokens whose embedding has no twin."""
    unit = normalize(coder().model.embed_tokens.weight.detach(), dim=1)
    cosines = unit @ unit.T
    return (cosines.fill_diagonal_(-1).max(1).values < TWIN).nonzero()[:, 0]


def trial(seed: int, controlled: int, epsilon: float = float("inf")) -> Trial:
    """The context and the targets depend on the seed alone."""
    ids = tokenizer().encode(SAMPLE.read_text(), add_special_tokens=False).ids
    draw = torch.Generator().manual_seed(seed)
    start = int(torch.randint(len(ids) - TEXT, (1,), generator=draw))
    drawn = torch.randint(len(sayable()), (TARGETS * max(CONTROLLED),), generator=draw)
    mask = torch.zeros(TEXT, Shape().hidden_size)
    mask[:controlled] = 1
    targets = sayable()[drawn[: TARGETS * controlled]]
    return Trial([0, *ids[start : start + TEXT]], targets.tolist(), mask, epsilon)


def fitted(name: str, trials: list[Trial], steps: int) -> list[Fitted]:
    """Those of an earlier run, where the work folder has them."""
    path: Path = FOLDER / f"{name}-{len(trials)}-{steps}.pt"
    if not path.exists():
        print(name)
        done = fit(coder().requires_grad_(False), trials, steps)
        FOLDER.mkdir(parents=True, exist_ok=True)
        torch.save([(each.forced, each.steer) for each in done], path)
    saved = torch.load(path, weights_only=True)
    return [Fitted(each, forced, steer) for each, (forced, steer) in zip(trials, saved)]


def by_controlled(seeds: int, steps: int) -> dict[int, list[Fitted]]:
    """For each number of controlled tokens one perturbation for each seed, of any norm."""
    return {a: fitted(f"tokens-{a}", [trial(s, a) for s in range(seeds)], steps) for a in CONTROLLED}


def by_epsilon(seeds: int, steps: int) -> dict[float, list[Fitted]]:
    """The same with each bound of the norm."""
    trials = [trial(s, EPSILON_CONTROLLED, epsilon) for epsilon in EPSILONS for s in range(seeds)]
    done = fitted(f"norms-{EPSILON_CONTROLLED}", trials, steps)
    return {epsilon: done[i * seeds : (i + 1) * seeds] for i, epsilon in enumerate(EPSILONS)}
