"""`python -m training.golden.bpe`: what `BpeTrainer` of the Rust tokenizers trains on small texts, in
test/golden/bpe.json: digests of the entries, of the merges, and of the ids of fuzzed strings.

Words of few letters have many pairs of equal frequency, and merges that make the same token.
"""

import hashlib
import json
import struct

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from training.golden.tokens import fuzz_strings, mulberry32
from training.paths import GOLDEN

TEXTS = ["python.py.txt", "typescript.ts.txt", "scripts.md.txt"]
SAMPLE_SEED, SAMPLE = 77, 1_000


def letters(seed: int, alphabet: str, words: int) -> list[str]:
    """Words of 1 to 12 letters, 50 to a text."""
    below = mulberry32(seed)
    drawn = ["".join(alphabet[below(len(alphabet))] for _ in range(1 + below(12))) for _ in range(words)]
    return [" ".join(drawn[start : start + 50]) for start in range(0, words, 50)]


def texts(name: str) -> list[str]:
    if name == "files":
        return [(GOLDEN / "texts" / each).read_bytes().decode() for each in TEXTS]
    if name == "fuzz":
        return list(fuzz_strings(5, 2_000))
    alphabet, words = name.split(" ")
    return letters(len(alphabet), alphabet, int(words))


CASES = [
    {"texts": "files", "vocab_size": 1_500},
    {"texts": "files", "vocab_size": 4_000, "min_frequency": 3, "special_tokens": ["<|endoftext|>", "<pad>"]},
    {"texts": "fuzz", "vocab_size": 3_000},
    {"texts": "ab 400", "vocab_size": 600},
    {"texts": "abc 2000", "vocab_size": 2_000},
    {"texts": "a-= 300", "vocab_size": 500},
    {"texts": "etaoinshr 3000", "vocab_size": 3_000},
    {"texts": "files", "vocab_size": 10, "special_tokens": ["a"]},
]


def digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def train(case: dict) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    settings = {name: value for name, value in case.items() if name != "texts"}
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(initial_alphabet=alphabet, show_progress=False, **settings)
    tokenizer.train_from_iterator(texts(case["texts"]), trainer)
    return tokenizer


def results(case: dict) -> dict:
    tokenizer = train(case)
    model = json.loads(tokenizer.to_str())["model"]
    vocab = sorted(model["vocab"], key=model["vocab"].get)
    ids = hashlib.sha256()
    for text in fuzz_strings(SAMPLE_SEED, SAMPLE):
        own = tokenizer.encode(text).ids
        ids.update(struct.pack(f"<{1 + len(own)}I", len(own), *own))
    return {
        **case,
        "entries": len(vocab),
        "merges": len(model["merges"]),
        "vocabDigest": digest(vocab),
        "mergesDigest": digest([" ".join(merge) for merge in model["merges"]]),
        "idsDigest": ids.hexdigest(),
    }


def main() -> None:
    golden = {"sample": {"seed": SAMPLE_SEED, "count": SAMPLE}, "cases": [results(case) for case in CASES]}
    (GOLDEN / "bpe.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
