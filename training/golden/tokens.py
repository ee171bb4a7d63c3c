"""`python -m training.golden.tokens`: digests of the token ids of 20,000 fuzzed strings, by the published Rust
tokenizers, in test/golden/tokens.json.

test/golden/fuzz.ts generates the same strings; `allStrings` in the JSON proves it. All arithmetic below is on 32-bit
integers.
"""

import hashlib
import json
import struct
from collections.abc import Iterator

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from training.bpe import SPLIT
from training.paths import GOLDEN, MODEL, SHARED, WORK

SEED, COUNT, BATCH = 20_000, 20_000, 500
MASK = 0xFFFFFFFF


def mulberry32(seed: int):
    state = seed & MASK

    def draw(below: int) -> int:
        nonlocal state
        state = (state + 0x6D2B79F5) & MASK
        t = ((state ^ (state >> 15)) * (1 | state)) & MASK
        t = ((t + (((t ^ (t >> 7)) * (61 | t)) & MASK)) & MASK) ^ t
        return (t ^ (t >> 14)) % below

    return draw


# Ranges of code points by kind; the same table is in fuzz.ts.
RANGES: list[list[tuple[int, int]]] = [
    [(0x20, 0x7E)],
    [(0x61, 0x7A)],
    [(0x00, 0x1F), (0x7F, 0xA0)],
    [(0xA1, 0x24F)],
    [(0x300, 0x36F), (0x61, 0x7A), (0xE0, 0xFF)],
    [(0x370, 0x52F)],
    [(0x590, 0x6FF)],
    [(0x900, 0xDFF)],
    [(0xE00, 0xEFF)],
    [(0x1100, 0x11FF), (0xAC00, 0xD7A3)],
    [(0x3040, 0x30FF), (0x4E00, 0x9FFF)],
    [(0x2000, 0x2BFF)],
    [(0xFB00, 0xFDFF), (0xFE20, 0xFE2F), (0xFF00, 0xFFEF)],
    [(0x1F000, 0x1FAFF)],
    [(0x10000, 0x1FFFF), (0x20000, 0x2FFFF)],
    [(0xE000, 0xF8FF), (0xE0000, 0xE01EF), (0x10FFF0, 0x10FFFF)],
    [(0x00, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)],
]
# fmt: off
SPACES = [
    0x20, 0x20, 0x20, 0x20, 0x09, 0x0A, 0x0D, 0x0B, 0x0C, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x2029, 0x202F, 0x205F,
    0x3000, 0xFEFF, 0x200B,
]
EMOJI = [
    0x1F600, 0x1F468, 0x1F469, 0x1F467, 0x1F3FB, 0x1F3FF, 0x200D, 0x200D, 0xFE0F, 0xFE0E, 0x20E3, 0x1F1E6, 0x1F1FA,
    0x1F1F8, 0x2764, 0x1F308, 0x1F3F4, 0xE0067, 0xE007F, 0x31,
]
DIGITS = [
    0x30, 0x31, 0x32, 0x33, 0x39, 0x2E, 0x2C, 0x2D, 0x65, 0x78, 0x661, 0x967, 0xB2, 0xBD, 0x2163, 0xFF15, 0x1D7D8,
    0x5F,
]
WORDS = [
    "const ", "function", " return", "=>", "self.", "def ", "    ", "\t\t", "\n", "\r\n", "\n\n    ", "();", " === ",
    "!==", "://", "/*", "*/", "//", "#include", "'s", "'LL", "'re", "'D", "don't", "I'Ve", "\u017fs'\u017f",
    "camelCaseName", "snake_case_name", "SCREAMING", "x1y2z3", "0x1F", "3.14159", "1_000_000", "${", "}`", '"\\n"',
    '<div class="', "</", "[[", "]]", "...", "???", "<|endoftext|>", "<|fim_prefix|>", "<|im_start|>", "<s>", "\u00e9",
    "e\u0301", "\u1e9b\u0323", "\uac00", "\u1100\u1161", "\u2126", "\ufb01", "na\u00efve", "\u0130\u0131",
    "stra\u00dfe", " \u00a0 ", "\u00a0", "   ", " \n ", "\r", "\r\r\n", "\u0085", "\ufeff", "a\u0300\u0301\u0302",
]
# fmt: on


