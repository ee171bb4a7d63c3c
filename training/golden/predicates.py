"""`python -m training.golden.predicates`: the fields of every token of three sample texts, the tokens at which
predicates hold, and the class and shape of many short tokens, in test/golden/sae/predicates.json.
"""

import itertools
import json
import random

from training.paths import GOLDEN
from training.sae.activations import tokenizer
from training.sae.predicates import (
    FLAGS,
    KEYWORDS,
    NUMBERS,
    TEXT_FIELDS,
    fields,
    matches,
    parse,
    token_class,
    token_shape,
)

SAMPLES = {
    "python": '''"""Doc with 'quotes' and # no comment."""
import os.path as path  # a 'comment'


class Parser(Base):
    LIMIT = 0x1F + 12.5

    def read_value(self, value=None, *, key="a\\"b"):
        if value is None or value == f'{key}':
            return self.read_value([self.items[0], {"k": (1, 2)}], key='x')
        self.maxDepth += naïve_Wörter["ключ"]
        return value
''',
    "typescript": """// A comment with "quotes"
export async function readAll<T>(input: readonly string[], limit = 10): Promise<Map<string, T>> {
\tconst cache = new Map<string, T>(); /* block
\tcomment */
\tfor (const item of input) {
\t\tif (cache.has(item)) { continue; }
\t\tcache.set(item, await load(`${item}.json`, { limit, retry: [1, 2, 3] }));
\t}
\treturn cache;
}
""",
    "javascript": "var s = 'it\\'s'; // end\r\n"
    "module.exports = { MAX_SIZE: 100, 'k': \"v\", emoji: '🙂é' }\r\n"
    ")]}} unmatched(",
}
# Small enough for words, pairs and brackets to come again in a later window.
SMALL_WINDOW = 16
# What tokens are made of below. Python and ECMAScript count the same of these as spaces, digits and letters.
PARTS = [*" \t\n\r_$.aZb07+'\"`([{)]}éЖ漢٣🙂\u0301", "ab", "Word", "MAX", "getName", "return", "None"]
# fmt: off
PREDICATES = [
    'class="open"', '-1:class="keyword"', 'token in [" value", " item"]', '!part & class="word"',
    'inside="string" & depth>=1', 'inside="comment"', 'call="set"', "line~/return .*\\(/", "indent>=8 & first",
    "repeat & !pair", '+1:class="newline"', "pair", 'column<4 & start="return"', 'bracket="{" & shape="Capital"',
    "token~/^ [A-Z]/", '-3:token="." & context>=8', 'language="python"',
    '!-1:class="space" & class in ["close", "quote"]',
]
# fmt: on
WRONG = [
    "",
    "class=",
    "depth=3",
    "token<4",
    'tokens="a"',
    'class="a" class="b"',
    "token in [1]",
    "first=1",
    'class="a" &',
]


def short_tokens() -> dict[str, dict[str, list[str]]]:
    """Tokens by their class and their shape: each keyword, each pair of parts, and some of three to five parts."""
    chosen = random.Random(1)
    longer = ["".join(chosen.choices(PARTS, k=chosen.randint(3, 5))) for _ in range(400)]
    # "_a" and "_A" in every place of longer words.
    words = ["".join(w) for n in (3, 4) for w in itertools.product("_aA0", repeat=n)]
    pairs = ["".join(pair) for pair in itertools.product(["", *PARTS], repeat=2)]
    out: dict[str, dict[str, list[str]]] = {}
    for token in dict.fromkeys([*sorted(KEYWORDS), *pairs, *words, *longer]):
        out.setdefault(token_class(token), {}).setdefault(token_shape(token), []).append(token)
    return out


def main() -> None:
    bpe, texts = tokenizer(), []
    for language, text in SAMPLES.items():
        spans = bpe.encode(text, add_special_tokens=False).offsets
        columns = fields(text, spans, language)
        small = fields(text, spans, language, SMALL_WINDOW)
        columns_out = {
            k: [int(v) if isinstance(v, bool) else v for v in columns[k]] for k in (*TEXT_FIELDS, *FLAGS, *NUMBERS)
        }
        texts.append(
            {
                "language": language,
                "text": text,
                "spans": spans,
                "fields": columns_out,
                "small": {k: [int(v) for v in small[k]] for k in ("repeat", "pair", "context")},
                "holds": {p: [i for i, v in enumerate(matches(p, columns)) if v] for p in PREDICATES},
            }
        )
    for wrong in WRONG:
        try:
            parse(wrong)
        except ValueError:
            continue
        raise AssertionError(wrong)
    for p in PREDICATES:
        assert parse(" & ".join(map(str, parse(p)))) == parse(p), p
        assert any(t["holds"][p] for t in texts), p
    note = (
        "spans: first and last character (Unicode code points) of each token of models/coder; fields: one value for "
        "each token, flags as 0 and 1, one window of 1,023; small: some of them by windows of `window` tokens; holds: "
        "the tokens where the predicate holds; wrong: predicates that cannot be read; tokens: by class and shape"
    )
    (GOLDEN / "sae").mkdir(exist_ok=True)
    (GOLDEN / "sae" / "predicates.json").write_text(
        json.dumps(
            {"format": note, "wrong": WRONG, "window": SMALL_WINDOW, "texts": texts, "tokens": short_tokens()},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        + "\n"
    )
    print(", ".join(f"{t['language']} {len(t['spans'])} tokens" for t in texts))


if __name__ == "__main__":
    main()
