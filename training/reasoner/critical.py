"""`python -m training.reasoner.critical accuracies|traces|rollouts|scores|arms --seed S`: wrong traces of the base
model on the test split, and the tokens at which they become wrong.

`accuracies` of the three models on the test split. `traces` samples wrong traces, at T = 1 and greedily, and finds the
first token that no right trace has (the known error). `rollouts` continues the base model from every prefix. `scores`
compares the token that each method selects with both targets. `arms` keeps, bans or does not change the token that each
method selects, with separate rollouts. All results go to `reasoner/SEED/` in the work folder.
"""

import argparse
import json
import random
import time

import numpy as np
import torch
from tokenizers import Tokenizer

from training.model import Coder
from training.reasoner.contrast import auc, auroc, interval, log_softmax, measures, methods, pair
from training.reasoner.problems import Problem, problem
from training.reasoner.sampler import END, continuations, prefill, samples
from training.reasoner.traces import answer, first_error
from training.reasoner.train import NEW, accuracy, folder, load, prompt, tokenizer

REGIMES = {"sampled": 1.0, "greedy": 0.0}
BLOCK = 1024  # rollouts at once
ROLLOUTS, RECOVERED = 64, 3  # a prefix with more right rollouts than this has recovered


def test_problem(i: int) -> Problem:
    return problem(random.Random(f"test {i}"), "test")


def read(seed: int, name: str):
    return json.loads((folder(seed) / f"{name}.json").read_text())


def keep(seed: int, name: str, value) -> None:
    (folder(seed) / f"{name}.json.part").write_text(json.dumps(value))
    (folder(seed) / f"{name}.json.part").rename(folder(seed) / f"{name}.json")


def gather(model: Coder, t: Tokenizer, a: argparse.Namespace) -> None:
    """One trace of each test problem for each regime: the wrong ones with their first error, and the requested number
    of right ones.
    """
    out = {}
    problems = [test_problem(i) for i in range(a.problems)]
    for regime, temperature in REGIMES.items():
        made = samples(
            model, [prompt(t, p) for p in problems], 1, NEW, temperature, torch.Generator().manual_seed(a.seed)
        )
        right, wrong, other = [], [], {"endless": 0, "otherTokens": 0}
        for i, (p, (ids,)) in enumerate(zip(problems, made)):
            if ids[-1] != END:
                other["endless"] += 1
                continue
            text = t.decode(ids[:-1])
            encoded = t.encode(text)
            if answer(text) == p.answer:
                right.append({"problem": i, "trace": text})
            elif encoded.ids != ids[:-1]:
                other["otherTokens"] += 1  # the engine would tokenize this text differently
            else:
                error = first_error(p, text)
                assert error
                # The first token after which no right trace is possible; it can be the end of the text.
                token = next((j for j, (_, end) in enumerate(encoded.offsets) if end > error.offset), len(ids) - 1)
                wrong.append(
                    {
                        "problem": i,
                        "trace": text,
                        "offset": error.offset,
                        "kind": error.kind,
                        "token": token,
                        "tokens": len(ids),
                    }
                )
        framing = sum(w["kind"] == "framing" for w in wrong) / len(wrong)
        lawful = sum(first_error(problems[r["problem"]], r["trace"]) is None for r in right) / len(right)
        out[regime] = {
            "problems": len(problems),
            "accuracy": len(right) / len(problems),
            "framing": framing,
            "rightThroughout": lawful,
            **other,
            "right": right[: a.right],
            "wrong": wrong,
        }
        print(
            f"{regime}: {len(right) / len(problems):.3f} right of {len(problems)}; {len(wrong)} wrong, "
            f"{framing:.3f} of first errors framing; right answers by right traces {lawful:.3f}; {other}",
            flush=True,
        )
    keep(a.seed, "traces", out)


def accuracies(t: Tokenizer, a: argparse.Namespace) -> None:
    """Of all three models on the test split, by the answer."""
    problems, out = [test_problem(i) for i in range(a.problems)], {}
    for name in ("base", "positive", "negative"):
        model = load(folder(a.seed) / f"{name}.safetensors")
        out[name] = {
            regime: accuracy(model, t, problems, temperature, a.seed) for regime, temperature in REGIMES.items()
        }
        print(name, out[name], flush=True)
    keep(a.seed, "accuracies", out)


def ids_of(t: Tokenizer, entry: dict) -> tuple[list[int], list[int]]:
    """The ids of the prompt, and those of the trace including the end."""
    return prompt(t, test_problem(entry["problem"])), [*t.encode(entry["trace"]).ids, END]


