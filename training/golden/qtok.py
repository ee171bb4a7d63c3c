"""`python -m training.golden.qtok ALPHABETS`: what the package `qtok` says of published vocabularies, in
test/golden/qtok.json, and its table of alphabets (qtok/alphabets.json, under the MIT licence) in the form of
src/core/tokenizerReport/alphabetRanges.ts, on standard output.

Of qtok's classes those are kept that are defined by characters alone: entries of more than one character that are all
of one script after one blank, and entries that are no UTF-8 of their own.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from qtok.qtoklib.classification import get_classification
from qtok.qtoklib.tokenizer import load_vocab

from training.paths import GOLDEN, SHARED

TOKENIZERS = ["gpt2", "gpt-neox"]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def classes_of(name: str) -> dict[str, object]:
    tokens = load_vocab(str(SHARED / "tokenizers" / name / "tokenizer.json"))
    meta, _ = get_classification(tokens)
    scripts = Counter(script for kind, script in meta.values() if kind in ("spaced_alpha", "inner_alpha"))
    broken = sum(kind == "unicode_flanks" for kind, _ in meta.values())
    return {"scripts": dict(sorted(scripts.items())), "notUtf8": broken}


def base36(number: int) -> str:
    return (base36(number // 36) if number >= 36 else "") + DIGITS[number % 36]


def ranges_of(letters: str) -> str:
    """Pairs of characters to skip and characters that belong, as in src/core/tokenizer/unicode/ranges.ts."""
    numbers: list[int] = []
    end = 0
    for code in sorted({ord(letter) for letter in letters if not letter.isspace()}):
        if numbers and code == end:
            numbers[-1] += 1
        else:
            numbers += [code - end, 1]
        end = code + 1
    return " ".join(base36(number) for number in numbers)


def main() -> None:
    golden = {name: classes_of(name) for name in TOKENIZERS}
    (GOLDEN / "qtok.json").write_text(json.dumps(golden, indent=2) + "\n")
    alphabets = json.loads(Path(sys.argv[1]).read_text())
    for code, letters in alphabets.items():
        print(f"  {code}: '{ranges_of(letters)}',")


if __name__ == "__main__":
    main()
