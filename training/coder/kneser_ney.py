"""An interpolated modified Kneser-Ney n-gram model of token ids (Chen and Goodman 1998, An Empirical Study of Smoothing
Techniques, §3).

`python -m training.coder.kneser_ney` compares it with the definition, implemented with dictionaries, on small random
text.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

ORDER = 5
BITS = 13  # per token id: 8,192 entries


@dataclass
class Level:
    """All n-grams of one order, sorted by key = (index of the first n - 1 tokens among the shorter ones) << BITS | last
    token.
    """

    keys: np.ndarray  # int64
    discounted: np.ndarray  # float64: max(0, count - D(count)) / the count of all tokens following the same context
    backoff: (
        np.ndarray
    )  # float64, by context: the mass that the discounts leave to the shorter context; 1 if the context is unseen


def _places(keys: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The index of each wanted key in the sorted keys, -1 if it is missing. Wanted keys are not negative."""
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.where(keys[at] == wanted, at, -1)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """D by count: D[0] = 0, D[1], D[2], and D[3] for all larger counts (equation 26 of the paper). As in KenLM, 0.5, 1
    and 1.5 if too few n-grams are rare.
    """
    n = [0, *(int((counts == c).sum()) for c in range(1, 5))]
    if 0 in n[1:]:
        return np.array([0.0, 0.5, 1.0, 1.5])
    y = n[1] / (n[1] + 2 * n[2])
    return np.array([0.0, *(c - (c + 1) * y * n[c + 1] / n[c] for c in (1, 2, 3))])


class KneserNey:
    """Trained on one stream of ids in which `start` is repeated ORDER - 1 times before each document; `start` itself is
    never predicted.
    """

    def __init__(self, stream: np.ndarray, start: int, vocabulary: int) -> None:
        self.start, self.vocabulary = start, vocabulary
        tokens = stream.astype(np.int64)
        places = np.zeros(len(tokens), dtype=np.int64)  # of the n - 1 tokens before this one; the empty context is 0
        levels, opened, suffixes = [], [], []  # opened: whether the n-gram begins a document
        shorter = None
        for order in range(1, ORDER + 1):
            key = places << BITS | tokens
            keys, first, inverse, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
            levels.append((keys, count))
            opened.append(tokens[np.maximum(first - order + 1, 0)] == start)
            suffixes.append(None if shorter is None else shorter[first])
            shorter = inverse
            places = np.concatenate([[0], inverse[:-1]])
        self.levels: list[Level] = []
        for i, (keys, count) in enumerate(levels):
            last, context = keys & ((1 << BITS) - 1), keys >> BITS
            if i < ORDER - 1:
                # The number of different preceding tokens: each n-gram of the next order counts once for its suffix. An
                # n-gram at the beginning of a document has none.
                continued = np.bincount(suffixes[i + 1], minlength=len(keys))
                count = np.where(opened[i], count, continued)
            count = np.where(last == start, 0, count).astype(np.float64)
            d = _discounts(count)[np.minimum(count, 3).astype(int)]
            contexts = 1 if i == 0 else len(levels[i - 1][0])
            total = np.bincount(context, count, contexts)
            left = np.bincount(context, d, contexts)
            seen = total > 0
            safe = np.where(seen, total, 1)
            self.levels.append(Level(keys, (count - d) / safe[context], np.where(seen, left / safe, 1.0)))

    def probabilities(self, tokens: np.ndarray, history: np.ndarray) -> np.ndarray:
        """p of each token given its own history: (n,) ids and (n, ORDER - 1) ids, the nearest last."""
        p = np.full(len(tokens), 1 / (self.vocabulary - 1))
        for order, level in enumerate(self.levels, 1):
            context = np.zeros(len(tokens), dtype=np.int64)
            for back, shorter in zip(range(order - 1, 0, -1), self.levels):
                found = _places(shorter.keys, np.maximum(context, 0) << BITS | history[:, -back])
                context = np.where(context < 0, -1, found)
            at = _places(level.keys, np.maximum(context, 0) << BITS | tokens)
            met = np.where((at >= 0) & (context >= 0), level.discounted[at], 0.0)
            p = np.where(context < 0, p, met + level.backoff[np.maximum(context, 0)] * p)
        return p

    def bits(self, ids: list[int]) -> float:
        """The bits of one document."""
        padded = np.array([self.start] * (ORDER - 1) + list(ids), dtype=np.int64)
        history = np.lib.stride_tricks.sliding_window_view(padded, ORDER - 1)[:-1]
        return float(-np.log2(self.probabilities(padded[ORDER - 1 :], history)).sum())


def _by_definition(stream: list[int], start: int, vocabulary: int):
    """p(token, history) directly from the formulas of the paper."""
    raw = {n: Counter(tuple(stream[i - n + 1 : i + 1]) for i in range(n - 1, len(stream))) for n in range(1, ORDER + 1)}
    counts = {ORDER: raw[ORDER]}
    for n in range(1, ORDER):
        before = defaultdict(set)
        for gram in raw[n + 1]:
            before[gram[1:]].add(gram[0])
        counts[n] = {g: c if g[0] == start else len(before[g]) for g, c in raw[n].items()}
    counts = {n: {g: c for g, c in grams.items() if g[-1] != start} for n, grams in counts.items()}
    discounts = {n: _discounts(np.array(list(grams.values()))) for n, grams in counts.items()}

    def p(token: int, history: tuple[int, ...]) -> float:
        lower = p(token, history[1:]) if history else 1 / (vocabulary - 1)
        n = len(history) + 1
        after = {g[-1]: c for g, c in counts[n].items() if g[:-1] == history}
        if not after:
            return lower
        d = {w: discounts[n][min(c, 3)] for w, c in after.items()}
        return (after.get(token, 0) - d.get(token, 0) + sum(d.values()) * lower) / sum(after.values())

    return p


def main() -> None:
    random, furthest, sums = np.random.default_rng(0), 0.0, 0.0
    for vocabulary in (6, 12, 40):
        documents = [random.geometric(0.15, random.integers(5, 60)) % (vocabulary - 1) + 1 for _ in range(120)]
        stream = np.concatenate([[0] * (ORDER - 1) + list(d) for d in documents])
        model, p = KneserNey(stream, 0, vocabulary), _by_definition(stream.tolist(), 0, vocabulary)
        every = np.arange(1, vocabulary)
        for i in random.integers(ORDER - 1, len(stream), 40):
            history = stream[i - ORDER + 1 : i] if i % 3 else random.integers(1, vocabulary, ORDER - 1)
            made = model.probabilities(every, np.tile(history, (len(every), 1)))
            sums = max(sums, abs(made.sum() - 1))
            furthest = max(furthest, max(abs(made[w - 1] - p(w, tuple(history.tolist()))) for w in every.tolist()))
    print(f"furthest from the definition {furthest:.1e}, furthest sum from 1 {sums:.1e}")
    assert max(furthest, sums) < 1e-12


if __name__ == "__main__":
    main()
