"""Predicates in words."""

import json

from training.sae.predicates import Clause

PLACES = {-3: "three tokens after", -2: "two tokens after", -1: "after", 1: "before"}
CLASSES = {
    "keyword": "a keyword",
    "newline": "a line end",
    "space": "spaces",
    "number": "a number",
    "open": "an opening bracket",
    "close": "a closing bracket",
    "word": "a word",
    "quote": "a quote",
    "operator": "an operator",
    "other": "a mixed token",
}
SHAPES = {
    "UPPER": "upper-case letters",
    "Capital": "a capitalised word",
    "lower": "lower-case letters",
    "camel": "a camelCase word",
    "_lower": "`_` and lower-case letters",
    "digits": "digits",
    "other": "no plain word",
}
BRACKETS = {"(": "inside `( )`", "[": "inside `[ ]`", "{": "inside `{ }`", "": "outside brackets"}
INSIDE = {"code": "in code", "string": "in a string", "comment": "in a comment"}
FLAGS = {
    "first": ("first in its line", "not first in its line"),
    "part": ("going on with a word", "at a word's start or outside words"),
    "repeat": ("seen before in the window", "new in the window"),
    "pair": ("with the token before it as earlier", "not with the token before it as earlier"),
}
NUMBERS = {
    "depth": "brackets open",
    "indent": "spaces of indent",
    "column": "characters into the line",
    "context": "tokens into the window",
}


def quoted(text: str) -> str:
    shown = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return f"`{shown}`" if "`" not in shown else f'"{shown}"'


def joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def noun(c: Clause) -> str | None:
    """The kind of token, for the fields that define it."""
    values = c.value if c.operator == "in" else [c.value]
    if c.field == "token":
        return joined([quoted(v) for v in values])
    if c.field == "class":
        return joined([CLASSES[v] for v in values])
    if c.field == "shape":
        return joined([SHAPES[v] for v in values])
    return None


def modifier(c: Clause) -> str:
    values = c.value if c.operator == "in" else [c.value]
    if c.field in FLAGS:
        return FLAGS[c.field][c.negated]
    if c.field in NUMBERS:
        fewer = (c.operator == "<") != c.negated
        return f"{'fewer than' if fewer else 'at least'} {c.value} {NUMBERS[c.field]}"
    words = {
        "inside": lambda v: INSIDE[v],
        "bracket": lambda v: BRACKETS[v],
        "language": lambda v: f"in {v}",
        "call": lambda v: (
            f"inside the brackets of {quoted(v)}"
            if v
            else "inside brackets without a name before them or outside brackets"
        ),
        "start": lambda v: (
            f"in a line that starts with {quoted(v)}" if v else "in a line that does not start with a word"
        ),
    }[c.field]
    text = joined([words(v) for v in values])
    return f"not {text}" if c.negated else text


def describe(clauses: list[Clause]) -> str:
    """For example "`(` after a keyword, first in its line"."""
    own = [noun(c) for c in clauses if c.offset == 0 and noun(c) and not c.negated]
    around = [f"{PLACES[c.offset]} {noun(c)}" for c in clauses if c.offset and noun(c) and not c.negated]
    rest = [
        modifier(c) if c.offset == 0 else f"{PLACES[c.offset]} a token {modifier(c)}" for c in clauses if not noun(c)
    ]
    return ", ".join([" ".join([" and ".join(own) or "a token", *around]), *rest])
