"""`python -m training.coder.evaluate`: bits of the held-out files by the model; the results go to the work folder, for
the report.

Every file alone, and all files of a package concatenated, in the windows in which the extension scores them.
`--weights` and `--window` measure another run: the reference run was trained only on rows of 256 tokens.
"""

import argparse
import json
import math
from collections import defaultdict
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from training.coder import heldout
from training.coder.windows import CONTEXT, windows
from training.model import Coder, Shape
from training.paths import MODEL, WORK

NEAR = 256  # tokens with at most this much context are also counted separately


def _bits(model: Coder, tokenizer: Tokenizer, context: int, text: str) -> dict[str, float]:
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ids, sizes = encoded.ids, [len(t) for t in encoded.tokens]  # a byte-level token has one character for each byte
    assert sum(sizes) == len(text.encode())
    done, out = 0, {"tokens": len(ids), "bits": 0.0, "nearBits": 0.0, "nearBytes": 0}
    for w in windows(encoded.tokens, context):
        target = torch.tensor(ids[w : w + context])
        logits = model(torch.tensor([[0, *ids[w : w + context - 1]]])[:, : len(target)])[0]
        bits = torch.nn.functional.cross_entropy(logits, target, reduction="none").double() / math.log(2)
        out["bits"] += bits[done - w :].sum().item()
        out["nearBits"] += bits[done - w : NEAR].sum().item()
        out["nearBytes"] += sum(sizes[done : w + NEAR])
        done = w + len(target)
    return out


def common_lines(files: list[dict]) -> dict[str, float]:
    """The share of the longer held-out lines (40 characters and more) that also occur verbatim in the training text."""
    wanted: dict[str, set[str]] = defaultdict(set)
    every = set()
    for f in files:
        lines = {line.strip() for line in f["text"].splitlines() if len(line.strip()) >= 40}
        wanted[f["lang"]] |= lines
        every |= lines
    met = set()
    with open(WORK / "corpus" / "train.jsonl") as train:
        for line in train:
            met.update(every.intersection(part.strip() for part in json.loads(line)["text"].splitlines()))
    return {language: len(lines & met) / len(lines) for language, lines in wanted.items()}


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--weights", type=Path, default=MODEL, help="folder with model.safetensors")
    parse.add_argument("--window", type=int, default=CONTEXT)
    parse.add_argument("--name", default="model", help="of the results")
    parse.add_argument("--alone", action="store_true", help="each file alone, no packages in one piece")
    a = parse.parse_args()
    model = Coder(Shape()).eval()
    model.load_state_dict(load_file(a.weights / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    heldout.write(a.name, lambda text: _bits(model, tokenizer, a.window, text), not a.alone)
    (WORK / "report" / "commonLines.json").write_text(json.dumps(common_lines(heldout.files())) + "\n")


if __name__ == "__main__":
    main()
