"""`python -m training.bench.scoring IDS_FILE --threads N`: the time that transformers takes to score token ids.

`npm run bench -- scoring` compares with it: log-probability, entropy, rank and the ten most likely ids of every token,
in windows, with float32 weights. IDS_FILE holds lists of ids in JSON, one window each. Prints JSON in seconds of the
processor: `scored`, each of five rounds, and `step`, a token after the first window, the best of several.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from training.paths import MODEL


def score(logits: torch.Tensor, targets: torch.Tensor) -> None:
    """Of logits [tokens, vocabulary] and the tokens [tokens] that follow."""
    log = logits.log_softmax(-1)
    own = log.gather(1, targets[:, None])
    (log > own).sum(1), -(log.exp() * log).sum(1), log.topk(10)


@torch.no_grad()
def score_windows(model, windows: list[torch.Tensor]) -> None:
    for ids in windows:
        score(model(ids[None, :-1]).logits[0], ids[1:])


@torch.no_grad()
def best_step(model, window: torch.Tensor, steps: int) -> float:
    """Seconds of one token after the window: its own are run again after it."""
    past = model(window[None, :-1], use_cache=True).past_key_values
    best = float("inf")
    for token in range(steps):
        began = time.process_time()
        output = model(window[None, token : token + 1], past_key_values=past, use_cache=True)
        score(output.logits[0], window[token + 1 : token + 2])
        best = min(best, time.process_time() - began)
        past = output.past_key_values
    return best


def load(path: Path):
    """A folder, or a GGUF file, whose weights become float32."""
    if path.suffix == ".gguf":
        return AutoModelForCausalLM.from_pretrained(
            path.parent, gguf_file=path.name, dtype=torch.float32
        )
    return AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("windows", type=Path)
    parse.add_argument("--model", type=Path, default=MODEL)
    parse.add_argument("--threads", type=int, required=True)
    parse.add_argument("--steps", type=int, default=16)
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    windows = [torch.tensor(ids) for ids in json.loads(a.windows.read_text())]
    model = load(a.model).eval()
    score_windows(model, windows)
    scored = []
    for _ in range(5):
        began = time.process_time()
        score_windows(model, windows)
        scored.append(time.process_time() - began)
    print(json.dumps({"scored": scored, "step": best_step(model, windows[0], a.steps)}))


if __name__ == "__main__":
    main()
