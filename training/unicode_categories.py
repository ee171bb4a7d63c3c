"""`python -m training.unicode_categories`: the character categories used in split patterns, as in Rust `tokenizers`, in
src/core/tokenizer/unicode/unicodeCategories.ts.

Each character is tested with a pre_tokenizer, so that the table holds the behaviour of the library and not that of a
Unicode version.
"""

from tokenizers import Regex, normalizers, pre_tokenizers

from training.paths import REPO

CHARACTERS = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
HEADER = """\
// Categories of characters that split patterns name, made by training/unicode_categories.py: those of Oniguruma
// 6.9.10 (Unicode 16.0), and what `Digits` (Rust's char::is_numeric, Unicode 17.0), `Punctuation` (ASCII's, and
// Unicode 8.0's) and `StripAccents` (Unicode 9.0) of Rust `tokenizers` 0.23 go by. In base 36, in pairs, as in \
lettersAndNumbers.ts.
"""


def cut_off(pre_tokenizer) -> list[int]:
    """The code points that a pre_tokenizer splits from a preceding letter."""
    return [ord(c) for c in CHARACTERS if len(pre_tokenizer.pre_tokenize_str("a" + c)) == 2]


def category(pattern: str) -> list[int]:
    split = pre_tokenizers.Split(Regex(pattern), "removed")
    return [ord(c) for c in CHARACTERS if not split.pre_tokenize_str(c)]


def stripped() -> list[int]:
    return [ord(c) for c in CHARACTERS if normalizers.StripAccents().normalize_str("a" + c) == "a"]


def base36(number: int) -> str:
    text = DIGITS[number % 36]
    return text if number < 36 else base36(number // 36) + text


def ranges(codes: list[int]) -> list[str]:
    """Alternating counts: characters to skip, characters that belong, and so on."""
    numbers: list[int] = []
    at = 0
    for code in codes:
        if numbers and code == at:
            numbers[-1] += 1
        else:
            numbers += [code - at, 1]
        at = code + 1
    return [base36(number) for number in numbers]


def constant(name: str, comment: str, codes: list[int]) -> str:
    lines = [""]
    for number in ranges(codes):
        if len(lines[-1]) + len(number) > 91:
            lines.append("")
        lines[-1] += number + " "
    lines[-1] = lines[-1].rstrip()
    text = " +\n".join(f"  '{line}'" for line in lines)
    return f"\n/** {comment} */\nexport const {name} =\n{text};\n"


def main() -> None:
    text = HEADER + "".join(
        [
            constant("upperRanges", r"[\p{Lu}\p{Lt}]", category(r"[\p{Lu}\p{Lt}]")),
            constant("lowerRanges", r"\p{Ll}", category(r"\p{Ll}")),
            constant("markRanges", r"\p{M}", category(r"\p{M}")),
            constant("punctuationRanges", r"\p{P}", category(r"\p{P}")),
            constant("symbolRanges", r"\p{S}", category(r"\p{S}")),
            constant("rustNumericRanges", "What `Digits` takes for digits.", cut_off(pre_tokenizers.Digits(True))),
            constant("combiningRanges", "What `StripAccents` takes away.", stripped()),
            constant(
                "rustPunctuationRanges",
                "What `Punctuation` takes for punctuation.",
                cut_off(pre_tokenizers.Punctuation()),
            ),
        ]
    )
    (REPO / "src" / "core" / "tokenizer" / "unicode" / "unicodeCategories.ts").write_text(text)


if __name__ == "__main__":
    main()
