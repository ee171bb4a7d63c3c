"""`python -m training.coder.tokenizer`: trains a byte-level BPE of 8,192 entries on the training text.

Writes tokenizer.json and tokenizer_config.json.
"""

import json
import random

from training.bpe import END, make
from training.paths import WORK

SIZE = 8192
SAMPLE_BYTES = 30_000_000
PREFIX, SUFFIX, MIDDLE = "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"
SPECIALS = [END, PREFIX, SUFFIX, MIDDLE]
FOLDER = WORK / "tokenizer"


def sample() -> list[str]:
    """Whole files in a fixed random order until there is enough text. Files are not weighted, so the languages keep
    their shares.
    """
    with open(WORK / "corpus" / "train.jsonl") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    random.Random(1).shuffle(texts)
    chosen, size = [], 0
    for text in texts:
        chosen.append(text)
        size += len(text)
        if size >= SAMPLE_BYTES:
            break
    return chosen


def main() -> None:
    tokenizer = make(sample(), SIZE, SPECIALS, FOLDER, 1024)
    texts = sample()[:200]
    tokens = sum(len(e.ids) for e in tokenizer.encode_batch(texts))
    print(
        f"{tokenizer.get_vocab_size()} entries, {sum(len(t.encode()) for t in texts) / tokens:.3f} bytes per "
        "token on the first 200 files"
    )


if __name__ == "__main__":
    main()
