"""`python -m training.coder.fim`: fill-in-the-middle on held-out code, PSM and SPM, with the cursor at four kinds of
positions.

The results go to the work folder, for the report. The middle is the rest of the line (at the end of a line: the line
break and the whole next line). There is no token healing: prefix, suffix and middle are tokenized separately.
"""

import json
import math
import random
import re
from collections import Counter, defaultdict

import numpy as np
from tokenizers import Tokenizer

from training.coder import heldout
from training.coder.generate import Generator
from training.paths import MODEL, WORK

EACH, BEFORE, AFTER = 100, 1200, 600  # positions of each kind; characters of prefix and suffix
ROOM = 1024 - 20  # tokens, without the special tokens and the margin of greedy decoding


def cuts(text: str, tokenizer: Tokenizer) -> dict[str, list[int]]:
    """The positions of each kind at which the rest of the line is not empty."""
    inside = [
        a + 1 + (b - a) // 2
        for a, b in tokenizer.encode(text).offsets
        if b - a >= 4 and text[a:b].strip().isidentifier() and a + 1 + (b - a) // 2 < b
    ]
    return {
        "mid-token": inside,
        "after-dot": [m.end() for m in re.finditer(r"\w\.(?=[A-Za-z_])", text)],
        "indent": [m.end() for m in re.finditer(r"(?m)^[ \t]+(?=\S)", text)],
        "line-end": [m.start() for m in re.finditer(r"(?<=\S)\n(?=[^\n]*\S)", text)],
    }


def middle(text: str, at: int) -> str:
    end = text.find("\n", at + 1)
    return text[at : end if end >= 0 else len(text)]


def main() -> None:
    tokenizer, generator = Tokenizer.from_file(str(MODEL / "tokenizer.json")), Generator()
    p, s, m = (tokenizer.token_to_id(t) for t in ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"))
    tokenizer.encode_special_tokens = True

    def ids(text):
        return tokenizer.encode(text, add_special_tokens=False).ids

    draw = random.Random(1)
    places: dict[str, list[tuple[dict, int]]] = defaultdict(list)
    for f in heldout.files(60_000):
        for kind, found in cuts(f["text"], tokenizer).items():
            places[kind] += [(f, at) for at in found]
    result: dict[str, Counter] = defaultdict(Counter)
    for kind, found in places.items():
        for f, at in draw.sample(found, EACH):
            text, true = f["text"], middle(f["text"], at)
            if not true.strip():
                continue
            before, after, want = ids(text[max(0, at - BEFORE) : at]), ids(text[at + len(true) :][:AFTER]), ids(true)
            # Text far from the cursor is dropped on either side if it does not fit.
            after = after[: ROOM // 3]
            before = before[-(ROOM - len(after) - 2 * len(want)) :]
            for mode, prompt in (("psm", [0, p, *before, s, *after, m]), ("spm", [0, p, s, *after, m, *before])):
                logits, _ = generator.run(prompt + want)
                rows = logits[len(prompt) - 1 : -1].astype(np.float64)
                rows -= rows.max(1, keepdims=True)
                nats = -(rows[np.arange(len(want)), want] - np.log(np.exp(rows).sum(1))).sum()
                made = tokenizer.decode(generator.greedy(prompt, len(want) + 12), skip_special_tokens=False)
                result[f"{kind} {mode}"].update(
                    cuts=1,
                    bits=nats / math.log(2),
                    bytes=len(true.encode()),
                    exact=made == true,
                    begins=made.startswith(true),
                )
    rows = {
        k: {
            "cuts": c["cuts"],
            "bitsPerByte": c["bits"] / c["bytes"],
            "exact": c["exact"] / c["cuts"],
            "begins": c["begins"] / c["cuts"],
        }
        for k, c in result.items()
    }
    (WORK / "report").mkdir(exist_ok=True)
    (WORK / "report" / "fim.json").write_text(json.dumps(rows, indent=1) + "\n")
    for key, r in rows.items():
        print(key, {k: round(v, 4) for k, v in r.items()})


if __name__ == "__main__":
    main()
