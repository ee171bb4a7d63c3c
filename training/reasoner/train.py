"""`python -m training.reasoner.train base|contrast|tune --seed S`: trains the model that solves `problems`, samples its
traces, and trains the two models made from those.

`base` trains on right traces until its tokens are spent, or until half of its traces at T = 1 are right on the
calibration split: it should stay weak. The result is the running average of the weights. `contrast` samples it on
problems of the contrast split and stores right and wrong traces, distinguished only by their answers. `tune` trains
copies of it on the right traces (`positive`) and on the wrong ones (`negative`), in the same order and for the same
number of steps, and pairs on traces with permuted labels (`null`). Everything is stored in `reasoner/SEED/` in the work
folder and resumes from there.
"""

import argparse
import copy
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from training import bpe
from training.model import Attention, Coder, Shape
from training.optimizer import make_optimizers, rate
from training.paths import REASONER, WORK
from training.reasoner.problems import Problem, problem
from training.reasoner.sampler import END, samples
from training.reasoner.traces import answer, write

SHAPE = Shape(
    vocab_size=512,
    hidden_size=128,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=4,
    intermediate_size=384,
    max_position_embeddings=512,
)
NEW = 160  # tokens; no right trace is longer
ROWS, GROUP, AVERAGE = 16, 16, 0.997
PROMPT_WEIGHT = 0.1  # of the loss on the problem's text


def folder(seed: int) -> Path:
    path = WORK / "reasoner" / str(seed)
    path.mkdir(parents=True, exist_ok=True)
    return path


def tokenizer() -> Tokenizer:
    """The committed tokenizer if there is one: the weights know only that vocabulary."""
    for place in (REASONER / "base", WORK / "reasoner" / "tokenizer"):
        if (place / "tokenizer.json").exists():
            return Tokenizer.from_file(str(place / "tokenizer.json"))
    draw = random.Random(0)
    texts = [p.text + "\n" + write(draw, p) for p in (problem(draw, "base") for _ in range(20_000))]
    return bpe.make(texts, SHAPE.vocab_size, [bpe.END], WORK / "reasoner" / "tokenizer", SHAPE.max_position_embeddings)


def prompt(t: Tokenizer, p: Problem) -> list[int]:
    """The start token, the problem and a line break."""
    return [END, *t.encode(p.text + "\n").ids]


def load(path: Path) -> Coder:
    model = Coder(SHAPE).eval()
    model.load_state_dict(load_file(path))
    return model


def accuracy(model: Coder, t: Tokenizer, problems: list[Problem], temperature: float, seed: int) -> float:
    made = samples(model, [prompt(t, p) for p in problems], 1, NEW, temperature, torch.Generator().manual_seed(seed))
    return sum(
        answer(t.decode(rows[0][:-1])) == p.answer and rows[0][-1] == END for rows, p in zip(made, problems)
    ) / len(problems)


