"""Near-duplicate files: MinHash of word 5-grams, 64 permutations in 16 bands of 4."""

import re
import zlib

import numpy as np

_rng = np.random.default_rng(1)
_A = _rng.integers(1, 2**63, 64, dtype=np.uint64) | np.uint64(1)
_B = _rng.integers(0, 2**63, 64, dtype=np.uint64)
_WORD = re.compile(r"\w+")


def signature(text: str) -> np.ndarray | None:
    """64 minima, or None for a text too short to compare."""
    words = np.array([zlib.crc32(w.encode()) for w in _WORD.findall(text)], dtype=np.uint64)
    if len(words) < 10:
        return None
    mixed = np.zeros(len(words) - 4, dtype=np.uint64)
    for k in range(5):  # wraps at 2**64, as intended for a hash
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + words[k : len(words) - 4 + k]
    shingles = np.unique(mixed)[:4000]
    return np.array([((shingles * a + b) >> np.uint64(32)).min() for a, b in zip(_A, _B)], dtype=np.uint32)


class Seen:
    """The files seen so far. `met` returns whether a file is a near-duplicate of one of them (estimated Jaccard >=
    0.7), and adds it if not.
    """

    def __init__(self) -> None:
        self.bands: dict[tuple[int, bytes], list[int]] = {}
        self.rows: list[np.ndarray] = []

    def met(self, row: np.ndarray | None) -> bool:
        if row is None:
            return False
        keys = [(i, row[4 * i : 4 * i + 4].tobytes()) for i in range(16)]
        near = {j for key in keys for j in self.bands.get(key, ())}
        if any((self.rows[j] == row).mean() >= 0.7 for j in near):
            return True
        for key in keys:
            self.bands.setdefault(key, []).append(len(self.rows))
        self.rows.append(row)
        return False
