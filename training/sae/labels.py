"""`python -m training.sae.labels`: labels the features of the published autoencoder with predicates over the text, in
models/coder/saes/resid-mid/labels.jsonl.

A beam search over conjunctions of at most three clauses selects the one with the highest F0.5 on training files. It
becomes a label if on held-out files precision >= 0.7 and recall >= 0.3 (with less recall: "some of: ...", if it is
three times likelier than chance). Precision is the share of the firing tokens at which the predicate holds, recall the
share of the tokens at which it holds that fire. Significance: a bound on the hypergeometric tail, times the number of
predicates tried, with Benjamini and Hochberg's procedure over the features at 1e-3. The same search runs on three
controls with the densities of the features: random tokens, random directions and principal directions.
"""

import argparse
import itertools
import json
import time
from dataclasses import dataclass, field

import numpy as np
import torch

from training.paths import WORK
from training.sae.activations import FOLDER, LAYER, coder, tokenizer
from training.sae.describe import describe
from training.sae.export import OUT, exported, fires
from training.sae.predicates import Clause
from training.sae.tokens_table import COLUMNS, TESTS, Table, residuals, table
from training.sae.train import FEATURES

BEAM, MOST_VALUES, SAMPLE = 8, 12, 10_000
LISTED = 0.015  # the minimum share of a feature's tokens for each listed value
PRECISION, RECALL, LIFT, LEAST = 0.7, 0.3, 3.0, 20
SETS = {"token", "call", "start", "class"}


def f_half(hits, fired, total):
    """F0.5 of precision hits / fired and recall hits / total."""
    return 1.25 * hits / np.maximum(fired + 0.25 * total, 1e-9)


@dataclass(frozen=True)
class Atom:
    """One column and the values that it may have."""

    column: int
    values: tuple[int, ...]

    def clause(self, t: Table) -> Clause:
        if self.column >= len(COLUMNS):
            c = TESTS[self.column - len(COLUMNS)]
            return Clause(c.offset, c.field, c.operator, c.value, self.values == (0,))
        offset, name = COLUMNS[self.column]
        words = [t.values[self.column][v] for v in self.values]
        return Clause(offset, name, "=", words[0]) if len(words) == 1 else Clause(offset, name, "in", words)

    def holds(self, t: Table, rows: np.ndarray | None = None) -> np.ndarray:
        codes = t.codes[self.column] if rows is None else t.codes[self.column][rows]
        if len(self.values) == 1:
            return codes == self.values[0]
        listed = np.zeros(max(self.values) + 2, bool)  # one more element at the end, for -1 and all larger values
        listed[list(self.values)] = True
        return listed[np.minimum(codes, len(listed) - 1)]


def conjunction(t: Table, atoms: tuple[Atom, ...]) -> np.ndarray:
    """Where all of them hold; each is evaluated only where those before it hold."""
    rows = np.nonzero(atoms[0].holds(t))[0]
    for a in atoms[1:]:
        rows = rows[a.holds(t, rows)]
    out = np.zeros(t.codes.shape[1], bool)
    out[rows] = True
    return out


