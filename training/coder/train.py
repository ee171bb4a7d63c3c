"""`python -m training.coder.train --tokens N`: trains the code model in the work folder; resumable.

Muon for the matrices of the layers, AdamW for the embedding and the norms. The learning rate warms up over 50 steps, is
constant until 40 % of the tokens and then decays linearly to 2 %. Rows have 256 tokens, and from `--long-from` of the
tokens on 1,024, so that every position of the context is trained. The file `tokens` in the run's folder may be changed
during the run (for example if the machine gets slower): the schedule follows it.

A run starts from random weights, or with `--init FOLDER` from the weights of an earlier run; `step.json` then lists the
earlier runs as `before`.
"""

import argparse
import json
import os
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from training.coder.data import batches, tokenizer
from training.model import Coder, Shape
from training.optimizer import make_optimizers, rate
from training.paths import WORK

ROWS = {256: 16, 1024: 4}  # rows by length: 4,096 tokens per step
STEP_TOKENS = 4096


def heldout_rows(length: int = 512, rows: int = 48) -> tuple[torch.Tensor, float]:
    """A small fixed sample of held-out text, only for the log: rows of ids, and bytes per token."""
    bpe = tokenizer()
    ids, size = [], 0
    with open(WORK / "corpus" / "heldout.jsonl") as lines:
        for line in islice(lines, 0, None, 7):
            text = json.loads(line)["text"][:1500]
            ids += [*bpe.encode(text).ids, 0]
            size += len(text.encode())
            if len(ids) > length * rows:
                break
    block = np.array(ids[: length * rows]).reshape(rows, length)
    return torch.from_numpy(np.concatenate([np.zeros((rows, 1), dtype=np.int64), block], 1)), size / len(ids)


def save(folder: Path, model: Coder, optimizers: list, step: dict) -> None:
    """Writes temporary files and renames them, so that an interrupted run leaves a complete checkpoint."""
    state = {"model": model.state_dict(), "optimizers": [o.state_dict() for o in optimizers], "step": step}
    torch.save(state, folder / "state.pt.part")
    os.replace(folder / "state.pt.part", folder / "state.pt")
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "model.safetensors.part")
    os.replace(folder / "model.safetensors.part", folder / "model.safetensors")
    (folder / "step.json").write_text(json.dumps(step, indent=1) + "\n")


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--tokens", type=int, required=True)
    parse.add_argument("--name", default="coder", help="the run's folder in the work folder")
    parse.add_argument("--init", type=Path, help="folder with model.safetensors and step.json of an earlier run")
    parse.add_argument("--rate", type=float, default=0.02, help="of Muon, for the matrices")
    parse.add_argument("--embedding-rate", type=float, default=3e-3, help="of AdamW, for the embedding and the norms")
    parse.add_argument("--decay", type=float, default=0.1, help="weight decay of the matrices, times the rate")
    parse.add_argument("--long-from", type=float, default=0.75)
    parse.add_argument("--seed", type=int, default=1, help="of the order of the data too: another one for each run")
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--save-seconds", type=float, default=300)
    parse.add_argument("--no-compile", action="store_true")
    parse.add_argument("--bf16", action="store_true")
    parse.add_argument("--trial", type=int, help="stop after this many steps and keep nothing: a measurement of speed")
    parse.add_argument("--length", type=int, help="with --trial: rows of this length")
    a = parse.parse_args()
    folder = WORK / a.name
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = Shape()
    model = Coder(shape).to(device)
    full = [a.rate, a.embedding_rate]
    optimizers = make_optimizers(model, a.rate, a.embedding_rate, a.decay)
    settings = {
        k: str(v) if isinstance(v, Path) else v
        for k, v in vars(a).items()
        if k not in ("trial", "length", "save_seconds")
    }
    step = {
        "settings": settings,
        "step": 0,
        "tokens": 0,
        "seconds": 0.0,
        "budget": a.tokens,
        "lossAverage": None,
        "log": [],
        "before": [],
    }
    if a.init:
        model.load_state_dict(load_file(a.init / "model.safetensors"))
        earlier = json.loads((a.init / "step.json").read_text())
        step["before"] = [*earlier.pop("before"), earlier]
    if (folder / "state.pt").exists() and not a.trial:
        state = torch.load(folder / "state.pt", map_location=device)
        model.load_state_dict(state["model"])
        for o, s in zip(optimizers, state["optimizers"]):
            o.load_state_dict(s)
        step = state["step"]
        print(f"resumed at step {step['step']}", flush=True)
    (folder / "tokens").write_text(str(a.tokens)) if not a.trial else None

    def loss_of(rows: torch.Tensor) -> torch.Tensor:
        with torch.autocast(device, torch.bfloat16, enabled=a.bf16):
            logits = model(rows[:, :-1])
        return F.cross_entropy(logits.float().flatten(0, 1), rows[:, 1:].flatten())

    # Each of the two row lengths is compiled separately.
    compute = loss_of if a.no_compile else torch.compile(loss_of, dynamic=False)

    def plan():
        while True:
            length = a.length or (1024 if step["tokens"] >= a.long_from * step["budget"] else 256)
            yield ROWS[length], length

    # Both row lengths take the same number of tokens from the stream, so a resumed run discards the batches already
    # used.
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
                print(
                    f"{step['step']} {value:.4f} "
                    f"{(step['step'] - 10) * STEP_TOKENS / max(1e-9, now - began):.0f} tokens/s",
                    flush=True,
                )
            if step["step"] >= a.trial:
                return
            continue
        if step["step"] % 20 == 0:
            step["budget"] = int((folder / "tokens").read_text())
            print(
                f"{time.strftime('%H:%M:%S')} step {step['step']} tokens {step['tokens']} of {step['budget']} "
                f"loss {step['lossAverage']:.4f} rate {factor:.3f} {step['tokens'] / step['seconds']:.0f} "
                "tokens/s",
                flush=True,
            )
        if now - saved > a.save_seconds or step["tokens"] >= step["budget"]:
            with torch.no_grad():
                nats = torch.stack([loss_of(rows) for rows in checked.to(device).split(8)]).mean().item()
            bits = float(nats / np.log(2) / bytes_per_token)
            step["log"].append(
                {"tokens": step["tokens"], "seconds": round(step["seconds"]), "heldoutBitsPerByte": round(bits, 4)}
            )
            save(folder, model, optimizers, step)
            print(f"saved at step {step['step']}: held-out sample {bits:.4f} bits per byte", flush=True)
            saved = time.time()


if __name__ == "__main__":
    main()