def success(
    model: Coder,
    t: Tokenizer,
    right: int,
    given: list[int],
    starts: list[tuple[list[int], int]],
    generator: torch.Generator,
) -> list[int]:
    """The number of rollouts with the answer `right`, for each start: (tokens of the trace so far, rollouts). All
    starts are prefixes of the longest one, except for their last token.
    """
    longest = max((kept for kept, _ in starts), key=len)
    whole = torch.tensor([given + longest])
    cache, _ = prefill(model, whole)
    counts, rows = [0] * len(starts), []
    for s, (kept, n) in enumerate(starts):
        assert kept[:-1] == longest[: max(0, len(kept) - 1)]
        if kept and kept[-1] == END:
            counts[s] = n * (answer(t.decode(kept[:-1])) == right)
        else:
            rows += [s] * n
    for at in range(0, len(rows), BLOCK):
        part = [starts[s][0] for s in rows[at : at + BLOCK]]
        last = torch.tensor([[(given + kept)[-1] for kept in part]])
        place = torch.tensor([[len(given) + len(kept) - 1 for kept in part]])
        made = continuations(model, whole, last, place, NEW, 1.0, generator, cache)
        # The answer's line is among the last tokens.
        texts = t.decode_batch([(kept + new[:-1])[-16:] for kept, new in zip(part, made)])
        for s, new, text in zip(rows[at : at + BLOCK], made, texts):
            counts[s] += new[-1] == END and answer(text) == right
    return counts


def critical_token(counts: list[int]) -> int | None:
    """The rule of Lin et al. (Critical Tokens Matter, arXiv 2411.19943) on the right rollouts after each token.

    It selects the first zero after which the count stays at or below RECOVERED; without one, the last that recovered.
    """
    found = last = None
    for j, c in enumerate(counts):
        if c == 0 and found is None:
            found = j
        if found is not None and c > RECOVERED:
            last, found = found, None
    return found if found is not None else last


def cliffs(counts: list[int], n: int) -> list[int]:
    """Tokens with a drop of more than .1 and 1.645 standard errors of two proportions. counts[0] is before the first
    token.
    """
    p = np.array(counts) / n
    error = np.sqrt((p[:-1] * (1 - p[:-1]) + p[1:] * (1 - p[1:])) / n)
    return [int(j) for j in np.flatnonzero(p[:-1] - p[1:] > 0.1 + 1.645 * error)]


def roll(model: Coder, t: Tokenizer, a: argparse.Namespace) -> None:
    """Adds to the existing results: an interrupted run continues."""
    for regime in a.regime or REGIMES:
        name = f"rollouts-{regime}"
        done = read(a.seed, name) if (folder(a.seed) / f"{name}.json").exists() else []
        for k, entry in enumerate(read(a.seed, "traces")[regime]["wrong"][: a.traces]):
            if k < len(done):
                continue
            began = time.time()
            given, ids = ids_of(t, entry)
            counts = success(
                model,
                t,
                test_problem(entry["problem"]).answer,
                given,
                [(ids[:j], ROLLOUTS) for j in range(len(ids) + 1)],
                torch.Generator().manual_seed(a.seed * 1000 + k),
            )
            done.append(
                {
                    "problem": entry["problem"],
                    "counts": counts,
                    "critical": critical_token(counts[1:]),
                    "cliffs": cliffs(counts, ROLLOUTS),
                }
            )
            if k % 5 == 4:
                keep(a.seed, name, done)
                print(f"{regime} {k + 1}: {len(ids)} prefixes in {time.time() - began:.1f} s", flush=True)
        keep(a.seed, name, done)


def rollouts_of(seed: int) -> dict[str, list[dict]]:
    return {
        regime: read(seed, f"rollouts-{regime}")
        for regime in REGIMES
        if (folder(seed) / f"rollouts-{regime}.json").exists()
    }


