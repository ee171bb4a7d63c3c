"""`python -m training.bench.scoring IDS_FILE --threads N`: seconds of each of five rounds of scoring token ids (JSON lists, one window each) with transformers, as a JSON list.

The rival of `npm run bench -- scoring`: log-probability, entropy, rank and the ten likeliest of every token, in windows, weights in float32.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

from training.paths import MODEL


@torch.no_grad()
def score(model, windows: list[torch.Tensor]) -> None:
    for ids in windows:
        log = model(ids[None, :-1]).logits[0].log_softmax(-1)
        own = log.gather(1, ids[1:, None])
        (log > own).sum(1), -(log.exp() * log).sum(1), log.topk(10)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("windows", type=Path)
    parse.add_argument("--threads", type=int, required=True)
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    windows = [torch.tensor(ids) for ids in json.loads(a.windows.read_text())]
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    score(model, windows)
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        score(model, windows)
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