@dataclass
class Search:
    table: Table
    totals: list[np.ndarray] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cache: dict[Atom, tuple[np.ndarray, list[np.ndarray], float]] = field(default_factory=dict)
    tried: int = 0

    def __post_init__(self) -> None:
        self.rows = self.table.codes.shape[1]
        self.by_row = np.ascontiguousarray(self.table.codes.T)
        self.sizes = [len(v) for v in self.table.values] + [2] * len(TESTS)
        self.totals = [np.bincount(c[c >= 0], minlength=s) for c, s in zip(self.table.codes, self.sizes)]
        self.tried = sum(self.sizes)

    def counts(self, rows: np.ndarray) -> list[np.ndarray]:
        block = self.by_row[rows] + 1  # -1 means no value
        return [np.bincount(block[:, c], minlength=s + 1)[1:] for c, s in enumerate(self.sizes)]

    def best(
        self, hits: list[np.ndarray], totals: list[np.ndarray], fired: int, factor: float = 1.0
    ) -> list[tuple[float, Atom]]:
        """The most promising atoms of each column: its best value, and for some columns its best set of values."""
        out = []
        for c, (h, t) in enumerate(zip(hits, totals)):
            t = t * factor
            t = np.maximum(t, h)
            score = f_half(h, fired, t)
            for v in np.argpartition(score, -2)[-2:] if len(score) > 2 else range(len(score)):
                if h[v]:
                    out.append((float(score[v]), Atom(c, (int(v),))))
            if c < len(COLUMNS) and COLUMNS[c][1] in SETS:
                some = np.nonzero(h >= max(3, LISTED * fired))[0]
                if len(some) > 1:
                    order = some[np.argsort(-h[some] / t[some])][:MOST_VALUES]
                    cumulated = f_half(h[order].cumsum(), fired, t[order].cumsum())
                    n = int(cumulated.argmax()) + 1
                    if n > 1:
                        out.append((float(cumulated[n - 1]), Atom(c, tuple(sorted(int(v) for v in order[:n])))))
        return sorted(out, key=lambda p: -p[0])

    def covered(self, atom: Atom) -> tuple[np.ndarray, list[np.ndarray], float]:
        """A sample of the rows where it holds, the counts of every column there, and the number of rows that each
        sampled row represents.
        """
        if atom not in self.cache:
            rows = np.nonzero(atom.holds(self.table))[0]
            factor = max(1.0, len(rows) / SAMPLE)
            if factor > 1:
                rows = rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(np.int64)]
            if len(self.cache) > 3000:
                self.cache.clear()
            self.cache[atom] = (rows, self.counts(rows), factor)
        return self.cache[atom]

    def exact(self, atoms: tuple[Atom, ...], rows: np.ndarray) -> tuple[int, int]:
        """(hits, total) of the conjunction over all rows."""
        holds = conjunction(self.table, atoms)
        return int(holds[rows].sum()), int(holds.sum())

    def find(self, rows: np.ndarray) -> tuple[Atom, ...]:
        """The conjunction with the highest F0.5 for a feature that fires at these rows; each further clause must
        improve the score.
        """
        every_row = rows
        if len(rows) > SAMPLE:
            rows = rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(np.int64)]
        # Totals are scaled to the sample, so that hits and totals stay comparable.
        fired, thin = len(rows), len(rows) / len(every_row)
        beam = [(score, (atom,)) for score, atom in self.best(self.counts(rows), self.totals, fired, thin)[:BEAM]]
        everything = list(beam)
        for depth in (1, 2):
            longer: dict[frozenset, tuple[float, tuple[Atom, ...]]] = {}
            for score, atoms in beam:
                inside, (sample, totals, factor) = rows, self.covered(atoms[0])
                for i, a in enumerate(atoms):
                    inside = inside[a.holds(self.table, inside)]
                    if i:
                        sample = sample[a.holds(self.table, sample)]
                if len(inside) < 5:
                    continue
                if depth == 2:
                    totals = self.counts(sample)
                used = {a.column for a in atoms}
                for s, atom in self.best(self.counts(inside), totals, fired, factor * thin)[: BEAM * 2]:
                    if atom.column not in used and s > score + 0.01:
                        longer[frozenset((*atoms, atom))] = (s, (*atoms, atom))
            beam = sorted(longer.values(), key=lambda p: -p[0])[:BEAM]
            everything += beam
        # Wide predicates were counted on a sample: the best few are counted exactly before one is selected.
        finalists = sorted(everything, key=lambda p: -p[0] + 0.01 * len(p[1]))[:5]
        scored = []
        for _, atoms in finalists:
            hits, total = self.exact(atoms, every_row)
            good = hits >= PRECISION * len(every_row) and hits >= RECALL * total
            scored.append((good, f_half(hits, len(every_row), total) - 0.01 * len(atoms), atoms))
        return max(scored, key=lambda p: p[:2])[2]


@dataclass
class Found:
    atoms: tuple[Atom, ...]
    mined: tuple[int, int, int]  # hits, fired, total
    test: tuple[int, int, int]

    def measures(self) -> tuple[float, float, float]:
        hits, fired, total = self.test
        return hits / max(1, fired), hits / max(1, total), fired

    def log_p(self, rows: int, tried: int) -> float:
        """A bound on ln of the probability of so many hits in random draws (Hoeffding, for draws without replacement),
        times the number of predicates tried.
        """
        hits, fired, total = self.mined
        p, q = hits / fired, total / rows
        if p <= q:
            return 0.0
        divergence = p * np.log(p / q) + (0 if p >= 1 else (1 - p) * np.log((1 - p) / (1 - q)))
        return min(0.0, np.log(tried) - fired * divergence)


def search_all(mine: Search, test: Table, at: dict[int, tuple[np.ndarray, np.ndarray]], name: str) -> dict[int, Found]:
    found, began = {}, time.time()
    for n, (f, (rows, test_rows)) in enumerate(at.items()):
        if len(rows) >= LEAST and len(test_rows) >= LEAST:
            atoms = mine.find(rows)
            hits, total = mine.exact(atoms, rows)
            holds = conjunction(test, atoms)
            found[f] = Found(
                atoms, (hits, len(rows), total), (int(holds[test_rows].sum()), len(test_rows), int(holds.sum()))
            )
        if n % 200 == 199:
            print(f"{name}: {n + 1} of {len(at)}, {(time.time() - began) / (n + 1):.3f} s each", flush=True)
    return found


