"""`python -m training.golden.vocabularies`: small tokenizers in test/golden/vocabularies/ with what only some published
ones have, and digests of the ids that Rust `tokenizers` gives for 2,000 fuzzed strings, in vocabularies.json.
"""

import itertools
import json

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from training.bpe import byte_level
from training.golden.families import added, bare, texts
from training.golden.tokens import COUNT, SEED, digests, fuzz_strings
from training.paths import GOLDEN

STRINGS = 2_000
FOLDER = GOLDEN / "vocabularies"
# Single bytes, and lead and last bytes of longer characters.
LACKING = [0x01, 0x09, 0x7F, 0xA9, 0xAA, 0xBC, 0xC0, 0xC3, 0xE2, 0xF0, 0xFF]
FALCON = {
    "type": "Sequence",
    "pretokenizers": [
        {"type": "Punctuation", "behavior": "Contiguous"},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        {"type": "Digits", "individual_digits": False},
        {"type": "Split", "pattern": {"Regex": "[0-9][0-9][0-9]"}, "behavior": "Isolated", "invert": False},
    ],
}
CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def trained(tokenizer: Tokenizer, **options) -> dict:
    trainer = trainers.BpeTrainer(
        vocab_size=900, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, **options
    )
    tokenizer.train_from_iterator(texts(), trainer)
    return json.loads(tokenizer.to_str())


def byte_level_bpe() -> dict:
    return trained(bare({"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}))


def falcon() -> dict:
    """Splits once more what ByteLevel has spelled."""
    return trained(bare(FALCON))


def clip() -> dict:
    """As `CLIPConverter` of the transformers library."""
    tokenizer = Tokenizer(
        models.BPE(unk_token="<|endoftext|>", end_of_word_suffix="</w>", continuing_subword_prefix="")
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(CLIP), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    special = [AddedToken("<|endoftext|>", special=True, normalized=False)]
    contents = trained(tokenizer, end_of_word_suffix="</w>", special_tokens=special)
    vocab = contents["model"]["vocab"]
    for byte in byte_level().values():
        for spelling in (byte, f"{byte}</w>"):
            vocab.setdefault(spelling, len(vocab))
    return contents


def lacking(unk_token: str | None, fuse_unk: bool) -> dict:
    contents = byte_level_bpe()
    model = contents["model"]
    lost = {byte_level()[byte] for byte in LACKING}
    kept = [token for token in model["vocab"] if not lost & set(token)] + ([unk_token] if unk_token else [])
    model["vocab"] = {token: id for id, token in enumerate(kept)}
    model["merges"] = [merge for merge in model["merges"] if not lost & set("".join(merge))]
    return {**contents, "model": {**model, "unk_token": unk_token, "fuse_unk": fuse_unk}}


def added_tokens() -> dict:
    """Ids of other tokens, gaps, and repeated contents, one of them special once."""
    tokens = [
        (5, added("q!")),
        (9_000, added("[[")),
        (3, added("the")),
        (9_000, {**added("</"), "special": True}),
        (7, added("</")),
        (8, added("  ")),
    ]
    return {**byte_level_bpe(), "added_tokens": [{**token, "id": id} for id, token in tokens]}


CASES = {
    "falcon": falcon,
    "clip": clip,
    "lacking": lambda: lacking(None, False),
    "lacking-unknown": lambda: lacking("<unk>", False),
    "lacking-fused": lambda: lacking("<unk>", True),
    "added": added_tokens,
}


def case(name: str, strings: list[str]) -> list[str]:
    contents = json.dumps(CASES[name](), ensure_ascii=False, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(contents + "\n")
    tokenizer = Tokenizer.from_str(contents)
    tokenizer.encode_special_tokens = True
    print(name)
    return digests(tokenizer, strings)


def main() -> None:
    strings = list(itertools.islice(fuzz_strings(SEED, COUNT), STRINGS))
    contents = {
        "format": "The first 2,000 strings of tokens.json, and its digests.",
        "small": {name: case(name, strings) for name in CASES},
    }
    (GOLDEN / "vocabularies.json").write_text(json.dumps(contents, indent=1) + "\n")


if __name__ == "__main__":
    main()