def batch(documents: list[tuple[list[int], int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, tokens of the prompt) padded to a multiple of 16, and the weight of every target."""
    width = -(-(max(len(ids) for ids, _ in documents) - 1) // 16) * 16 + 1
    rows, weight = np.zeros((len(documents), width), np.int64), np.zeros((len(documents), width - 1), np.float32)
    for r, (ids, given) in enumerate(documents):
        rows[r, : len(ids)] = ids
        weight[r, : len(ids) - 1] = 1
        weight[r, : given - 1] = PROMPT_WEIGHT
    return torch.from_numpy(rows), torch.from_numpy(weight)


def loss_of(model: Coder, rows: torch.Tensor, weight: torch.Tensor, bf16: bool) -> torch.Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
        logits = model(rows[:, :-1])
    return (
        F.cross_entropy(logits.float().flatten(0, 1), rows[:, 1:].flatten(), reduction="none") * weight.flatten()
    ).sum() / weight.sum()


def documents(t: Tokenizer, seed: int, step: int) -> Iterator[list[tuple[list[int], int]]]:
    """New problems for every step from this one on, deterministic for the step: a resumed run continues by its number.
    The documents of GROUP steps are sorted by length.
    """
    while True:
        draw, made = random.Random(f"base {seed} {step // GROUP}"), []
        for _ in range(GROUP * ROWS):
            p = problem(draw, "base")
            # Most problems of the split are short, and are learnt first.
            while len(p.events) == 2 and draw.random() < 0.65:
                p = problem(draw, "base")
            given = prompt(t, p)
            made.append((given + t.encode(write(draw, p)).ids + [END], len(given)))
        made.sort(key=lambda d: len(d[0]))
        parts = [made[i : i + ROWS] for i in range(0, len(made), ROWS)]
        draw.shuffle(parts)
        for part in parts[step % GROUP :]:
            step += 1
            yield part


def train_base(a: argparse.Namespace) -> None:
    torch.manual_seed(a.seed)
    path, t = folder(a.seed), tokenizer()
    model = Coder(SHAPE)
    average = copy.deepcopy(model).eval()
    steps = make_optimizers(model, 0.02, 3e-3)
    full = [0.02, 3e-3]
    state = {"seed": a.seed, "step": 0, "tokens": 0, "seconds": 0.0, "target": a.target, "log": []}
    if (path / "state.pt").exists():
        saved = torch.load(path / "state.pt")
        model.load_state_dict(saved["model"]), average.load_state_dict(saved["average"])
        for o, s in zip(steps, saved["optimizers"]):
            o.load_state_dict(s)
        state = saved["state"]
        print(f"resumed at step {state['step']}", flush=True)
    elif (REASONER / "base" / "step.json").exists() and json.loads((REASONER / "base" / "step.json").read_text())[
        "seed"
    ] == a.seed:
        model.load_state_dict(load_file(REASONER / "base" / "model.safetensors"))
        average.load_state_dict(model.state_dict())
        state = json.loads((REASONER / "base" / "step.json").read_text())
        print(f"continues from models/reasoner/base at step {state['step']}", flush=True)
    held = [problem(random.Random(i), "calibration") for i in range(a.checked)]
    stream = documents(t, a.seed, state["step"])
    last = checked = time.time()
    value = None
    while state["tokens"] < a.tokens:
        docs = next(stream)
        rows, weight = batch(docs)
        loss = loss_of(model, rows, weight, a.bf16)
        loss.backward()
        factor = rate(state["step"], state["tokens"] / a.tokens)
        for o, top in zip(steps, full):
            for group in o.param_groups:
                group["lr"] = top * factor
            o.step()
            o.zero_grad(set_to_none=True)
        with torch.no_grad():
            keep = min(AVERAGE, (state["step"] + 1) / (state["step"] + 10))
            torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - keep)
        state["step"] += 1
        state["tokens"] += sum(len(ids) for ids, _ in docs)
        value = loss.item() if value is None else 0.98 * value + 0.02 * loss.item()
        now = time.time()
        state["seconds"] += now - last
        last = now
        if state["step"] % 50 == 0:
            print(
                f"{time.strftime('%H:%M:%S')} step {state['step']} tokens {state['tokens']} loss {value:.4f} "
                f"{state['tokens'] / state['seconds']:.0f} tokens/s",
                flush=True,
            )
        if a.trial and state["step"] >= a.trial:
            return
        if now - checked > a.check_seconds or state["tokens"] >= a.tokens:
            right = accuracy(average, t, held, 1.0, state["step"])
            state["log"].append(
                {
                    "tokens": state["tokens"],
                    "seconds": round(state["seconds"]),
                    "loss": round(value, 4),
                    "calibrationAccuracy": round(right, 4),
                }
            )
            save(
                {
                    "model": model.state_dict(),
                    "average": average.state_dict(),
                    "optimizers": [o.state_dict() for o in steps],
                    "state": state,
                },
                path / "state.pt",
            )
            write_weights(average, path / "base.safetensors")
            (path / "step.json").write_text(json.dumps(state, indent=1) + "\n")
            print(f"calibration accuracy at T = 1: {right:.3f}", flush=True)
            last = checked = time.time()
            if right >= a.target:
                return


def save(state: dict, path: Path) -> None:
    torch.save(state, f"{path}.part")
    os.replace(f"{path}.part", path)


def write_weights(model: Coder, path: Path) -> None:
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, f"{path}.part")
    os.replace(f"{path}.part", path)


def sample_contrast(a: argparse.Namespace) -> None:
    """For each problem the count of every different right trace, and the wrong ones by answer, as the selection of the
    paper needs them.
    """
    path, t = folder(a.seed), tokenizer()
    model = load(path / "base.safetensors")
    generator, draw = torch.Generator().manual_seed(a.seed), random.Random(f"contrast {a.seed}")
    problems = [problem(draw, "contrast") for _ in range(a.problems)]
    right, wrong, total, good = [], [], 0, 0
    for start in range(0, len(problems), 64):
        part = problems[start : start + 64]
        for p, rows in zip(part, samples(model, [prompt(t, p) for p in part], 16, NEW, 1.0, generator)):
            texts = [t.decode(r[:-1]) for r in rows if r[-1] == END]
            total, good = total + len(rows), good + sum(answer(x) == p.answer for x in texts)
            mine = [x for x in texts if answer(x) == p.answer]
            right += [{"problem": p.text, "trace": x} for x in mine[:1]]
            # One trace for each wrong answer, the most frequent first, until they cover half of the wrong ones.
            by = Counter(answer(x) for x in texts if answer(x) not in (p.answer, None))
            covered = 0
            for number, n in by.most_common():
                if covered * 2 >= by.total():
                    break
                covered += n
                wrong.append({"problem": p.text, "trace": next(x for x in texts if answer(x) == number)})
        print(
            f"{start + len(part)} problems, {good / total:.3f} right, {len(right)} right and {len(wrong)} "
            "wrong traces kept",
            flush=True,
        )
    (path / "contrast.json").write_text(
        json.dumps({"problems": len(problems), "accuracy": good / total, "right": right, "wrong": wrong})
    )


def tuned(base: Coder, t: Tokenizer, traces: list[dict], seed: int, count: int, part: float, bf16: bool) -> Coder:
    """A copy of `base` after `count` steps on these traces; the rate decays linearly to zero."""
    model = copy.deepcopy(base).train()
    draw, ready = random.Random(seed), []
    for x in traces:
        given = [END, *t.encode(x["problem"] + "\n").ids]
        ready.append((given + t.encode(x["trace"]).ids + [END], len(given)))
    steps = make_optimizers(model, 0.02 * part, 3e-3 * part)
    full = [o.param_groups[0]["lr"] for o in steps]
    for step in range(count):
        rows, weight = batch(draw.sample(ready, min(len(ready), ROWS)))
        loss_of(model, rows, weight, bf16).backward()
        for o, top in zip(steps, full):
            for group in o.param_groups:
                group["lr"] = top * min(1, (step + 1) / 10) * (1 - step / count)
            o.step()
            o.zero_grad(set_to_none=True)
    return model.eval()


def tune(a: argparse.Namespace) -> None:
    path, t = folder(a.seed), tokenizer()
    base, made = load(path / "base.safetensors"), json.loads((path / "contrast.json").read_text())
    size = min(len(made["right"]), len(made["wrong"]))
    draw = random.Random(a.seed)
    right, wrong = draw.sample(made["right"], size), draw.sample(made["wrong"], size)
    # The rate is chosen on the calibration split: with a high one the model forgets what the contrast split does not
    # contain.
    held, tried, best = [problem(random.Random(f"rate {i}"), "calibration") for i in range(a.checked)], {}, None
    for part in a.rate:
        began = time.time()
        both = [tuned(base, t, traces, a.seed, a.steps, part, a.bf16) for traces in (right, wrong)]
        tried[part] = [sum(accuracy(m, t, held, temperature, a.seed) for temperature in (1.0, 0.0)) / 2 for m in both]
        print(
            f"rate {part}: positive {tried[part][0]:.3f}, negative {tried[part][1]:.3f} right on the "
            f"calibration split (mean of T = 1 and greedy), {time.time() - began:.0f} s",
            flush=True,
        )
        if best is None or tried[part][0] - tried[part][1] > tried[best][0] - tried[best][1]:
            best = part
            for side, model in zip(("positive", "negative"), both):
                write_weights(model, path / f"{side}.safetensors")
    pairs = {}
    for i in range(a.nulls):
        mixed = right + wrong
        draw.shuffle(mixed)
        pairs[f"-null{i}"] = (mixed[:size], mixed[size:])
    for name, sides in pairs.items():
        for side, traces in zip(("positive", "negative"), sides):
            place = path / f"{side}{name}.safetensors"
            if not place.exists():
                began = time.time()
                write_weights(tuned(base, t, traces, a.seed, a.steps, best, a.bf16), place)
                print(f"{place.name}: {a.steps} steps on {size} traces, {time.time() - began:.0f} s", flush=True)
    (path / "tune.json").write_text(
        json.dumps({"traces": size, "steps": a.steps, "rate": best, "tried": tried, "rows": ROWS, "nulls": a.nulls})
        + "\n"
    )


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("part", choices=("base", "contrast", "tune"))
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--bf16", action="store_true")
    parse.add_argument(
        "--tokens",
        type=int,
        default=30_000_000,
        help="base: the most it may take; the rate falls from 40 %% of them on",
    )
    parse.add_argument("--target", type=float, default=0.5, help="base: the accuracy at which it stops")
    parse.add_argument("--checked", type=int, default=400, help="base: problems of the calibration split for that")
    parse.add_argument("--check-seconds", type=float, default=90)
    parse.add_argument("--trial", type=int, help="base: stop after this many steps and keep nothing")
    parse.add_argument("--problems", type=int, default=2000, help="contrast")
    parse.add_argument("--steps", type=int, default=150, help="tune")
    parse.add_argument(
        "--rate",
        type=float,
        nargs="+",
        default=[0.02, 0.06],
        help="tune: of base's rates; the one that parts the two most on the calibration split is kept",
    )
    parse.add_argument("--nulls", type=int, default=4, help="tune: pairs on permuted labels")
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    Attention.fused = False
    {"base": train_base, "contrast": sample_contrast, "tune": tune}[a.part](a)


if __name__ == "__main__":
    main()