def verdicts(found: dict[int, Found], rows: int, test_rows: int, tried: int, features: int) -> dict[int, str]:
    """Returns "label" or "some" for features with a predicate that is accepted."""
    order = sorted(found, key=lambda f: found[f].log_p(rows, tried))
    passed = 0  # Benjamini and Hochberg: the last one below its line and all before it
    for i, f in enumerate(order, 1):
        if found[f].log_p(rows, tried) <= np.log(1e-3 * i / max(1, features)):
            passed = i
    out = {}
    for f in order[:passed]:
        precision, recall, _ = found[f].measures()
        lift = precision / max(1e-9, found[f].test[2] / test_rows)
        if precision >= PRECISION and lift >= LIFT:
            out[f] = "label" if recall >= RECALL else "some"
    return out


def weighted(test: Table, atoms: tuple[Atom, ...], rows: np.ndarray, z: np.ndarray) -> float:
    """The share of the feature's summed activation at the tokens where the atoms hold."""
    return float(z[conjunction(test, atoms)[rows]].sum() / max(1e-9, z.sum()))


def by_feature(rows: np.ndarray, features: np.ndarray, count: int = FEATURES) -> list[np.ndarray]:
    ends = np.searchsorted(features, np.arange(count + 1))
    return [rows[a:b] for a, b in itertools.pairwise(ends)]


