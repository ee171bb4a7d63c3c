"""`python -m training.evaluate`: bits per byte of held-out files, each file alone, beside `xz -9e`; results in the work folder for the report."""
import json
import lzma
import math
from collections import Counter, defaultdict

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from . import heldout
from .golden_scores import CONTEXT, windows
from .model import Coder, Shape
from .paths import MODEL, WORK

LIMIT = 150_000


@torch.no_grad()
def nats(model: Coder, tokenizer: Tokenizer, text: str) -> list[tuple[float, int, int]]:
    """For each token: nats, bytes, and its place in the window that scored it (the goldens' windows)."""
    encoded = tokenizer.encode(text, add_special_tokens=False)
    ids, sizes = encoded.ids, [len(t) for t in encoded.tokens]  # a byte-level token has one sign for each byte
    out: list[tuple[float, int, int]] = []
    for w in windows(encoded.tokens, CONTEXT):
        target = torch.tensor(ids[w:w + CONTEXT])
        logits = model(torch.tensor([[0, *ids[w:w + CONTEXT - 1]]])[:, :len(target)])[0]
        loss = torch.nn.functional.cross_entropy(logits, target, reduction="none").tolist()
        out += [(loss[i], sizes[w + i], i) for i in range(len(out) - w, len(target))]
    return out


def common_lines(files: list[dict]) -> dict[str, float]:
    """What share of the longer held-out lines (40 characters and more) stands word for word in the training text too."""
    wanted: dict[str, set[str]] = defaultdict(set)
    every = set()
    for f in files:
        lines = {line.strip() for line in f["text"].splitlines() if len(line.strip()) >= 40}
        wanted[f["lang"]] |= lines
        every |= lines
    met = set()
    with open(WORK / "corpus" / "train.jsonl") as train:
        for line in train:
            met.update(every.intersection(l.strip() for l in json.loads(line)["text"].splitlines()))
    return {language: len(lines & met) / len(lines) for language, lines in wanted.items()}


def main() -> None:
    model = Coder(Shape()).eval()
    model.load_state_dict(load_file(MODEL / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    files = heldout.files(LIMIT)
    groups: dict[str, Counter] = defaultdict(Counter)
    for f in files:
        raw = f["text"].encode()
        xz = 8 * len(lzma.compress(raw, format=lzma.FORMAT_XZ, preset=9 | lzma.PRESET_EXTREME))
        tokens = nats(model, tokenizer, f["text"])
        assert sum(size for _, size, _ in tokens) == len(raw)
        sums = {"files": 1, "bytes": len(raw), "tokens": len(tokens), "xzBits": xz, "bits": sum(n for n, _, _ in tokens) / math.log(2)}
        for low, high in ((0, 256), (256, 1024)):
            sums[f"bytes{low}"] = sum(size for _, size, at in tokens if low <= at < high)
            sums[f"bits{low}"] = sum(n for n, _, at in tokens if low <= at < high) / math.log(2)
        for key in (f["lang"], f"{f['package']} ({f['lang']})", "all"):
            groups[key].update(sums)
    rows = {key: {"files": g["files"], "bytes": g["bytes"], "tokens": g["tokens"], "bitsPerByte": g["bits"] / g["bytes"], "first256": g["bits0"] / g["bytes0"],
                  "beyond256": g["bits256"] / max(1, g["bytes256"]), "xz": g["xzBits"] / g["bytes"]} for key, g in groups.items()}
    out = WORK / "report"
    out.mkdir(exist_ok=True)
    (out / "heldout.json").write_text(json.dumps({"limit": LIMIT, "rows": rows, "commonLines": common_lines(files)}, indent=1) + "\n")
    for key, r in rows.items():
        print(f"{key:28} {r['bytes']:9} bytes  {r['bitsPerByte']:.4f} bits per byte (first 256 positions {r['first256']:.4f}, later {r['beyond256']:.4f})  xz {r['xz']:.4f}", flush=True)


if __name__ == "__main__":
    main()
