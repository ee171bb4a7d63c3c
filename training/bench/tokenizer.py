"""`python -m training.bench.tokenizer RANKS TEXT ROUNDS`: the time that the published tiktoken takes to encode a text,
after another text of the same length.

RANKS holds the tokens in the order of their ranks, in base64, one per line. TEXT is UTF-8; its first half is encoded
first and not timed. Prints JSON: seconds of the best round, number of tokens.
"""

import base64
import json
import sys
import time

import tiktoken
from tiktoken_ext.openai_public import r50k_pat_str


def main(ranks_path: str, text_path: str, rounds: str) -> None:
    with open(ranks_path) as file:
        ranks = {base64.b64decode(line): rank for rank, line in enumerate(file)}
    encoding = tiktoken.Encoding("r50k", pat_str=r50k_pat_str, mergeable_ranks=ranks, special_tokens={})
    with open(text_path, newline="", encoding="utf-8") as file:
        text = file.read()
    half = len(text) // 2
    encoding.encode_ordinary(text[:half])
    best = float("inf")
    for _ in range(int(rounds)):
        began = time.perf_counter()
        ids = encoding.encode_ordinary(text[half:])
        best = min(best, time.perf_counter() - began)
    print(json.dumps({"seconds": best, "tokens": len(ids)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
