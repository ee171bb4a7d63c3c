"""Training sequences: files in random order, half of them split for fill-in-the-middle (FIM), packed end to end."""

import json
import random
from collections.abc import Iterator

import numpy as np
from tokenizers import Tokenizer

from training.bpe import END
from training.coder.tokenizer import MIDDLE, PREFIX, SUFFIX
from training.paths import WORK


def texts() -> list[str]:
    with open(WORK / "corpus" / "train.jsonl") as lines:
        return [json.loads(line)["text"] for line in lines]


def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(WORK / "tokenizer" / "tokenizer.json"))


class Documents:
    """An endless stream of token ids, deterministic for a seed, and cheap to advance to any position.

    FIM splits by characters, anywhere inside tokens, so that the model knows a cursor inside a word. PSM: prefix,
    suffix, middle. SPM: suffix, then prefix and middle in one piece. Each is used for a quarter of the documents.
    """

    def __init__(self, seed: int) -> None:
        self.texts, self.bpe, self.random = texts(), tokenizer(), random.Random(seed)
        # "<|endoftext|>" written in a file is text; the real separators are inserted below.
        self.bpe.encode_special_tokens = True
        self.end, self.prefix, self.suffix, self.middle = (
            self.bpe.token_to_id(t) for t in (END, PREFIX, SUFFIX, MIDDLE)
        )

    def _ids(self, *parts: str) -> list[list[int]]:
        return [self.bpe.encode(part, add_special_tokens=False).ids for part in parts]

    def document(self, text: str) -> list[int]:
        # A long file is reduced to a piece, so that one file does not fill a batch and prefix and suffix fit the
        # context.
        if len(text) > 12_000:
            start = self.random.randrange(len(text) - 12_000)
            start = text.find("\n", start) + 1 if start else 0
            text = text[start : start + 12_000]
        kind = self.random.random()
        if kind >= 0.5:
            return self._ids(text)[0] + [self.end]
        # Files for FIM are short enough that prefix, suffix and middle fit into one context.
        if len(text) > 3_000:
            start = self.random.randrange(len(text) - 3_000)
            text = text[start : start + self.random.randrange(600, 3_001)]
        a, b = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
        if self.random.random() < 0.5:  # half of the middles are short, as an editor requests them
            b = min(b, a + self.random.randrange(1, 120))
        if kind < 0.25:
            prefix, suffix, middle = self._ids(text[:a], text[b:], text[a:b])
            return [self.prefix, *prefix, self.suffix, *suffix, self.middle, *middle, self.end]
        suffix, joined = self._ids(text[b:], text[:b])
        return [self.prefix, self.suffix, *suffix, self.middle, *joined, self.end]

    def stream(self) -> Iterator[list[int]]:
        order = list(range(len(self.texts)))
        while True:
            self.random.shuffle(order)
            for i in order:
                yield self.document(self.texts[i])


POOL_TOKENS = 1_000_000


def batches(seed: int, plan: Iterator[tuple[int, int]]) -> Iterator[np.ndarray]:
    """Rows of length + 1 tokens (inputs, and targets shifted by one), each row a separate piece of the stream.

    A row begins with the separator, as every window of the extension does. Rows are drawn from a pool of about a
    million tokens: a batch of neighbouring pieces of one file is nearly a single sample, and the same model learns
    several times slower from such batches.
    """
    documents = Documents(seed)
    stream, held, pool = documents.stream(), [], []
    draw = random.Random(seed)
    for rows, length in plan:
        if pool and len(pool[0]) != length:
            held, pool = [token for row in pool for token in row] + held, []
        if len(pool) < rows:
            while len(held) < POOL_TOKENS:
                held.extend(next(stream))
            whole = len(held) // length * length
            pool += [held[i : i + length] for i in range(0, whole, length)]
            held = held[whole:]
            draw.shuffle(pool)
        block = np.full((rows, length + 1), documents.end, dtype=np.int64)
        block[:, 1:] = [pool.pop() for _ in range(rows)]
        yield block
