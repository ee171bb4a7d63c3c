"""`python -m training.bench.tokenizer RANKS TEXTS ROUNDS THREADS`: the time that the published tiktoken takes to encode
texts, after other texts.

RANKS holds the tokens in the order of their ranks, in base64, one per line. TEXTS is a JSON array; its first half is
encoded first and not timed. With several threads the texts are one batch. Prints JSON: seconds of the best round, number
of tokens.
"""

import base64
import json
import sys
import time

import tiktoken
from tiktoken_ext.openai_public import r50k_pat_str


def main(ranks_path: str, texts_path: str, rounds: str, threads: str) -> None:
    with open(ranks_path) as file:
        ranks = {base64.b64decode(line): rank for rank, line in enumerate(file)}
    encoding = tiktoken.Encoding("r50k", pat_str=r50k_pat_str, mergeable_ranks=ranks, special_tokens={})
    with open(texts_path, encoding="utf-8") as file:
        texts = json.load(file)
    half = len(texts) // 2

    def encode(texts: list[str]) -> list[list[int]]:
        if int(threads) > 1:
            return encoding.encode_ordinary_batch(texts, num_threads=int(threads))
        return [encoding.encode_ordinary(text) for text in texts]

    encode(texts[:half])
    best = float("inf")
    for _ in range(int(rounds)):
        began = time.perf_counter()
        ids = encode(texts[half:])
        best = min(best, time.perf_counter() - began)
    print(json.dumps({"seconds": best, "tokens": sum(map(len, ids))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
