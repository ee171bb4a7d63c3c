"""Fields that the text alone gives for each of its tokens, and predicates over them. The language is described in
models/coder/saes/resid-mid/README.md.

There is no parser: strings, comments and brackets are found by the regular expressions below, which the extension
shares.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

KEYWORDS = set(
    """
    and as assert async await break case catch class const continue debugger def default del delete do elif else enum
    except export extends finally for from function global if implements import in instanceof interface is lambda let
    new nonlocal not of or pass private protected public raise readonly return static super switch throw try type
    typeof var void while with yield False None True false null true undefined self this
    """.split()
)
STRING = r"'(?:\\[\s\S]|[^'\\\n])*'?|\"(?:\\[\s\S]|[^\"\\\n])*\"?"
HIDDEN = {
    "python": re.compile(
        r"(?P<comment>#[^\n]*)|(?P<string>\"\"\"(?:\\[\s\S]|[^\\])*?(?:\"\"\"|$(?![\s\S]))|'''(?:\\[\s\S]|[^\\])*?(?:'''|$(?![\s\S]))|"
        + STRING
        + ")"
    ),
    "other": re.compile(
        r"(?P<comment>//[^\n]*|/\*[\s\S]*?(?:\*/|$(?![\s\S])))|(?P<string>`(?:\\[\s\S]|[^`\\])*`?|" + STRING + ")"
    ),
}
CLASSES = [
    (name, re.compile(pattern))
    for name, pattern in (
        ("newline", r"[\s\S]*\n"),
        ("space", r"\s+$"),
        ("number", r"\s*\d+$"),
        ("open", r"\s*[(\[{]+$"),
        ("close", r"\s*[)\]}]+$"),
        ("word", r"[\s_$.]?[^\W\d]\w*$"),
        ("quote", r"\s*['\"`]+$"),
        ("operator", r"\s*[^\w\s]+$"),
    )
]
SHAPES = [
    (name, re.compile(pattern))
    for name, pattern in (
        ("UPPER", r"[\s_$.]?[A-Z][A-Z_]+$"),
        ("Capital", r"[\s_$.]?[A-Z][a-z0-9]*$"),
        ("lower", r"[\s_$.]?[a-z]+$"),
        ("camel", r"[\s_$.]?[a-z]+[A-Z]\w*$"),
        ("_lower", r"_[a-z]+$"),
        ("digits", r"\s*\d+$"),
    )
]
CLOSES = {")": "(", "]": "[", "}": "{"}
WORD = re.compile(r"[A-Za-z_$][\w$]*")
OFFSETS = range(-3, 2)

TEXT_FIELDS = ("token", "class", "shape", "inside", "bracket", "call", "start", "language", "line")
FLAGS = ("first", "part", "repeat", "pair")
NUMBERS = ("depth", "indent", "column", "context")


def token_class(text: str) -> str:
    if text.strip() in KEYWORDS:
        return "keyword"
    return next((name for name, pattern in CLASSES if pattern.match(text)), "other")


def token_shape(text: str) -> str:
    return next((name for name, pattern in SHAPES if pattern.match(text)), "other")


def fields(text: str, spans: list[tuple[int, int]], language: str, window: int = 1023) -> dict[str, list]:
    """Every field of every token. spans: first and last character of each token; `window`: tokens per window, at which
    repeats start again.
    """
    inside = ["code"] * len(text)
    for m in HIDDEN["python" if language == "python" else "other"].finditer(text):
        inside[m.start() : m.end()] = [m.lastgroup] * (m.end() - m.start())
    out: dict[str, list] = {name: [] for name in (*TEXT_FIELDS, *FLAGS, *NUMBERS)}
    stack: list[tuple[str, str]] = []
    line_start, seen, pairs, at = 0, set(), set(), 0
    for i, (a, b) in enumerate(spans):
        for c in range(at, a):  # characters before the token: brackets open and close, lines begin
            ch = text[c]
            if ch == "\n":
                line_start = c + 1
            elif inside[c] == "code":
                if ch in "([{":
                    before = text[max(line_start, c - 40) : c]
                    word = re.search(r"([A-Za-z_$][\w$]*)$", before)
                    stack.append((ch, word[1] if word else ""))
                elif ch in CLOSES and stack:
                    stack.pop()
        at = max(at, a)
        token = text[a:b]
        if i % window == 0:
            seen, pairs = set(), set()
        previous = out["token"][-1] if i % window else None
        whole = text[line_start : max(b, line_start)]
        body = whole.lstrip(" \t")
        lead = text[line_start:a]
        # Only text before the token's end counts: a first word that the token does not reach yet is unknown.
        known = WORD.match(body)
        out["token"].append(token)
        out["class"].append(token_class(token))
        out["shape"].append(token_shape(token))
        visible = next((c for c in range(a, b) if not text[c].isspace()), a)
        out["inside"].append(inside[visible] if visible < len(text) else "code")
        out["bracket"].append(stack[-1][0] if stack else "")
        out["call"].append(stack[-1][1] if stack else "")
        out["start"].append(known[0] if known else "")
        out["language"].append(language)
        out["line"].append(whole)
        out["first"].append(not lead.strip() and bool(token.strip()))
        out["part"].append(
            a > 0 and b > a and (text[a].isalnum() or text[a] == "_") and (text[a - 1].isalnum() or text[a - 1] == "_")
        )
        out["repeat"].append(token in seen)
        out["pair"].append((previous, token) in pairs)
        seen.add(token)
        pairs.add((previous, token))
        out["depth"].append(len(stack))
        out["indent"].append(len(whole) - len(body))
        out["column"].append(a - line_start)
        out["context"].append(i % window)
    return out


@dataclass(frozen=True)
class Clause:
    """offset, field and test; str() gives its written form."""

    offset: int
    field: str
    operator: str  # "=", "in", "~", "<", ">=", or "" for a flag
    value: object = None
    negated: bool = False

    def __str__(self) -> str:
        where = f"{self.offset:+d}:" if self.offset else ""
        value = {"": "", "~": f"/{self.value}/", "in": " " + json.dumps(self.value, ensure_ascii=False)}.get(
            self.operator, json.dumps(self.value, ensure_ascii=False)
        )
        return (
            ("!" if self.negated else "")
            + where
            + self.field
            + (" in" if self.operator == "in" else self.operator)
            + value
        )


SPELLING = re.compile(
    r"\s*(!)?(?:([+-]\d):)?([a-z]+)\s*(?:(~)/((?:\\.|[^/\\])*)/|(<|>=)\s*(\d+)|(=)\s*(\"(?:\\.|[^\"\\])*\")|\b(in)\s*(\[[^\n]*?\])(?=\s*(?:&|$)))?\s*(&|$)"
)


def parse(text: str) -> list[Clause]:
    """The clauses of a predicate. The ValueError names the character of the error and its reason."""
    clauses, at = [], 0
    while True:
        m = SPELLING.match(text, at)
        if not m:
            raise ValueError(f'character {at}: a clause such as class="word", -1:token="(" or depth>=2 is expected')
        field, operator = m[3], m[4] or m[6] or m[8] or m[10] or ""
        allowed = {
            "": FLAGS,
            "~": ("token", "line", "call", "start"),
            "<": NUMBERS,
            ">=": NUMBERS,
            "=": TEXT_FIELDS,
            "in": TEXT_FIELDS,
        }[operator]
        if field not in allowed:
            raise ValueError(
                f'character {m.start(3)}: "{field}" does not go with "{operator or "nothing"}"; these do: '
                f"{', '.join(allowed)}"
            )
        value = (
            m[5] if m[4] else int(m[7]) if m[6] else json.loads(m[9]) if m[8] else json.loads(m[11]) if m[10] else None
        )
        if operator == "in" and not all(isinstance(v, str) for v in value):
            raise ValueError(f"character {m.start(11)}: a list of strings is expected")
        clauses.append(Clause(int(m[2] or 0), field, operator, value, bool(m[1])))
        at = m.end()
        if m[12] != "&":
            return clauses


def holds(clause: Clause, columns: dict[str, list]) -> list[bool]:
    """For each token; false where the offset is outside the text, whether the clause is negated or not."""
    column = columns[clause.field]
    pattern = re.compile(clause.value) if clause.operator == "~" else None
    test: Callable[[object], bool] = {
        "": lambda v: bool(v),
        "=": lambda v: v == clause.value,
        "in": lambda v: v in clause.value,
        "<": lambda v: v < clause.value,
        ">=": lambda v: v >= clause.value,
        "~": lambda v: pattern.search(v) is not None,
    }[clause.operator]
    return [
        0 <= i + clause.offset < len(column) and test(column[i + clause.offset]) != clause.negated
        for i in range(len(column))
    ]


def matches(predicate: str, columns: dict[str, list]) -> list[bool]:
    return [all(row) for row in zip(*(holds(c, columns) for c in parse(predicate)))]
