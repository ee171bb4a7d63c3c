"""Spans of bytes to fill in, as ByT5 trains on: rows of text of this repository of which some spans are taken out.

An input is the text with a sentinel for each span, a target the spans after their sentinels; both end with `</s>`.
"""

import random
from zlib import crc32

import numpy as np
import torch
from torch import Tensor

from training.gate.model import END, OFFSET, SENTINEL
from training.paths import REPO

# ByT5's: the share of bytes that is taken out, and the mean length of a span.
NOISE, SPAN = 0.15, 20
FOLDERS = {"src": ".ts", "webview": ".ts", "test": ".ts", "training": ".py", "build": ".mjs", "docs": ".md"}
# Longer files are tables that a program wrote.
LONGEST = 60_000


def texts() -> tuple[bytes, bytes]:
    """The text to train on, and that of every tenth file, which is held out."""
    found = [path for folder, ending in FOLDERS.items() for path in sorted((REPO / folder).rglob(f"*{ending}"))]
    skipped = {"node_modules", ".work", "golden"}
    sides: tuple[list[bytes], list[bytes]] = ([], [])
    for path in found:
        own = path.relative_to(REPO)
        text = path.read_bytes()
        if skipped.isdisjoint(own.parts) and len(text) <= LONGEST:
            sides[crc32(own.as_posix().encode()) % 10 == 0].append(text)
    return b"\n".join(sides[0]), b"\n".join(sides[1])


def _parts(draw: random.Random, total: int, count: int) -> list[int]:
    """`total` as a sum of `count` random numbers of at least 1."""
    cuts = sorted(draw.sample(range(1, total), count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total])]


def spans(draw: random.Random, length: int) -> list[tuple[int, int]]:
    """[start, end) of what is taken out of a row: as many bytes in as many spans as of any other, so that rows need no
    padding.
    """
    noise = round(NOISE * length)
    count = max(1, round(noise / SPAN))
    between = _parts(draw, length - noise, count + 1)
    at, found = 0, []
    for before, own in zip(between, _parts(draw, noise, count)):
        found.append((at + before, at + before + own))
        at += before + own
    return found


def corrupted(draw: random.Random, row: np.ndarray) -> tuple[list[int], list[int]]:
    """Input and target of a row of bytes."""
    ids = (row.astype(int) + OFFSET).tolist()
    seen, taken, at = [], [], 0
    for i, (start, end) in enumerate(spans(draw, len(ids))):
        seen += [*ids[at:start], SENTINEL + i]
        taken += [SENTINEL + i, *ids[start:end]]
        at = end
    return [*seen, *ids[at:], END], [*taken, END]


def batch(draw: random.Random, text: bytes, rows: int, length: int) -> tuple[Tensor, Tensor]:
    whole = np.frombuffer(text, np.uint8)
    starts = [draw.randrange(len(whole) - length) for _ in range(rows)]
    pairs = [corrupted(draw, whole[start : start + length]) for start in starts]
    return torch.tensor([seen for seen, _ in pairs]), torch.tensor([taken for _, taken in pairs])
