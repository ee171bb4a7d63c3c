"""`python -m training.golden.traces --seed S`: wrong traces of the built-in reasoning model in
test/golden/reasoning/traces.json.

With their known errors, their scores and the AUC of every method, by PyTorch.
"""

import argparse
import hashlib
import json

import numpy as np

from training.paths import GOLDEN, REASONER
from training.reasoner.contrast import auc, pair, single
from training.reasoner.critical import REGIMES, Readings, read, rollouts_of, test_problem
from training.reasoner.train import SHAPE, load, tokenizer

TRACES, SCORED = 150, 6  # wrong traces of each regime, and how many of them include the numbers of every token
NAMES = ("base", "positive", "negative")
FORMAT = (
    "Wrong traces that models/reasoner/base wrote on the test split, sampled at T = 1 or greedily. document = "
    "problem, line break, trace; the prompt is everything before the trace. offset: the first byte of the trace that "
    "no right trace has; byteStart, byteEnd: the token of the document that holds it (equal where the end of the "
    "text is wrong), token: its place among the trace's tokens, of which there are `tokens` with the end; kind: "
    "framing (what is done with which number) or slip (a digit). critical: the token by rollouts, null without one, "
    "absent where none were run; successes: right rollouts of `rollouts` before the first token and after each. "
    "scores: by PyTorch in float32, then float64, for every token of the trace and the end, in nats. auc: over all "
    "traces of the regime, the mean chance that the known error's score is above another token's of the trace, ties "
    "half."
)


def main() -> None:
    parse = argparse.ArgumentParser()
    parse.add_argument("--seed", type=int, default=1)
    a = parse.parse_args()
    t, traces, rollouts = tokenizer(), read(a.seed, "traces"), rollouts_of(a.seed)
    reading = Readings(a.seed, t, NAMES)
    # The committed weights, not those in the work folder.
    reading.models = {n: load(REASONER / n / "model.safetensors") for n in NAMES}
    out, means = [], {}
    for regime in REGIMES:
        values: dict[str, list[float]] = {}
        for k, w in enumerate(traces[regime]["wrong"][:TRACES]):
            rows, ids = reading(w)
            scores = {
                "logprob": rows["base"][np.arange(len(ids)), ids],
                **single(rows["base"], ids),
                **pair(rows["positive"], rows["negative"], ids),
            }
            for name, s in scores.items():
                if name not in ("logprob", "positive", "negative"):
                    values.setdefault(name, []).append(auc(s, w["token"]))
            text = test_problem(w["problem"]).text
            given, spans = len(text) + 1, t.encode(w["trace"]).offsets
            start, end = spans[w["token"]] if w["token"] < len(spans) else (len(w["trace"]),) * 2
            one = {
                "regime": regime,
                "problem": text,
                "trace": w["trace"],
                "answer": test_problem(w["problem"]).answer,
                "offset": w["offset"],
                "kind": w["kind"],
                "token": w["token"],
                "tokens": w["tokens"],
                "byteStart": given + start,
                "byteEnd": given + end,
            }
            if k < len(rollouts[regime]):
                one |= {"critical": rollouts[regime][k]["critical"]}
            if k < SCORED:
                one |= {
                    "successes": rollouts[regime][k]["counts"],
                    "scores": {
                        name: [round(float(v), 6) for v in s] for name, s in scores.items() if name != "surprisal"
                    },
                }
            out.append(one)
        means[regime] = {name: round(float(np.mean(v)), 6) for name, v in values.items()}
    head = {
        "format": FORMAT,
        "models": {n: hashlib.sha256((REASONER / n / "model.safetensors").read_bytes()).hexdigest() for n in NAMES},
        "context": SHAPE.max_position_embeddings,
        "rollouts": 64,
        "auc": means,
    }
    path = GOLDEN / "reasoning" / "traces.json"
    path.parent.mkdir(exist_ok=True)
    lines = ",\n".join("  " + json.dumps(one, separators=(",", ":")) for one in out)
    path.write_text(
        "{\n"
        + "".join(f" {json.dumps(k)}: {json.dumps(v)},\n" for k, v in head.items())
        + f' "traces": [\n{lines}\n ]\n}}\n'
    )
    print(path.name, len(out), "traces", path.stat().st_size, "bytes", means)


if __name__ == "__main__":
    main()