def fuzz_strings(seed: int, count: int) -> Iterator[str]:
    draw = mulberry32(seed)

    def from_ranges(ranges: list[tuple[int, int]]) -> str:
        low, high = ranges[draw(len(ranges))]
        return chr(low + draw(high - low + 1))

    def piece() -> str:
        kind = draw(24)
        if kind < 17:
            return "".join(from_ranges(RANGES[kind]) for _ in range(1 + draw(12)))
        if kind == 17:
            return "".join(chr(SPACES[draw(len(SPACES))]) for _ in range(1 + draw(10)))
        if kind == 18:
            return "".join(chr(EMOJI[draw(len(EMOJI))]) for _ in range(1 + draw(10)))
        if kind == 19:
            return "".join(chr(DIGITS[draw(len(DIGITS))]) for _ in range(1 + draw(12)))
        if kind == 20:
            one = from_ranges(RANGES[draw(len(RANGES))])
            return one * (1 + draw(40))
        return "".join(WORDS[draw(len(WORDS))] for _ in range(1 + draw(8)))

    for _ in range(count):
        length = draw(201)
        characters: list[str] = []
        while len(characters) < length:
            characters.extend(piece())
        yield "".join(characters[:length])


def published(name: str) -> Tokenizer:
    return Tokenizer.from_file(str(SHARED / "tokenizers" / name / "tokenizer.json"))


def gpt2() -> Tokenizer:
    return published("gpt2")


def phi3() -> Tokenizer:
    return published("phi-3-mini")


def qwen2() -> Tokenizer:
    folder = SHARED / "tokenizers" / "qwen2"
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    config = json.loads((folder / "tokenizer_config.json").read_text())
    for _, token in sorted(config["added_tokens_decoder"].items(), key=lambda item: int(item[0])):
        tokenizer.add_tokens([AddedToken(token.pop("content"), **token)])
    return tokenizer


def coder() -> Tokenizer:
    folder = MODEL if (MODEL / "tokenizer.json").exists() else WORK / "tokenizer"
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def digests(tokenizer: Tokenizer, strings: list[str], batch: int = BATCH) -> list[str]:
    tokenizer.encode_special_tokens = True  # "<|endoftext|>" in a document is text
    result = []
    for start in range(0, len(strings), batch):
        digest = hashlib.sha256()
        for encoding in tokenizer.encode_batch(strings[start : start + batch], add_special_tokens=False):
            digest.update(struct.pack(f"<{1 + len(encoding.ids)}I", len(encoding.ids), *encoding.ids))
        result.append(digest.hexdigest())
    return result


def main() -> None:
    strings = list(fuzz_strings(SEED, COUNT))
    everything = hashlib.sha256()
    for s in strings:
        everything.update(s.encode() + b"\xff")
    (GOLDEN / "tokens.json").write_text(
        json.dumps(
            {
                "format": "fuzzStrings(seed, count) of fuzz.ts. allStrings: sha256 over all strings, each in UTF-8 "
                "followed by byte 0xFF. tokenizers.*: one sha256 per batch of `batch` strings over, for each "
                "string, the number of its ids and then its ids, each uint32 little-endian; no special "
                "tokens added, special tokens in the text treated as plain text. gpt2, phi3: the published "
                "tokenizer.json. qwen2: vocab.json and merges.txt with NFC, Split, ByteLevel and the added "
                "tokens of its config. coder: models/coder/tokenizer.json.",
                "seed": SEED,
                "count": COUNT,
                "batch": BATCH,
                "allStrings": everything.hexdigest(),
                "tokenizers": {
                    name: digests(make(), strings)
                    for name, make in {"gpt2": gpt2, "qwen2": qwen2, "phi3": phi3, "coder": coder}.items()
                },
            },
            indent=1,
        )
        + "\n"
    )
    print(f"{len(strings)} strings, {sum(map(len, strings))} characters, {everything.hexdigest()}")


if __name__ == "__main__":
    main()
