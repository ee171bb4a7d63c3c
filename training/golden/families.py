"""`python -m training.golden.families`: results of the published Rust tokenizers on 20,000 fuzzed strings, for each
tokenizer family in test/golden/families.json.

That file defines the pre_tokenizer of each family, as in its public files; digests of its split positions are added.
For families whose public files are not available, a small tokenizer with exactly that pre_tokenizer is trained and
written to test/golden/families/*.json, with digests of its ids.
"""

import hashlib
import json
import struct
from collections.abc import Iterator

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from training.golden.tokens import COUNT, SEED, digests, fuzz_strings
from training.paths import GOLDEN

BATCH = 2_000
MERGES = 800
# fmt: off
TRAINED = [
    "llama3", "qwen35", "o200k", "tekken", "deepseek-coder", "deepseek-v2", "deepseek-v3", "starcoder",
    "punctuation-Isolated",
]
# fmt: on
TEXTS = ["python.py.txt", "typescript.ts.txt", "scripts.md.txt"]


def bare(pre_tokenizer: dict) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    return Tokenizer.from_str(json.dumps({**json.loads(tokenizer.to_str()), "pre_tokenizer": pre_tokenizer}))


def digests_of_cuts(pre_tokenizer, strings: list[str]) -> list[str]:
    """For each string the number of its pretokens, then the end of each in bytes; uint32 little-endian."""
    result = []
    for start in range(0, len(strings), BATCH):
        digest = hashlib.sha256()
        for s in strings[start : start + BATCH]:
            ends, at = [], 0
            for _, (first, end) in pre_tokenizer.pre_tokenize_str(s):
                at += len(s[first:end].encode())
                ends.append(at)
            digest.update(struct.pack(f"<{1 + len(ends)}I", len(ends), *ends))
        result.append(digest.hexdigest())
    return result


def texts() -> Iterator[str]:
    for name in TEXTS:
        yield (GOLDEN / "texts" / name).read_text()
    yield from fuzz_strings(SEED + 1, 1_000)


def trained(pre_tokenizer: dict, ignore_merges: bool) -> dict:
    """The contents of a tokenizer.json."""
    tokenizer = bare(pre_tokenizer)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + MERGES, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts(), trainer)
    contents = json.loads(tokenizer.to_str())
    model = contents["model"]
    if ignore_merges:
        # Without their last merge, some tokens are found only as whole pretokens.
        parts = {part for merge in model["merges"] for part in merge}
        model["merges"] = [merge for i, merge in enumerate(model["merges"]) if i % 3 or "".join(merge) in parts]
        model["ignore_merges"] = True
    return contents


def llama2() -> dict:
    """Prepends a space to all text between added tokens."""
    normalizer = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, BLANKS]}
    return spaced(
        {"normalizer": normalizer, "added_tokens": [added("</"), added("function", rstrip=True)]}, byte_fallback=True
    )


def gemma() -> dict:
    split = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
    return spaced(
        {"normalizer": BLANKS, "pre_tokenizer": split, "added_tokens": [added("\n\n"), added("▁▁")]},
        byte_fallback=True,
        ignore_merges=True,
    )


def metaspace_first() -> dict:
    """One unknown token for each run of unknown characters."""
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}
    return spaced({"pre_tokenizer": metaspace, "added_tokens": [added("</", normalized=True)]})


def metaspace_always() -> dict:
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}
    return spaced(
        {
            "normalizer": {"type": "NFC"},
            "pre_tokenizer": metaspace,
            "added_tokens": [added("</"), added("[[", lstrip=True, normalized=True)],
        },
        fuse_unk=False,
    )


BLANKS = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
SPACED = {"llama2": llama2, "gemma": gemma, "metaspace-first": metaspace_first, "metaspace-always": metaspace_always}


NORMALIZERS = {
    "nfc": [{"type": "NFC"}],
    "nfd": [{"type": "NFD"}],
    "nfkc": [{"type": "NFKC"}],
    "nfkd": [{"type": "NFKD"}],
    "lowercase": [{"type": "Lowercase"}],
    "strip": [{"type": "Strip", "strip_left": True, "strip_right": True}],
    "strip-right": [{"type": "Strip", "strip_left": False, "strip_right": True}],
    "strip-accents": [{"type": "StripAccents"}],
    "plain": [
        {"type": "NFD"},
        {"type": "StripAccents"},
        {"type": "Lowercase"},
        {"type": "Strip", "strip_left": True, "strip_right": False},
    ],
    "chain": [
        {"type": "NFKC"},
        {"type": "Replace", "pattern": {"String": "e"}, "content": "é"},
        {"type": "Prepend", "prepend": "> "},
        {"type": "NFKD"},
        {"type": "Replace", "pattern": {"String": "  "}, "content": ""},
    ],
}


