"""`python -m training.bench.scoring IDS_FILE --threads N`: the time that transformers takes to score token ids.

`npm run bench -- scoring` compares with it: log-probability, entropy, rank and the ten most likely ids of every token,
in windows, with float32 weights. IDS_FILE holds lists of ids in JSON, one window each. Prints the seconds of each of
five rounds as a JSON list.
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
