"""The optimizers and the learning-rate schedule."""

import torch

from training.model import Coder


def rate(step: int, done: float) -> float:
    """The share of the full rate at this step and this fraction of the tokens."""
    return min(1.0, (step + 1) / 50, 1 - 0.98 * max(0.0, done - 0.4) / 0.6)


def make_optimizers(model: Coder, full: float, embedding: float, decay: float = 0.1) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for the embedding and the norms. `full`, `embedding`: their full
    rates.
    """
    named = list(model.named_parameters())
    return [
        torch.optim.Muon([p for n, p in named if p.ndim == 2 and "embed" not in n], lr=full, weight_decay=decay),
        torch.optim.AdamW(
            [p for n, p in named if p.ndim != 2 or "embed" in n], lr=embedding, betas=(0.9, 0.95), weight_decay=0.0
        ),
    ]