def normalized(steps: list[dict]) -> dict:
    """A tokenizer.json of bytes alone: its ids show the normalized text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [added("</"), added("[[", normalized=True)]
    for i, token in enumerate(tokens):
        token["id"] = 256 + i
    file = json.loads(
        bare({"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}).to_str()
    )
    file["model"]["vocab"] = {character: i for i, character in enumerate(alphabet)}
    return {**file, "normalizer": {"type": "Sequence", "normalizers": steps}, "added_tokens": tokens}


def normalizer(name: str, strings: list[str]) -> dict:
    contents = normalized(NORMALIZERS[name])
    print(name)
    return {"steps": NORMALIZERS[name], "ids": digests(Tokenizer.from_str(json.dumps(contents)), strings, BATCH)}


def added(content: str, **fields: bool) -> dict:
    return {
        "content": content,
        "special": False,
        "normalized": False,
        "lstrip": False,
        "rstrip": False,
        "single_word": False,
        **fields,
    }


def spaced(file: dict, **model: bool) -> dict:
    """The contents of a tokenizer.json that writes spaces as ▁, as SentencePiece does. Added tokens that are not in the
    vocabulary get the ids following it.
    """
    trainee = Tokenizer(models.BPE(unk_token="<unk>"))
    trainee.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.BpeTrainer(
        vocab_size=457 + MERGES,
        limit_alphabet=200,
        special_tokens=["<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)],
        show_progress=False,
    )
    trainee.train_from_iterator(texts(), trainer)
    contents = json.loads(trainee.to_str())
    vocab = contents["model"]["vocab"]
    for i, token in enumerate(file["added_tokens"]):
        token["id"] = vocab.get(token["content"], len(vocab) + i)
    fields = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": False, **model}
    return {**contents, "pre_tokenizer": None, **file, "model": {**contents["model"], **fields}}


def spaced_family(name: str, strings: list[str]) -> list[str]:
    contents = SPACED[name]()
    write_tokenizer(name, contents)
    print(name)
    return digests(Tokenizer.from_str(json.dumps(contents)), strings, BATCH)


def write_tokenizer(name: str, contents: dict) -> None:
    folder = GOLDEN / "families"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(contents, ensure_ascii=False, separators=(",", ":")) + "\n")


def family(name: str, pre_tokenizer: dict, strings: list[str]) -> dict:
    result = {"pre_tokenizer": pre_tokenizer, "cuts": digests_of_cuts(bare(pre_tokenizer).pre_tokenizer, strings)}
    if name in TRAINED:
        contents = trained(pre_tokenizer, ignore_merges=name == "llama3")
        write_tokenizer(name, contents)
        result["ids"] = digests(Tokenizer.from_str(json.dumps(contents)), strings, BATCH)
    print(name)
    return result


def main() -> None:
    strings = list(fuzz_strings(SEED, COUNT))
    path = GOLDEN / "families.json"
    families = json.loads(path.read_text())["families"]
    path.write_text(
        json.dumps(
            {
                "format": "The strings of tokens.json, and its digests (ids), in batches of `batch` strings. cuts: for "
                "each string the number of its pretokens, then the offset in bytes at which each ends, each "
                "uint32 little-endian. ids: of families/*.json, trained on texts/ and 1,000 other fuzzed "
                "strings. spaced: ids of those that spell blanks as U+2581. normalizers: ids by a tokenizer "
                "of bytes, in the order of how GPT-2 spells them, with the added tokens </ (256) and [[ "
                "(257, normalized).",
                "batch": BATCH,
                "spaced": {name: spaced_family(name, strings) for name in SPACED},
                "normalizers": {name: normalizer(name, strings) for name in NORMALIZERS},
                "families": {name: family(name, known["pre_tokenizer"], strings) for name, known in families.items()},
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