def directions(
    kind: str, x: np.ndarray, y: np.ndarray, shares: list[float], seed: int
) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Rows at which random or principal directions exceed the threshold with which they fire at the given shares of x's
    rows.
    """
    mean = x[::20].astype(np.float32).mean(0)
    if kind == "random":
        d = np.random.default_rng(seed).normal(size=(len(shares), x.shape[1])).astype(np.float32)
    else:
        d = np.linalg.svd(x[::20].astype(np.float32) - mean, full_matrices=False)[2]
        shares = shares[: len(d)]
        d = d[: len(shares)]
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    u, v = (
        np.concatenate([(a[i : i + 50_000].astype(np.float32) - mean) @ d.T for i in range(0, len(a), 50_000)])
        for a in (x, y)
    )
    out = {}
    for i, share in enumerate(shares):
        count = min(len(u) - 1, max(1, round(share * len(u))))
        threshold = np.partition(u[:, i], -count)[-count]
        out[i] = (np.nonzero(u[:, i] >= threshold)[0], np.nonzero(v[:, i] >= threshold)[0])
    return out


def promoted(w_dec: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """For each feature the next token that its direction alone raises most, and by how many standard deviations over
    the vocabulary.
    """
    model = coder()
    effect = (w_dec * model.model.norm.weight) @ model.model.embed_tokens.weight.t()
    score = (effect - effect.mean(1, keepdim=True)) / effect.std(1, keepdim=True)
    best = score.max(1)
    return best.indices.numpy(), best.values.numpy()


def coverage(v: dict[int, str], of: int) -> dict[str, float]:
    return {
        "of": of,
        "label": sum(k == "label" for k in v.values()) / of,
        "some": sum(k == "some" for k in v.values()) / of,
    }


@torch.no_grad()
def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--features", type=int, default=FEATURES, help="only the first so many: a trial")
    parse.add_argument("--controls", type=int, default=256, help="features of each control")
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    w = exported()
    x, y = residuals("mine", a.seed), residuals("test", a.seed)
    mine_table = table("mine", a.seed)
    test_table = table("test", a.seed, mine_table)
    assert mine_table.codes.shape[1] == len(x) and test_table.codes.shape[1] == len(y)
    search = Search(mine_table)
    rows, features, _ = fires(w, x)
    test_rows, test_features, test_values = fires(w, y)
    test_z = by_feature(test_values, test_features)
    mine_at, test_at = by_feature(rows, features), by_feature(test_rows, test_features)
    print(
        f"{len(x)} tokens of {len(mine_table.text)} files to look in, {len(y)} of {len(test_table.text)} "
        "held-out files to test on",
        flush=True,
    )
    at = {f: (mine_at[f], test_at[f]) for f in range(a.features)}
    found = search_all(search, test_table, at, "features")
    verdict = verdicts(found, len(x), len(y), search.tried, a.features)
    top, score = promoted(w["W_dec"])
    lines, kinds = [], {"label": 0, "some": 0, "logits": 0, "none": 0, "rare": 0}
    spelled = spellings()
    for f in range(a.features):
        line = {"modelId": "tokenscope/coder", "layer": f"{LAYER}-resid-mid", "index": str(f)}
        if f in verdict:
            clauses = [atom.clause(mine_table) for atom in found[f].atoms]
            precision, recall, n = found[f].measures()
            text = describe(clauses)
            line |= {
                "description": f"some of: {text}" if verdict[f] == "some" else text,
                "typeName": "predicate-v1",
                "precision": round(precision, 4),
                "recall": round(recall, 4),
                "n": n,
                "weightedPrecision": round(weighted(test_table, found[f].atoms, test_at[f], test_z[f]), 4),
                "predicate": " & ".join(map(str, clauses)),
                "seed": a.seed,
            }
            kinds[verdict[f]] += 1
        elif score[f] > 6 and spelled[top[f]] is not None:
            token = spelled[top[f]]
            follows = Atom(
                COLUMNS.index((1, "token")), (test_table.index[COLUMNS.index((1, "token"))].get(token, -2),)
            ).holds(test_table)
            hits, n = int(follows[test_at[f]].sum()), len(test_at[f])
            line |= {
                "description": f"promotes {describe([Clause(0, 'token', '=', token)])}",
                "typeName": "logits-v1",
                "precision": round(hits / max(1, n), 4),
                "recall": round(hits / max(1, int(follows.sum())), 4),
                "n": n,
                "predicate": str(Clause(1, "token", "=", token)),
                "seed": a.seed,
            }
            kinds["logits"] += 1
        else:
            rare = f not in found
            line |= {
                "description": f"unlabelled #{f}",
                "typeName": "none",
                "precision": None,
                "recall": None,
                "n": len(test_at[f]),
                "predicate": None,
                "seed": a.seed,
            }
            kinds["rare" if rare else "none"] += 1
        lines.append(json.dumps(line, ensure_ascii=False))
    draw = np.random.default_rng(a.seed)
    alive = np.array(list(found))
    picked = draw.choice(alive, min(a.controls, len(alive)), replace=False)
    shares = [len(at[f][0]) / len(x) for f in picked]
    controls = {
        "the features drawn for comparison": coverage({f: verdict[f] for f in picked if f in verdict}, len(picked))
    }
    shuffled = {
        int(f): (
            np.sort(draw.choice(len(x), len(at[f][0]), replace=False)),
            np.sort(draw.choice(len(y), len(at[f][1]), replace=False)),
        )
        for f in picked
    }
    for name, places in (
        ("shuffled", shuffled),
        ("random directions", directions("random", x, y, shares, a.seed)),
        ("principal directions", directions("principal", x, y, shares, a.seed)),
    ):
        c = search_all(search, test_table, places, name)
        controls[name] = coverage(verdicts(c, len(x), len(y), search.tried, len(places)), len(places))
        print(name, controls[name], flush=True)
    result = {
        "seed": a.seed,
        "mineTokens": len(x),
        "mineFiles": len(mine_table.text),
        "testTokens": len(y),
        "testFiles": len(test_table.text),
        "tried": search.tried,
        "kinds": kinds,
        "features": a.features,
        "controls": controls,
    }
    near = [found[f].measures()[0] for f in found if f not in verdict]
    result["unlabelledPrecision"] = np.quantile(near, [0.1, 0.25, 0.5, 0.75, 0.9]).round(3).tolist() if near else None
    result["wouldPassWeighted"] = (
        sum(
            f in verdict
            or (
                weighted(test_table, found[f].atoms, test_at[f], test_z[f]) >= PRECISION
                and found[f].measures()[1] >= RECALL
            )
            for f in found
        )
        / a.features
    )
    print(kinds, result["unlabelledPrecision"], result["wouldPassWeighted"])
    if a.features == FEATURES:
        (OUT / "labels.jsonl").write_text("\n".join(lines) + "\n")
        (WORK / "report" / f"sae-labels-{a.seed}.json").write_text(json.dumps(result, indent=1) + "\n")
    else:
        (FOLDER / "labels-trial.jsonl").write_text("\n".join(lines) + "\n")


def spellings() -> list[str | None]:
    """The text of each token, None if its bytes are not whole characters or it is a special token."""
    bpe = tokenizer()
    out = []
    for i in range(bpe.get_vocab_size()):
        text = bpe.decode([i], skip_special_tokens=False)
        out.append(None if "\ufffd" in text or i < 4 else text)
    return out


if __name__ == "__main__":
    main()