class Readings:
    """Log-probabilities of a trace's tokens by several models of a seed, in float64 from float32 logits."""

    def __init__(self, seed: int, t: Tokenizer, names: tuple[str, ...]) -> None:
        self.t, self.models = t, {n: load(folder(seed) / f"{n}.safetensors") for n in names}
        self.digit = np.array([(t.id_to_token(i) or "").isdigit() for i in range(t.get_vocab_size())])

    @torch.no_grad()
    def __call__(self, entry: dict) -> tuple[dict[str, np.ndarray], np.ndarray]:
        given, ids = ids_of(self.t, entry)
        row = torch.tensor([given + ids[:-1]])
        return {
            name: log_softmax(model(row)[0, len(given) - 1 :].numpy()) for name, model in self.models.items()
        }, np.array(ids)

    def methods(self, entry: dict) -> dict[str, np.ndarray]:
        rows, ids = self(entry)
        return methods(
            rows["base"],
            rows["positive"],
            rows["negative"],
            ids,
            self.digit[ids],
            np.random.default_rng(entry["problem"]),
        )


def _table(scored: list[tuple[dict[str, np.ndarray], int]]) -> dict:
    """For each method: the mean and interval of each measure over (scores, target)."""
    out = {}
    for name in scored[0][0] if scored else ():
        rows = [measures(scores[name], target) for scores, target in scored]
        out[name] = {
            m: [float(np.nanmean([r[m] for r in rows])), *interval(np.array([r[m] for r in rows]))] for m in rows[0]
        }
    return out


def score(t: Tokenizer, a: argparse.Namespace) -> None:
    tuning = read(a.seed, "tune")
    reading = Readings(a.seed, t, ("base", "positive", "negative"))
    traces, rollouts, out = read(a.seed, "traces"), rollouts_of(a.seed), {}
    for regime in REGIMES:
        wrong = traces[regime]["wrong"]
        scored = [reading.methods(w) for w in wrong]
        both = list(zip(scored, wrong))
        tables = {
            "known": [(s, w["token"]) for s, w in both],
            "known, framing": [(s, w["token"]) for s, w in both if w["kind"] == "framing"],
            "known, slip": [(s, w["token"]) for s, w in both if w["kind"] == "slip"],
            "known, greedy token": [(s, w["token"]) for s, w in both if s["top-1 gap"][w["token"]] == 0],
            "known, sampled token": [(s, w["token"]) for s, w in both if s["top-1 gap"][w["token"]] > 0],
        }
        done = rollouts.get(regime, [])
        tables["critical"] = [(s, r["critical"]) for s, r in zip(scored, done) if r["critical"] is not None]
        tables["cliff"] = [(s, r["cliffs"][0]) for s, r in zip(scored, done) if r["cliffs"]]
        rights = [reading.methods(r) for r in traces[regime]["right"]]
        verdict = {
            name: auroc(np.array([s[name].max() for s in scored]), np.array([s[name].max() for s in rights]))
            for name in scored[0]
        }
        # The pair in reverse, with the same code.
        swapped = [
            auc(pair(rows["negative"], rows["positive"], ids)["ratio"], w["token"])
            for w in wrong
            for rows, ids in [reading(w)]
        ]
        straight = [auc(s["log-ratio"], w["token"]) for s, w in zip(scored, wrong)]
        assert max(abs(x + y - 1) for x, y in zip(straight, swapped)) < 1e-12, "the swapped pair's AUC is not 1 - AUC"
        agree = [r["critical"] - w["token"] for r, w in zip(done, wrong) if r["critical"] is not None]
        out[regime] = {
            "tables": {
                name: {"traces": len(rows), "methods": _table(rows)} for name, rows in tables.items() if len(rows) > 1
            },
            "verdict": verdict,
            "right": len(rights),
            "swapped": float(np.mean(swapped)),
            "straight": float(np.mean(straight)),
            "rollouts": {
                "traces": len(done),
                "critical": len(agree),
                "same": agree.count(0),
                "earlier": sum(d < 0 for d in agree),
                "later": sum(d > 0 for d in agree),
                "cliff": sum(bool(r["cliffs"]) for r in done),
                "firstCliffIsKnown": sum(
                    bool(r["cliffs"]) and r["cliffs"][0] == w["token"] for r, w in zip(done, wrong)
                ),
            },
        }
        nulls = []
        for i in range(tuning["nulls"]):
            null = Readings(a.seed, t, (f"positive-null{i}", f"negative-null{i}"))
            values = []
            for w in wrong:
                rows, ids = null(w)
                values.append(auc(pair(rows[f"positive-null{i}"], rows[f"negative-null{i}"], ids)["ratio"], w["token"]))
            nulls.append(float(np.mean(values)))
        if nulls:
            out[regime]["null"] = {
                "pairs": nulls,
                "mean": float(np.mean(nulls)),
                "standardError": float(np.std(nulls, ddof=1) / len(nulls) ** 0.5),
            }
        for name, table in out[regime]["tables"].items():
            print(f"\n{regime}, {name}: {table['traces']} traces", flush=True)
            for method, m in table["methods"].items():
                print(f"  {method:28}" + "  ".join(f"{k} {v[0]:.3f} [{v[1]:.3f}, {v[2]:.3f}]" for k, v in m.items()))
        print(
            "verdict",
            {k: round(v, 3) for k, v in verdict.items()},
            "swapped",
            out[regime]["swapped"],
            "straight",
            out[regime]["straight"],
            "null",
            out[regime].get("null"),
            out[regime]["rollouts"],
        )
    keep(a.seed, "scores", out)


