"""Fits perturbations of the first tokens' embeddings so that the tokens that follow become given targets."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear

from training.model import Coder

# TransformerLens's name for what is perturbed: the embeddings, before the first block.
HOOK = "blocks.0.hook_resid_pre"
# Adam's, from the first step to the last.
RATES = (0.1, 0.01)
# A target counts as forced where its log-probability is this far above every other token's, so that the rounding of
# another program cannot turn it. In nats.
MARGIN = 0.01
# Above this a target is not pulled any further.
SAFE = 1.0
STUCK = 60


@dataclass(frozen=True)
class Trial:
    """One perturbation to fit."""

    # The start token and the text, the same number for all that are fitted together.
    context: list[int]
    # More than can be forced.
    targets: list[int]
    # [text, hidden], 0 or 1: the activations that are controlled.
    controlled: Tensor
    # The L2 norm that the whole perturbation may have; infinity: any.
    epsilon: float = float("inf")


@dataclass
class Fitted:
    trial: Trial
    # The largest number of first targets that were all forced at once, and by what: [text, hidden], float32.
    forced: int
    steer: Tensor


def steered_logits(model: Coder, ids: Tensor, steer: Tensor, last: int) -> Tensor:
    """ids [rows, length], steer [rows, text, hidden], added to the embeddings of the tokens after the start token ->
    logits [rows, last, vocabulary] of the last positions.
    """
    x = model.model.embed_tokens(ids)
    text = steer.shape[1]
    x = torch.cat([x[:, :1], x[:, 1 : 1 + text] + steer, x[:, 1 + text :]], 1)
    cos, sin = model.cos[: ids.shape[1]], model.sin[: ids.shape[1]]
    for layer in model.model.layers:
        x = layer(x, cos, sin)
    return linear(model.model.norm(x[:, -last:]), model.model.embed_tokens.weight)


@torch.no_grad()
def margins(logits: Tensor, targets: Tensor) -> Tensor:
    """Of logits [rows, count, vocabulary] how far each target's is above every other token's [rows, count]: nats."""
    own = logits.gather(2, targets[..., None])[..., 0]
    return own - logits.scatter(2, targets[..., None], -torch.inf).max(-1).values


def first_forced(above: Tensor) -> Tensor:
    """Of margins [rows, count] how many of the first are forced: [rows]."""
    return (above > MARGIN).long().cumprod(1).sum(1)


def fit(model: Coder, trials: list[Trial], steps: int, log: Callable[[str], None] = print) -> list[Fitted]:
    """By Adam on the cross entropy of the targets, given the ones before them: where all of them are the likeliest
    tokens, greedy decoding writes them.

    Each trial has some targets more than it has forced so far, one more where it has not come further for `STUCK`
    steps. What is found is a lower bound: a longer or better search may force more.
    """
    context = torch.tensor([t.context for t in trials])
    targets = torch.tensor([t.targets for t in trials])
    most = targets.shape[1]
    controlled = torch.stack([t.controlled for t in trials])
    epsilon = torch.tensor([t.epsilon for t in trials])[:, None, None]
    steer = torch.zeros_like(controlled, requires_grad=True)
    found = [Fitted(t, 0, torch.zeros_like(t.controlled)) for t in trials]
    wanted = torch.ones(len(trials), dtype=torch.long)
    grown = [0] * len(trials)
    adam = torch.optim.Adam([steer], RATES[0])
    for step in range(steps):
        count = int(wanted.max())
        ids = torch.cat([context, targets[:, : count - 1]], 1)
        logits = steered_logits(model, ids, steer, count)
        above = margins(logits.detach(), targets[:, :count])
        forced = first_forced(above)
        for row, each in enumerate(found):
            now = int(forced[row])
            if now > each.forced:
                each.forced, each.steer, grown[row] = now, steer[row].detach().clone(), step
                wanted[row] = max(int(wanted[row]), min(now + 1 + now // 4, most))
            elif step - grown[row] > STUCK:
                wanted[row] = min(each.forced + 1, most)
        loss = cross_entropy(logits.transpose(1, 2), targets[:, :count], reduction="none")
        used = torch.arange(count)[None] < wanted[:, None]
        adam.zero_grad()
        # A mean for each trial, whose gradients do not depend on the other trials. What is safely forced is left alone.
        ((loss * (used & (above < SAFE))).sum(1) / used.sum(1)).sum().backward()
        adam.param_groups[0]["lr"] = RATES[0] + (RATES[1] - RATES[0]) * step / steps
        adam.step()
        with torch.no_grad():
            steer *= controlled
            steer *= (epsilon / steer.norm(dim=(1, 2), keepdim=True).clamp(min=1e-12)).clamp(max=1)
        if step % 50 == 0:
            log(f"  step {step}: forced {[each.forced for each in found]}")
    return found
