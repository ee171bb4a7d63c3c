"""`python -m training.gate.train`: a small MrT5, trained in the work folder on the text of this repository; resumable.

The loss is the cross entropy of the spans and, from `DELAY` of the steps on, `alpha` times the mean of the gate's
values, which deletes. A controller sets `alpha` so that `--rate` of the bytes are deleted (section 3.2 of the paper;
the gains are ours, and `alpha` may be below 0: so small a model deletes more by itself). `--rate 0` trains the same
model without a gate, to compare with. Rows have 128 bytes, and from `LONG` of the steps on 512.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from training.gate.data import batch, texts
from training.gate.model import GateShape, MrT5
from training.optimizer import rate
from training.paths import WORK

SHAPE = GateShape(d_model=64, d_kv=16, d_ff=72, num_heads=4, num_layers=4, num_decoder_layers=2)
ROW_BYTES = 4096
SHORT, TOKENS = 128, 512
DELAY, LONG = 0.15, 0.9
PROPORTIONAL, INTEGRAL = 0.3, 0.002
# AdamW's, once it is warm.
RATE = 3e-3


def folder(target: float) -> Path:
    return WORK / "gate" / ("model" if target > 0 else "without")


def loss_of(model: MrT5, ids: Tensor, targets: Tensor, deletes: str) -> tuple[Tensor, Tensor]:
    logits, gate = model(ids, targets, deletes)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()), gate


def save(path: Path, model: MrT5, adam: torch.optim.Optimizer, state: dict) -> None:
    path.mkdir(parents=True, exist_ok=True)
    kept = {"model": model.state_dict(), "adam": adam.state_dict(), "state": state}
    torch.save(kept, path / "state.pt.part")
    (path / "state.pt.part").replace(path / "state.pt")
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, path / "model.safetensors")
    (path / "step.json").write_text(json.dumps(state, indent=1) + "\n")


def main() -> None:
    parse = argparse.ArgumentParser(prog="python -m training.gate.train")
    parse.add_argument("--steps", type=int, default=1100)
    parse.add_argument("--rate", type=float, default=0.5, help="of the bytes that are to be deleted; 0: no gate")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=1)
    parse.add_argument("--trial", type=int, help="stop after this many steps and keep nothing: a measurement of speed")
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    model, (text, _) = MrT5(SHAPE), texts()
    adam = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.0)
    path, deletes = folder(a.rate), "softly" if a.rate > 0 else "nothing"
    state = {
        "settings": {k: v for k, v in vars(a).items() if k != "trial"},
        "bytes": len(text),
        "step": 0,
        "seconds": 0.0,
    }
    state |= {"loss": None, "deleted": 0.0, "sum": 0.0}
    if (path / "state.pt").exists() and not a.trial:
        kept = torch.load(path / "state.pt", weights_only=True)
        model.load_state_dict(kept["model"])
        adam.load_state_dict(kept["adam"])
        state = kept["state"]
    last = time.time()
    while state["step"] < (a.trial or a.steps):
        done = state["step"] / a.steps
        length = TOKENS if done >= LONG else SHORT
        draw = random.Random(f"{a.seed} {state['step']}")
        loss, gate = loss_of(model, *batch(draw, text, ROW_BYTES // length, length), deletes)
        share = float((gate.detach() <= SHAPE.deletion_threshold).float().mean())
        alpha = 0.0
        if a.rate > 0 and done >= DELAY:
            state["sum"] += INTEGRAL * (a.rate - share)
            alpha = PROPORTIONAL * (a.rate - share) + state["sum"]
        (loss + alpha * gate.mean()).backward()
        adam.param_groups[0]["lr"] = RATE * rate(state["step"], done)
        adam.step()
        adam.zero_grad(set_to_none=True)
        now = time.time()
        state["step"] += 1
        state["seconds"] += now - last
        last = now
        for name, value in (("loss", loss.item()), ("deleted", share)):
            state[name] = value if state[name] is None else 0.98 * state[name] + 0.02 * value
        if state["step"] % 50 == 0:
            print(
                f"{state['step']} loss {state['loss']:.3f} deleted {state['deleted']:.3f} alpha {alpha:.3f} "
                f"{1000 * state['seconds'] / state['step']:.0f} ms a step",
                flush=True,
            )
        if not a.trial and (state["step"] % 500 == 0 or state["step"] == a.steps):
            save(path, model, adam, state)


if __name__ == "__main__":
    main()
