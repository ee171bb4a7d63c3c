"""`python -m training.golden.ranks`: results of tiktoken and of llama2.c on 20,000 fuzzed strings, in
test/golden/ranks.json.

Besides the published cl100k_base.tiktoken and tok512.bin, it uses small rank files and a small tokenizer.bin, made from
tokenizers that are trained as in golden/families.py.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import tiktoken
import tiktoken.load
from tiktoken_ext import openai_public

from training.bpe import byte_level
from training.golden.families import BATCH, llama2, trained
from training.golden.tokens import COUNT, SEED, fuzz_strings
from training.paths import GOLDEN, SHARED

FOLDER = GOLDEN / "ranks"
# Encodings of tiktoken, and the family in families.json whose pre_tokenizer the small tokenizer is trained with.
ENCODINGS = {"r50k_base": "gpt2", "cl100k_base": "llama3", "o200k_base": "o200k"}
FIRST_BYTE = 3


def write_ranks(name: str) -> Path:
    pre_tokenizer = json.loads((GOLDEN / "families.json").read_text())["families"][ENCODINGS[name]]["pre_tokenizer"]
    spelled = {character: bytes([byte]) for byte, character in byte_level().items()}
    vocab = trained(pre_tokenizer, ignore_merges=False)["model"]["vocab"]
    tokens = {id: b"".join(spelled[character] for character in token) for token, id in vocab.items()}
    path = FOLDER / name / f"{name}.tiktoken"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{base64.b64encode(tokens[id]).decode()} {id}\n" for id in sorted(tokens)))
    return path


def tiktoken_encoder(name: str, ranks_file: Path) -> Callable[[str], list[int]]:
    """The encoding as tiktoken defines it, with the ranks from a local file instead of a download."""
    ranks = tiktoken.load.load_tiktoken_bpe(str(ranks_file))
    openai_public.load_tiktoken_bpe = lambda *_, **__: ranks
    parts = getattr(openai_public, name)()
    parts.pop("explicit_n_vocab", None)
    return tiktoken.Encoding(**parts).encode_ordinary


def write_bin() -> Path:
    """Each score is used for two pieces, so that the leftmost of equal pairs must be merged first."""
    model = llama2()["model"]
    pieces = {"<unk>": 0.0, "\n<s>\n": 0.0, "\n</s>\n": 0.0} | {f"<0x{byte:02X}>": 0.0 for byte in range(256)}
    merged = ["".join(merge).replace("▁", " ") for merge in model["merges"]]
    pieces |= {piece: -float(i // 2) for i, piece in enumerate(dict.fromkeys(merged))}
    pieces |= {piece: -1e6 for piece in (token.replace("▁", " ") for token in model["vocab"]) if piece not in pieces}
    path = FOLDER / "llama2c" / "tokenizer.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = [(score, piece.encode()) for piece, score in pieces.items()]
    path.write_bytes(
        struct.pack("<i", max(len(piece) for _, piece in encoded))
        + b"".join(struct.pack("<fi", score, len(piece)) + piece for score, piece in encoded)
    )
    return path


def llama2c_encoder(path: Path) -> Callable[[str], list[int]]:
    """`encode` of llama2.c's run.c, step by step, except that NUL does not end the text."""
    data = path.read_bytes()
    vocab: list[bytes] = []
    scores: list[float] = []
    at = 4
    while at < len(data):
        score, length = struct.unpack_from("<fi", data, at)
        vocab.append(data[at + 8 : at + 8 + length])
        scores.append(score)
        at += 8 + length
    ids = {piece: id for id, piece in enumerate(vocab)}

    def encode(text: str) -> list[int]:
        tokens = [ids[b" "]] if text else []
        for character in text:
            piece = character.encode()
            tokens += [ids[piece]] if piece in ids else [FIRST_BYTE + byte for byte in piece]
        while True:
            best, best_id, best_score = -1, -1, -1e10
            for i in range(len(tokens) - 1):
                id = ids.get(vocab[tokens[i]] + vocab[tokens[i + 1]], -1)
                if id >= 0 and scores[id] > best_score:
                    best, best_id, best_score = i, id, scores[id]
            if best < 0:
                return tokens
            tokens[best : best + 2] = [best_id]

    return encode


def digests(encode: Callable[[str], list[int]], strings: list[str]) -> list[str]:
    result = []
    for start in range(0, len(strings), BATCH):
        digest = hashlib.sha256()
        for s in strings[start : start + BATCH]:
            ids = encode(s)
            digest.update(struct.pack(f"<{1 + len(ids)}I", len(ids), *ids))
        result.append(digest.hexdigest())
    return result


def main() -> None:
    strings = list(fuzz_strings(SEED, COUNT))
    published = {
        "tokenizers/tiktoken": tiktoken_encoder(
            "cl100k_base", SHARED / "tokenizers" / "tiktoken" / "cl100k_base.tiktoken"
        ),
        "models/stories260K": llama2c_encoder(SHARED / "models" / "stories260K" / "tok512.bin"),
    }
    small = {name: tiktoken_encoder(name, write_ranks(name)) for name in ENCODINGS} | {
        "llama2c": llama2c_encoder(write_bin())
    }
    (GOLDEN / "ranks.json").write_text(
        json.dumps(
            {
                "format": "The strings of tokens.json, and its digests, in batches. small: of the folders in ranks/. "
                "published: of folders of shared data.",
                "small": {name: digests(encode, strings) for name, encode in small.items()},
                "published": {name: digests(encode, strings) for name, encode in published.items()},
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