def arms(model: Coder, t: Tokenizer, a: argparse.Namespace) -> None:
    """At each method's highest token (the first of equals): the success rate after it (keep), before it, and with it
    banned (replace). These rollouts were not used for any selection.
    """
    reading, rollouts, out = Readings(a.seed, t, ("base", "positive", "negative")), rollouts_of(a.seed), {}
    for regime in REGIMES:
        rows: dict[str, list[list[float]]] = {}
        for k, (entry, r) in enumerate(zip(read(a.seed, "traces")[regime]["wrong"], rollouts[regime])):
            generator = torch.Generator().manual_seed(a.seed * 7919 + k)
            given, ids = ids_of(t, entry)
            right = test_problem(entry["problem"]).answer
            points = {
                name: int(np.argmax(s)) for name, s in reading.methods(entry).items() if name not in ("is a digit",)
            }
            points["oracle: known error"] = entry["token"]
            if r["critical"] is not None:
                points["oracle: critical"] = r["critical"]
            places = sorted(set(points.values()))
            starts = [start for j in places for start in ((ids[: j + 1], a.fresh), (ids[:j], a.fresh))]
            kept = success(model, t, right, given, starts, generator)
            base = reading(entry)[0]["base"]
            replaced = {}
            instead = []
            for j in places:
                p = torch.from_numpy(np.exp(base[j]))
                p[ids[j]] = 0
                instead += [
                    ([*ids[:j], int(v)], 1)
                    for v in torch.multinomial(p, a.fresh, replacement=True, generator=generator)
                ]
            # The longest start must contain the prefixes of all others.
            instead.append(([*ids[: places[-1] + 1], ids[-1]], 0))
            for i, c in enumerate(success(model, t, right, given, instead, generator)[:-1]):
                replaced[places[i // a.fresh]] = replaced.get(places[i // a.fresh], 0) + c
            at = {
                j: [kept[2 * i] / a.fresh, kept[2 * i + 1] / a.fresh, replaced[j] / a.fresh]
                for i, j in enumerate(places)
            }
            for name, j in points.items():
                rows.setdefault(name, []).append(at[j])
        out[regime] = {
            name: {
                "traces": len(v),
                **{
                    arm: [float(np.mean(x)), *interval(np.array(x))]
                    for arm, x in zip(("keep", "before", "replace"), zip(*v))
                },
            }
            for name, v in rows.items()
        }
        print(regime)
        for name, m in out[regime].items():
            print(
                f"  {name:28} n {m['traces']}  "
                + "  ".join(
                    f"{arm} {100 * m[arm][0]:.1f} [{100 * m[arm][1]:.1f}, {100 * m[arm][2]:.1f}]"
                    for arm in ("keep", "before", "replace")
                ),
                flush=True,
            )
    keep(a.seed, "arms", out)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("part", choices=("accuracies", "traces", "rollouts", "scores", "arms"))
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--threads", type=int, default=2)
    parse.add_argument("--problems", type=int, default=1200, help="traces: of the test split")
    parse.add_argument("--right", type=int, default=300, help="traces: right ones kept")
    parse.add_argument("--traces", type=int, default=60, help="rollouts: wrong traces of each regime")
    parse.add_argument(
        "--regime", nargs="*", choices=list(REGIMES), help="rollouts: only these; two runs at once may share the work"
    )
    parse.add_argument("--fresh", type=int, default=32, help="arms: rollouts of each arm")
    a = parse.parse_args()
    torch.set_num_threads(a.threads)
    t, base = tokenizer(), load(folder(a.seed) / "base.safetensors")
    {
        "accuracies": lambda: accuracies(t, a),
        "traces": lambda: gather(base, t, a),
        "rollouts": lambda: roll(base, t, a),
        "scores": lambda: score(t, a),
        "arms": lambda: arms(base, t, a),
    }[a.part]()


if __name__ == "__main__":
    main()
