"""`python -m training.golden.pieces`: small SentencePiece models in test/golden/pieces/, trained with the published
`sentencepiece`, and digests of the ids that it gives for 20,000 fuzzed strings, in test/golden/pieces.json.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from training.golden.families import TEXTS
from training.golden.ranks import digests
from training.golden.tokens import COUNT, SEED, fuzz_strings
from training.paths import GOLDEN, SHARED

FOLDER = GOLDEN / "pieces"
IDENTITY = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
# A key that begins with another one, one that becomes two characters, and some that become a space or nothing.
RULES = {"e": "E", "e\u0301": "é", "\ufb01": "fi", "\u3000": " ", "\t": " ", "\u200b": "", "A": "a", "...": "…"}
SYMBOLS = ["</", "def", "  ", "▁▁▁", "中"]
MODELS: dict[str, dict] = {
    # As Llama 2, Mistral, and Gemma.
    "bpe-bytes": {"model_type": "bpe", "byte_fallback": True, **IDENTITY},
    "bpe-symbols": {"model_type": "bpe", "byte_fallback": True, "user_defined_symbols": SYMBOLS, **IDENTITY},
    "bpe-plain": {"model_type": "bpe", "add_dummy_prefix": False, **IDENTITY},
    "bpe-rules": {"model_type": "bpe", "normalization_rule_tsv": RULES, "user_defined_symbols": SYMBOLS},
    # As T5.
    "unigram-nmt": {"model_type": "unigram", "normalization_rule_name": "nmt_nfkc"},
    "unigram-rules": {"model_type": "unigram", "normalization_rule_tsv": RULES, "byte_fallback": True},
}
PUBLISHED = [
    "tokenizers/mistral/tokenizer.model.v1",
    "tokenizers/mistral/mistral_instruct_tokenizer_240323.model.v3",
]


def trained(name: str, options: dict) -> Path:
    path = FOLDER / f"{name}.model"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        if rules := options.get("normalization_rule_tsv"):
            file.writelines(f"{hexes(key)}\t{hexes(by)}\n" for key, by in rules.items())
            file.flush()
            options = {**options, "normalization_rule_tsv": file.name}
        train(path, options)
    path.with_suffix(".vocab").unlink()
    # Paths of the machine that it was trained on.
    model = sentencepiece_model_pb2.ModelProto.FromString(path.read_bytes())
    model.trainer_spec.ClearField("model_prefix")
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    path.write_bytes(model.SerializeToString())
    return path


def hexes(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)


def train(path: Path, options: dict) -> None:
    lines = [line for text in TEXTS for line in (GOLDEN / "texts" / text).read_text().splitlines()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines),
        model_prefix=str(path.with_suffix("")),
        vocab_size=900,
        hard_vocab_limit=False,
        character_coverage=0.995,
        minloglevel=2,
        num_threads=1,
        **options,
    )


def encoder(path: Path) -> Callable[[str], list[int]]:
    return sentencepiece.SentencePieceProcessor(model_file=str(path)).encode


def main() -> None:
    strings = list(fuzz_strings(SEED, COUNT))
    (GOLDEN / "pieces.json").write_text(
        json.dumps(
            {
                "format": "The strings of tokens.json, and its digests, in batches. small: of the files in pieces/. "
                "published: of files of shared data.",
                "small": {name: digests(encoder(trained(name, options)), strings) for name, options in MODELS.items()},
                "published": {name: digests(encoder(SHARED / name), strings) for name in PUBLISHED},
            },
            indent=1,
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
