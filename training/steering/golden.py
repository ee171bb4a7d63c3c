"""Some of the fitted perturbations with PyTorch's numbers, in test/golden/steering.json."""

import base64
import hashlib
import json

import torch
from torch import Tensor

from training.paths import GOLDEN, MODEL
from training.sae.activations import coder
from training.steering.fit import HOOK, Fitted, first_forced, margins, steered_logits

OUT = GOLDEN / "steering.json"


def scored(ids: Tensor, targets: Tensor, steer: Tensor) -> tuple[Tensor, Tensor]:
    """Float64, from the float32 weights: logits [1, count, vocabulary], and the targets' log-probabilities [count]."""
    model = coder().double()
    logits = steered_logits(model, torch.cat([ids, targets[:, :-1]], 1), steer.double()[None], targets.shape[1])
    return logits, logits.log_softmax(-1).gather(2, targets[..., None])[0, :, 0]


@torch.no_grad()
def replay(fitted: Fitted) -> dict:
    """What the engine has to find."""
    trial, count = fitted.trial, fitted.forced
    ids, targets = torch.tensor([trial.context]), torch.tensor([trial.targets[:count]])
    logits, steered = scored(ids, targets, fitted.steer)
    assert int(first_forced(margins(logits, targets))[0]) == count
    plain_logits, plain = scored(ids, targets, torch.zeros_like(fitted.steer))
    half_logits, _ = scored(ids, targets, fitted.steer / 2)
    rows = int(trial.controlled[:, 0].sum())
    return {
        "text": trial.context[1:],
        "targets": targets[0].tolist(),
        "norm": round(float(fitted.steer.norm()), 4),
        # Of the first tokens of the text, [rows, hidden].
        "rows": rows,
        "steer": base64.b64encode(fitted.steer[:rows].contiguous().numpy().tobytes()).decode(),
        "argmax": logits.argmax(-1)[0].tolist(),
        "logprobs": [round(v, 8) for v in steered.tolist()],
        "plainArgmax": plain_logits.argmax(-1)[0].tolist(),
        "plainLogprobs": [round(v, 8) for v in plain.tolist()],
        "forcedByHalf": int(first_forced(margins(half_logits, targets))[0]),
    }


def write(replays: list[Fitted], measured: dict) -> None:
    golden = {
        "sha256": hashlib.sha256((MODEL / "model.safetensors").read_bytes()).hexdigest(),
        "hook": HOOK,
        "measured": measured,
        "replays": [replay(each) for each in replays],
    }
    OUT.write_text(json.dumps(golden) + "\n")
