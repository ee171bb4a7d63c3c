"""`python -m training.coder --tokens N`: train, in the work folder, resumable.

Muon for the matrices of the layers, AdamW for the embedding and the norms. The rate warms up over 50 steps, stays until 40 % of the tokens
and then falls in a line to 2 %. The first three quarters of the tokens come in rows of 256, the rest in rows of 1,024, so that every position
of the context is trained. `coder/tokens` may be rewritten while it runs (a machine that others use gets slower): the schedule follows.
"""
import argparse
import json
import os
import time
from itertools import islice

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from .data import batches, tokenizer
from .model import Coder, Shape
from .muon import Muon
from .paths import WORK

FOLDER = WORK / "coder"
ROWS = {256: 16, 1024: 4}  # rows by length: 4,096 tokens in each step
STEP_TOKENS = 4096
LONG_FROM = 0.75


def rate(step: int, done: float) -> float:
    """What part of the full rate is used at this step and this fraction of the tokens."""
    return min(1.0, (step + 1) / 50, 1 - 0.98 * max(0.0, done - 0.4) / 0.6)


def heldout_rows(length: int = 512, rows: int = 48) -> tuple[torch.Tensor, float]:
    """A small fixed sample of held-out text, for the log only: rows of ids and their bytes per token."""
    bpe = tokenizer()
    ids, size = [], 0
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        for line in islice(lines, 0, None, 7):
            text = json.loads(line)["text"][:1500]
            ids += [*bpe.encode(text).ids, 0]
            size += len(text.encode())
            if len(ids) > length * rows:
                break
    block = np.array(ids[:length * rows]).reshape(rows, length)
    return torch.from_numpy(np.concatenate([np.zeros((rows, 1), dtype=np.int64), block], 1)), size / len(ids)


def save(model: Coder, optimizers: list, step: dict) -> None:
    """Written beside and then renamed: a run cut off at any moment leaves a whole checkpoint."""
    state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step}
    torch.save(state, FOLDER / "state.pt.part")
    os.replace(FOLDER / "state.pt.part", FOLDER / "state.pt")
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, FOLDER / "model.safetensors.part")
    os.replace(FOLDER / "model.safetensors.part", FOLDER / "model.safetensors")
    (FOLDER / "step.json").write_text(json.dumps(step, indent=1) + "\n")


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--tokens", type=int, required=True)
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--save-seconds", type=float, default=300)
    parse.add_argument("--no-compile", action="store_true")
    parse.add_argument("--bf16", action="store_true")
    parse.add_argument("--trial", type=int, help="stop after this many steps and keep nothing: a measurement of speed")
    parse.add_argument("--length", type=int, help="with --trial: rows of this length")
    a = parse.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = Shape()
    model = Coder(shape).to(device)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    optimizers = [Muon(matrices, lr=0.02), torch.optim.AdamW(rest, lr=6e-3, betas=(0.9, 0.95), weight_decay=0.0)]
    full = [0.02, 6e-3]
    step = {"step": 0, "tokens": 0, "seconds": 0.0, "seed": a.seed, "budget": a.tokens, "lossAverage": None, "log": []}
    if (FOLDER / "state.pt").exists() and not a.trial:
        state = torch.load(FOLDER / "state.pt", map_location=device)
        model.load_state_dict(state["model"])
        for o, s in zip(optimizers, state["optimizers"]):
            o.load_state_dict(s)
        step = state["step"]
        print(f"resumed at step {step['step']}", flush=True)
    (FOLDER / "tokens").write_text(str(a.tokens)) if not a.trial else None

    def loss_of(rows: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device, torch.bfloat16, enabled=a.bf16):
            logits = model(rows[:, :-1])
        return F.cross_entropy(logits.float().flatten(0, 1), rows[:, 1:].flatten())

    # Each of the two row lengths is compiled for itself.
    compute = loss_of if a.no_compile else torch.compile(loss_of, dynamic=False)

    def plan():
        while True:
            length = a.length or (1024 if step["tokens"] >= LONG_FROM * step["budget"] else 256)
            yield ROWS[length], length

    # Both row lengths take the same number of tokens off the stream, so a resumed run finds its place by discarding.
    stream = batches(a.seed, plan())
    for _ in range(step["step"]):
        next(stream)
    checked, bytes_per_token = heldout_rows()
    saved = began = last = time.time()
    while step["tokens"] < step["budget"]:
        rows = torch.from_numpy(next(stream)).to(device)
        loss = compute(rows)
        loss.backward()
        factor = rate(step["step"], step["tokens"] / step["budget"])
        for o, lr in zip(optimizers, full):
            for group in o.param_groups:
                group["lr"] = lr * factor
            o.step()
            o.zero_grad(set_to_none=True)
        now = time.time()
        step["step"] += 1
        step["tokens"] += STEP_TOKENS
        step["seconds"] += now - last
        last = now
        value = loss.item()
        step["lossAverage"] = value if step["lossAverage"] is None else 0.98 * step["lossAverage"] + 0.02 * value
        if a.trial:
            if step["step"] == 10:
                began = now
            if step["step"] % 10 == 0:
                print(f"{step['step']} {value:.4f} {(step['step'] - 10) * STEP_TOKENS / max(1e-9, now - began):.0f} tokens/s", flush=True)
            if step["step"] >= a.trial:
                return
            continue
        if step["step"] % 20 == 0:
            step["budget"] = int((FOLDER / "tokens").read_text())
            print(f"{time.strftime('%H:%M:%S')} step {step['step']} tokens {step['tokens']} of {step['budget']} loss {step['lossAverage']:.4f} rate {factor:.3f} {step['tokens'] / step['seconds']:.0f} tokens/s", flush=True)
        if now - saved > a.save_seconds or step["tokens"] >= step["budget"]:
            with torch.no_grad():
                nats = torch.stack([loss_of(rows) for rows in checked.to(device).split(8)]).mean().item()
            bits = nats / np.log(2) / bytes_per_token
            step["log"].append({"tokens": step["tokens"], "seconds": round(step["seconds"]), "heldoutBitsPerByte": round(bits, 4)})
            save(model, optimizers, step)
            print(f"saved at step {step['step']}: held-out sample {bits:.4f} bits per byte", flush=True)
            saved = time.time()


if __name__ == "__main__":
    main()
