"""A table of the text fields of the tokens on which labels are searched (`mine`, training files) and tested (`test`,
held-out files).

A column is one field at one offset, with its values as small numbers, or one test, 0 or 1. Rows are the tokens for
which the autoencoder is meant, in the order of the residuals.
"""

import random
from dataclasses import dataclass

import numpy as np

from training.sae.activations import FOLDER, SKIP, WINDOW, files, read, tokenizer, write
from training.sae.export import heldout_files
from training.sae.predicates import Clause, fields

WINDOWS = 2  # per file, at most
COLUMNS = (
    [(o, "token") for o in (-2, -1, 0, 1)]
    + [(o, "class") for o in (-3, -2, -1, 0, 1)]
    + [(o, "shape") for o in (-1, 0, 1)]
    + [(0, "inside"), (0, "bracket"), (0, "call"), (0, "start"), (0, "language")]
)
TESTS = [
    Clause(o, f, "") for o, f in ((0, "first"), (-1, "first"), (0, "part"), (1, "part"), (0, "repeat"), (0, "pair"))
] + [
    Clause(0, f, op, v)
    for f, op, v in (
        ("depth", ">=", 1),
        ("depth", ">=", 2),
        ("depth", ">=", 3),
        ("depth", ">=", 5),
        ("indent", "<", 1),
        ("indent", ">=", 8),
        ("indent", ">=", 16),
        ("column", "<", 1),
        ("column", "<", 5),
        ("column", ">=", 40),
        ("column", ">=", 70),
        ("context", "<", 8),
        ("context", "<", 32),
        ("context", ">=", 512),
    )
]


@dataclass
class Table:
    codes: np.ndarray  # [columns, rows] int32; the tests follow the columns
    values: list[list[str]]  # of each column of COLUMNS, the meaning of its numbers
    index: list[dict[str, int]]
    text: list[tuple[str, int, int]]  # of each document its text, first row, number of rows
    spans: np.ndarray  # [rows, 2] characters of each token in its document
    places: list[str]  # of each document its package and path


def chosen(split: str, seed: int, limit: int = 620_000) -> list[tuple[dict, list[int], list[tuple[int, int]], int]]:
    """Files with ids, spans and their first row in the residuals, limited to WINDOWS windows. Deterministic for a
    seed.
    """
    bpe, out, count = tokenizer(), [], 0
    if split == "test":
        first = [a for a, _ in heldout_files()]
        source = list(zip(files("heldout"), first))
        random.Random(seed).shuffle(source)
    else:
        source = [(f, None) for f in files("train")]
        random.Random(seed + 1000).shuffle(source)
    for f, at in source:
        e = bpe.encode(f["text"][:40_000], add_special_tokens=False)
        n = min(len(e.ids), WINDOWS * (WINDOW - 1))
        if n < 16:
            continue
        out.append((f, e.ids[:n], e.offsets[:n], count if at is None else at))
        count += sum(max(0, min(WINDOW - 1, n - w) - (SKIP - 1)) for w in range(0, n, WINDOW - 1))
        if count >= limit:
            break
    return out


def residuals(split: str, seed: int) -> np.ndarray:
    """float16 [rows, hidden] of the tokens of `chosen`."""
    rows = chosen(split, seed)
    if split == "mine" and not (FOLDER / f"mine-{seed}.f16").exists():
        write(
            f"mine-{seed}",
            ([0, *ids[w : w + WINDOW - 1]] for _, ids, _, _ in rows for w in range(0, len(ids), WINDOW - 1)),
            10**9,
        )
    if split == "mine":
        return read(f"mine-{seed}")
    x = read("heldout")
    parts = []
    for _, ids, _, at in rows:
        for w in range(0, len(ids), WINDOW - 1):
            n = max(0, min(WINDOW - 1, len(ids) - w) - (SKIP - 1))
            parts.append(x[at : at + n])
            at += WINDOW - SKIP
    return np.concatenate(parts)


def table(split: str, seed: int, like: Table | None = None) -> Table:
    """`like`: the table whose numbers are used; an unknown value is -1."""
    index: list[dict[str, int]] = [dict(i) for i in like.index] if like else [{} for _ in COLUMNS]
    parts, spans_out, texts, places, at = [], [], [], [], 0
    for f, ids, spans, _ in chosen(split, seed):
        end = spans[-1][1]
        columns = fields(f["text"][:end], spans, f["lang"], WINDOW - 1)
        n = len(ids)
        kept = np.array([i for i in range(n) if i % (WINDOW - 1) >= SKIP - 1])
        block = np.full((len(COLUMNS) + len(TESTS), n), -1, np.int32)
        for c, (offset, name) in enumerate(COLUMNS):
            known, column = index[c], columns[name]
            low, high = max(0, -offset), min(n, n - offset)
            if like:
                block[c, low:high] = [known.get(column[i + offset], -1) for i in range(low, high)]
            else:
                block[c, low:high] = [known.setdefault(column[i + offset], len(known)) for i in range(low, high)]
        for c, t in enumerate(TESTS, len(COLUMNS)):
            column, low, high = columns[t.field], max(0, -t.offset), min(n, n - t.offset)
            v = np.array(column, dtype=np.int64)
            v = v[low + t.offset : high + t.offset]
            block[c, low:high] = v if t.operator == "" else v >= t.value if t.operator == ">=" else v < t.value
        parts.append(block[:, kept])
        spans_out.append(np.array(spans, dtype=np.int64)[kept])
        texts.append((f["text"][:end], at, len(kept)))
        places.append(f"{f['package']}/{f['path']}")
        at += len(kept)
    return Table(
        np.ascontiguousarray(np.concatenate(parts, 1)),
        [list(i) for i in index],
        index,
        texts,
        np.concatenate(spans_out),
        places,
    )
