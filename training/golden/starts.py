"""`python -m training.golden.starts`: the tokens that `transformers` puts before a text, for tokenizer files as models
have them, into test/golden/starts.json.

That file defines the cases: the post_processor of a tokenizer.json and a tokenizer_config.json. The rest of the
tokenizer is a byte-level one with a token for each byte and the special tokens of TOKENS.
"""

import json
import tempfile
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

from training.paths import GOLDEN

TOKENS = ["<s>", "</s>", "[gMASK]"]


def before(case: dict) -> list[int]:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {character: i for i, character in enumerate([*alphabet, *TOKENS])}
    added = [
        {"id": vocab[t], "content": t, "special": True, "normalized": False}
        | dict.fromkeys(["single_word", "lstrip", "rstrip"], False)
        for t in TOKENS
    ]
    contents = {
        "version": "1.0",
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True, "trim_offsets": True},
        "post_processor": case["post_processor"],
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": vocab, "merges": []},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "tokenizer.json").write_text(json.dumps(contents))
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(case["config"]))
        ids = AutoTokenizer.from_pretrained(folder)("a").input_ids
    return ids[: ids.index(vocab["a"])]


def main() -> None:
    path = GOLDEN / "starts.json"
    golden = json.loads(path.read_text())
    for case in golden["cases"]:
        case["before"] = before(case)
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
