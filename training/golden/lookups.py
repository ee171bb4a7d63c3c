"""`python -m training.golden.lookups`: small Unigram and WordPiece tokenizers, trained with the published Rust
tokenizers, and digests of their ids for 20,000 fuzzed strings.

lookups.json defines the normalizer and pre_tokenizer of each; the digests and lookups/*.json are written.
"""

import json
from collections.abc import Iterator

from tokenizers import Tokenizer, models, trainers

from training.golden.families import TEXTS
from training.golden.tokens import COUNT, SEED, digests, fuzz_strings
from training.paths import GOLDEN, SHARED

PUBLISHED = ["t5-small", "bert"]
SPECIAL = ["<unk>", "<bos>", "<eos>"]
PIECES = 400
# The trainer needs a piece for every character that occurs.
LETTERS = 0x180


def texts() -> Iterator[str]:
    for name in TEXTS:
        yield "".join(c for c in (GOLDEN / "texts" / name).read_text() if ord(c) < LETTERS)


def trained(case: dict) -> dict:
    """The contents of a tokenizer.json."""
    unigram = case["model"] == "Unigram"
    tokenizer = Tokenizer(models.Unigram() if unigram else models.WordPiece(unk_token="[UNK]"))
    contents = json.loads(tokenizer.to_str())
    tokenizer = Tokenizer.from_str(
        json.dumps({**contents, "normalizer": case["normalizer"], "pre_tokenizer": case["pre_tokenizer"]})
    )
    if unigram:
        trainer = trainers.UnigramTrainer(
            vocab_size=PIECES, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False
        )
    else:
        trainer = trainers.WordPieceTrainer(
            vocab_size=PIECES, special_tokens=["[UNK]", "[CLS]"], limit_alphabet=120, show_progress=False
        )
    tokenizer.train_from_iterator(texts(), trainer)
    contents = json.loads(tokenizer.to_str())
    model = contents["model"]
    if case.get("byte_fallback"):
        lowest = min(score for _, score in model["vocab"])
        model["vocab"] += [[f"<0x{byte:02X}>", lowest] for byte in range(256)]
        model["byte_fallback"] = True
    contents["added_tokens"] += [
        {
            "id": len(model["vocab"]),
            "content": "</",
            "special": False,
            "normalized": False,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
        }
    ]
    return contents


def main() -> None:
    path = GOLDEN / "lookups.json"
    contents_of = json.loads(path.read_text())
    cases = contents_of["trained"]
    (GOLDEN / "lookups").mkdir(exist_ok=True)
    strings = list(fuzz_strings(SEED, COUNT))
    for name, case in cases.items():
        contents = trained(case)
        (GOLDEN / "lookups" / f"{name}.json").write_text(
            json.dumps(contents, ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        tokenizer = Tokenizer.from_str(json.dumps(contents))
        tokenizer.encode_special_tokens = True
        case["ids"] = digests(tokenizer, strings)
    for name in PUBLISHED:
        tokenizer = Tokenizer.from_file(str(SHARED / "tokenizers" / name / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        contents_of["published"][name] = {"ids": digests(tokenizer, strings)}
    path.write_text(json.dumps(contents_of, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
